// time in expressions of states and outputs
model TimeFunctions
  parameter Real w = 2.0;
  Real x(start = 0, fixed = true);
  output Real y;
equation
  der(x) = cos(w*time) + time;
  y = x*time + time^2;
end TimeFunctions;
