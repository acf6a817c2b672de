// expects: initial|\bx\b
model InitialSystemSingular
  Real x(start = 1, fixed = true);
initial equation
  x = 2; // here
equation
  der(x) = -x;
end InitialSystemSingular;
