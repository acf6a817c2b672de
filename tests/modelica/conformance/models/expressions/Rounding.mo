// floor ceil integer div mod rem abs sign of numbers that are known, of either sign
model Rounding
  parameter Real a = 7.3;
  parameter Real b = -7.3;
  parameter Real c = 2.5;
  output Real y[14];
equation
  y[1] = floor(a);
  y[2] = floor(b);
  y[3] = ceil(a);
  y[4] = ceil(b);
  y[5] = integer(a);
  y[6] = integer(b);
  y[7] = div(a, c);
  y[8] = div(b, c);
  y[9] = mod(a, c);
  y[10] = mod(b, c);
  y[11] = rem(a, c);
  y[12] = rem(b, c);
  y[13] = mod(a, -c);
  y[14] = abs(b) + sign(b) + rem(a, -c);
end Rounding;
