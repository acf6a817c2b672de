// derivatives in a linear loop: mass matrix that is not diagonal
model ImplicitDerivative
  parameter Real m = 0.5;
  Real x(start = 1, fixed = true);
  Real y(start = 2, fixed = true);
equation
  der(x) + m*der(y) = -x;
  m*der(x) + 2*der(y) = -y;
end ImplicitDerivative;
