// nonlinear system of three unknowns that depend on a state
model NonlinearSystem
  Real u(start = 1, fixed = true);
  Real x(start = 1);
  Real y(start = 1);
  Real z(start = 1);
equation
  der(u) = 0.1*z/u;
  x + y + z = 3*u;
  x^2 + y = 2*u^2;
  exp(z - u) + 0.1*x*y = 1 + 0.1*u^2;
end NonlinearSystem;
