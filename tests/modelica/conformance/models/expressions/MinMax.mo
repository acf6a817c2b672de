// min and max of two values and of arrays inside noEvent: limits of a controller
model MinMax
  Real u = 3*sin(time);
  output Real a = noEvent(min(u, 1));
  output Real b = noEvent(max(u, -1));
  output Real c = noEvent(max(-2, min(2, u)));
  output Real d = noEvent(max({u, 2*u, 0.5}));
  output Real e = noEvent(min([u, 1; 2, -1.5]));
end MinMax;
