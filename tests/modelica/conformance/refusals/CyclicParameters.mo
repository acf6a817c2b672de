// expects: the value of parameter 'a' depends on itself; break the circle
model CyclicParameters
  parameter Real a = b + 1; // here
  parameter Real b = 2*a;
  Real x(start = 1, fixed = true);
equation
  der(x) = -a*x;
end CyclicParameters;
