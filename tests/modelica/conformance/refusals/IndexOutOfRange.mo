// expects: subscript 4 for 'x' is out of bounds.*use a subscript within the size
model IndexOutOfRange
  Real x[3](each start = 1, each fixed = true);
  output Real y;
equation
  der(x) = -x;
  y = x[4]; // here
end IndexOutOfRange;
