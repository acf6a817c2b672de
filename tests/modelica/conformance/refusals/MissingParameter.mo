// expects: parameter 'k' has no value; give it one
model MissingParameter
  parameter Real k; // here
  Real x(start = 1, fixed = true);
equation
  der(x) = -k*x;
end MissingParameter;
