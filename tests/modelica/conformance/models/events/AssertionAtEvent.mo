// assertion on a discrete variable fails at an event
model AssertionAtEvent
  output Integer n(start = 0, fixed = true);
equation
  when sample(1, 1) then
    n = pre(n) + 1;
  end when;
  assert(n < 3, "too many samples");
end AssertionAtEvent;
