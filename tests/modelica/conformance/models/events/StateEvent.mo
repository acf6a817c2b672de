// if expression with a state event in the derivative: the slope changes at x = 0.5
model StateEvent
  Real x(start = 1, fixed = true);
equation
  der(x) = if x > 0.5 then -1 else -x;
end StateEvent;
