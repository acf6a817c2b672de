// expects: too many: 'x\^2 \+ y\^2 = 1'.*the states x, y are tied to each other.*\(high index\): use one state less
model Pendulum
  Real x(start = 1, fixed = true);
  Real y;
  Real vx;
  Real vy;
  Real F;
equation
  der(x) = vx;
  der(y) = vy;
  der(vx) = -F*x;
  der(vy) = -F*y - 9.81;
  x^2 + y^2 = 1; // here
end Pendulum;
