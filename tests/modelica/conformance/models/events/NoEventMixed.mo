// noEvent next to events in one model: only what stands outside noEvent makes events
model NoEventMixed
  Real x(start = 0, fixed = true);
  Real y(start = 0, fixed = true);
  output Real z;
equation
  der(x) = if time > 1 then 1 else 0;
  der(y) = noEvent(if x > 0.5 then 1 else 0.5);
  z = noEvent(if x > 0.25 then x else 0.25) + smooth(0, if x > 1 then 1 else x);
end NoEventMixed;
