// floor, ceil, integer, div, rem and mod of a state outside noEvent: events where they jump
model Rounding
  Real x(start = -2.2, fixed = true);
  Real s(start = 0, fixed = true);
  output Real y[6];
equation
  der(x) = 1;
  y[1] = floor(x);
  y[2] = ceil(x);
  y[3] = integer(x);
  y[4] = div(x, 1.5);
  y[5] = rem(x, 1.5);
  y[6] = mod(x, 1.5);
  der(s) = y[1] + y[6];
end Rounding;
