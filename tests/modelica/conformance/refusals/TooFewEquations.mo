// expects: too few equations, 2 for 3 unknowns; not determined is one of 'z', 'y'; add an equation
model TooFewEquations
  Real x(start = 1, fixed = true);
  Real y;
  Real z;
equation
  der(x) = -x;
  y + z = x;
end TooFewEquations;
