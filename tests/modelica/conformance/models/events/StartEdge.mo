// a condition that holds from the start is no event; it becomes one after it was false
model StartEdge
  Real x = cos(time);
  output Integer n(start = 0, fixed = true);
equation
  when x > 0 then
    n = pre(n) + 1;
  end when;
end StartEdge;
