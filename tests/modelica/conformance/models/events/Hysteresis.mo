// hysteresis as a Boolean equation with pre of itself
model Hysteresis
  parameter Real low = -0.5;
  parameter Real high = 0.5;
  Real u = sin(time)*1.2;
  output Boolean y(start = false, fixed = true);
  Real x(start = 0, fixed = true);
equation
  y = u > high or pre(y) and u >= low;
  der(x) = if y then 1 else -1;
end Hysteresis;
