// if expression on time: time events at 1 and 2.5, one on a parameter
model TimeEvent
  parameter Real t2 = 2.5;
  Real x(start = 0, fixed = true);
  output Real u;
equation
  u = if time < 1 then 0 elseif time < t2 then 2 else -1;
  der(x) = u;
end TimeEvent;
