// assertion of level warning: a message, and the run goes on
model Warning
  Real x(start = 0, fixed = true);
equation
  der(x) = 1;
  assert(x < 2, "x is above its usual range", AssertionLevel.warning);
end Warning;
