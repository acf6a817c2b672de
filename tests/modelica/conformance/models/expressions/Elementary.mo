// elementary functions: sqrt exp log log10 sin cos tan asin acos atan atan2 sinh cosh tanh abs sign
model Elementary
  output Real y[16];
equation
  y[1] = sqrt(time);
  y[2] = exp(-time);
  y[3] = log(time);
  y[4] = log10(time);
  y[5] = sin(time);
  y[6] = cos(time);
  y[7] = tan(time/4);
  y[8] = asin(time/5);
  y[9] = acos(time/5);
  y[10] = atan(time);
  y[11] = atan2(time - 1, 2 - time);
  y[12] = sinh(time);
  y[13] = cosh(time);
  y[14] = tanh(time);
  y[15] = noEvent(abs(time - 2));
  y[16] = noEvent(sign(time - 2));
end Elementary;
