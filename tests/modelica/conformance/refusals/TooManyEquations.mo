// expects: too many equations, 3 for 2 unknowns; too many is one of 'y = 2\*x'.*'y = x'.*take an equation away
model TooManyEquations
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  y = x;
  y = 2*x; // here
end TooManyEquations;
