// floor ceil integer div mod rem of variables inside noEvent
model RoundingNoEvent
  Real u = 5*sin(time);
  output Real y[7];
equation
  y[1] = noEvent(floor(u));
  y[2] = noEvent(ceil(u));
  y[3] = noEvent(integer(u));
  y[4] = noEvent(div(u, 1.5));
  y[5] = noEvent(mod(u, 1.5));
  y[6] = noEvent(rem(u, 1.5));
  y[7] = noEvent(mod(u, -1.5));
end RoundingNoEvent;
