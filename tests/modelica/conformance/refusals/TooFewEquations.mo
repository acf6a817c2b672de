// expects: \b(y|z)\b
model TooFewEquations
  Real x(start = 1, fixed = true);
  Real y;
  Real z;
equation
  der(x) = -x;
  y + z = x;
end TooFewEquations;
