// initial() as a condition of when, alone and in a vector with others
model InitialWhen
  parameter Real x0 = 2;
  Real x(start = x0, fixed = true);
  discrete output Real first(start = 0);
  discrete output Real last(start = 0);
equation
  der(x) = -1;
  when initial() then
    first = x + 1;
  end when;
  when {initial(), x < 1} then
    last = 10*x;
  end when;
end InitialWhen;
