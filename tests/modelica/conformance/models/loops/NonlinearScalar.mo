// nonlinear equation with one unknown (turbulent flow with a laminar part), solved inside the FMU
model NonlinearScalar
  parameter Real a = 2.0;
  parameter Real b = 3.0;
  Real h(start = 5, fixed = true);
  Real q(start = 1);
equation
  h = a*q + b*q^3;
  der(h) = -q;
end NonlinearScalar;
