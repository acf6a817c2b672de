// expects: parameter 'k' has fixed=false, which is not supported; give it a value
model FixedFalseParameter
  parameter Real k(fixed = false, start = 1); // here
  Real x(start = 5, fixed = true);
initial equation
  der(x) = -1;
equation
  der(x) = -k*x;
end FixedFalseParameter;
