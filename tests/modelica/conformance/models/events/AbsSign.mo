// abs and sign and semiLinear and min and max of oscillating states outside noEvent
model AbsSign
  Real u = cos(time);
  Real a(start = 0, fixed = true);
  Real b(start = 0, fixed = true);
  Real c(start = 0, fixed = true);
  Real d(start = 0, fixed = true);
equation
  der(a) = abs(u);
  der(b) = sign(u);
  der(c) = semiLinear(u, 2, 3);
  der(d) = min(u, 0.5) + max(u, -0.5);
end AbsSign;
