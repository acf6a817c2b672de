// expects: 4
model IndexOutOfRange
  Real x[3](each start = 1, each fixed = true);
  output Real y;
equation
  der(x) = -x;
  y = x[4]; // here
end IndexOutOfRange;
