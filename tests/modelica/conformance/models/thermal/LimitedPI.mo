// PI loop with a limited command and anti-windup by back calculation, without events
model LimitedPI
  parameter Real k = 2;
  parameter Real Ti = 5;
  parameter Real T_set = 40;
  Real T(start = 20, fixed = true);
  Real I(start = 0, fixed = true);
  Real raw;
  output Real u;
equation
  raw = k*(T_set - T) + I;
  u = noEvent(max(0, min(30, raw)));
  der(I) = k/Ti*(T_set - T) + (u - raw)/Ti;
  10*der(T) = u - 0.8*(T - 20);
end LimitedPI;
