// a discrete variable is the time of the next event; growing intervals
model NextTime
  discrete output Real next(start = 0.5, fixed = true);
  output Integer n(start = 0, fixed = true);
equation
  when time >= pre(next) then
    next = pre(next) + 0.5 + 0.1*pre(n);
    n = pre(n) + 1;
  end when;
end NextTime;
