// assertion on parameters that are set in the FMU
model ParameterLimit
  parameter Real k = 1;
  parameter Real twice = 2*k;
  Real x(start = 1, fixed = true);
equation
  assert(twice < 10, "twice the gain is too large");
  der(x) = -k*x;
end ParameterLimit;
