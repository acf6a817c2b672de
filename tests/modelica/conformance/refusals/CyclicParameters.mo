// expects: a -> b|b -> a|cycl|circle
model CyclicParameters
  parameter Real a = b + 1; // here
  parameter Real b = 2*a;
  Real x(start = 1, fixed = true);
equation
  der(x) = -a*x;
end CyclicParameters;
