// assertion that fails during the run stops it with its message and the time
model Failing
  Real x(start = 0, fixed = true);
equation
  der(x) = 1;
  assert(x < 2, "x is above its limit");
end Failing;
