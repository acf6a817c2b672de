// expects: parameter 'k' depends on the variable 'x': make it a variable
model ParameterOfVariable
  Real x(start = 1, fixed = true);
  parameter Real k = 2*x; // here
equation
  der(x) = -k;
end ParameterOfVariable;
