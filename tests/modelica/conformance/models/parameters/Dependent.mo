// parameters bound to expressions of other parameters, over several steps, follow a tunable parameter that is set in the FMU
model Dependent
  parameter Real d = 0.1;
  parameter Real L = 2.0;
  parameter Real A = 3.0*d^2/4.0;
  parameter Real V = A*L;
  parameter Real k = 1.0/V;
  Real x(start = V, fixed = true);
  output Real y;
equation
  der(x) = -0.01*k*x;
  y = A + V;
end Dependent;
