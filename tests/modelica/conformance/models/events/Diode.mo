// ideal diode in an algebraic loop: the relation depends on what the loop solves for
model Diode
  parameter Real R = 2;
  parameter Real G = 3;
  Real u = 5*sin(time);
  Real ud;
  Real i;
  Real q(start = 0, fixed = true);
equation
  ud = u - R*i;
  i = if ud > 0 then G*ud else 0;
  der(q) = i;
end Diode;
