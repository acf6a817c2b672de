// expects: 'hold' of clocks is not supported; write when sample\(start, period\) and pre
model Hold
  Real x(start = 0, fixed = true);
  Real y;
equation
  der(x) = 1;
  y = hold(sample(x)); // here
end Hold;
