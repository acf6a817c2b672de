// expects: 'delay' is not supported.*with volumes in series
model Delay
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  y = delay(x, 1.0); // here
end Delay;
