// assertions that hold, on parameters and on variables, do not disturb
model Holding
  parameter Real k = 1;
  Real x(start = 1, fixed = true);
equation
  assert(k > 0, "k must be positive");
  assert(x > -1e-6, "x must not be negative", AssertionLevel.error);
  assert(x < 10, "x is large", level = AssertionLevel.warning);
  der(x) = -k*x;
end Holding;
