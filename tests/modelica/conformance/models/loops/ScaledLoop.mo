// nonlinear loop in Pascal and kilogram: sizes of 1e5 and 1e-3 with nominal values
model ScaledLoop
  parameter Real k = 1e-5;
  Real T(start = 300, fixed = true);
  Real p(start = 1e5, nominal = 1e5);
  Real m(start = 1e-3, nominal = 1e-3);
equation
  m = k*sqrt(p/1e5)*T/3;
  p = 2e5 - 5e9*m^2*(T/300) - 1e7*m;
  der(T) = 1e3*m;
end ScaledLoop;
