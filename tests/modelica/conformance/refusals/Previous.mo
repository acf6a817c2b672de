// expects: 'previous' of clocks is not supported; write when sample\(start, period\) and pre
model Previous
  Real x(start = 0, fixed = true);
  Integer n(start = 0);
equation
  der(x) = 1;
  n = previous(n) + 1; // here
end Previous;
