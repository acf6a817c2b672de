// expects: \by\b
model MissingEquation
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -y;
end MissingEquation;
