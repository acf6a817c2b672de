// expects: (too many|more) equations|unbalanced|'x'
model TooManyEquations
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  y = x;
  y = 2*x;
end TooManyEquations;
