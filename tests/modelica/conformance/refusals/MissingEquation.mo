// expects: too few equations, 1 for 2 unknowns; not determined is one of 'y', 'der\(x\)'; add an equation
model MissingEquation
  Real x(start = 1, fixed = true);
  Real y; // here
equation
  der(x) = -y;
end MissingEquation;
