// derivative inside a nonlinear equation
model NonlinearDerivative
  Real x(start = 2, fixed = true);
  Real v(start = -1);
equation
  v = der(x);
  v^3 + v + x = 0;
end NonlinearDerivative;
