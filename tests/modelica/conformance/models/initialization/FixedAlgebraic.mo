// start value of an algebraic variable with fixed = true decides the state
model FixedAlgebraic
  Real x;
  Real y(start = 4, fixed = true);
equation
  y = 2*x;
  der(x) = -x;
end FixedAlgebraic;
