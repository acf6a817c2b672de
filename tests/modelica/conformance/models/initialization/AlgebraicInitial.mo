// initial equation for an algebraic variable: the state follows from a nonlinear condition
model AlgebraicInitial
  parameter Real target = 8.0;
  Real x(start = 1.0);
  Real y;
initial equation
  y = target;
equation
  y = x^3;
  der(x) = -x;
end AlgebraicInitial;
