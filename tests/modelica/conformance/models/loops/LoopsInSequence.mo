// several nonlinear loops, each fed by the one before
model LoopsInSequence
  Real u = 2 + sin(time);
  Real x(start = 1);
  Real y(start = 1);
  Real z(start = 1);
  Real s(start = 0, fixed = true);
equation
  x^3 + x = u;
  y*exp(y) = x;
  z + 0.5*sin(z) = x + y;
  der(s) = z;
end LoopsInSequence;
