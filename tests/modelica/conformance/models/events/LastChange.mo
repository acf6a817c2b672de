// time of the last change, difference of times, hold of a value between events
model LastChange
  Boolean b = sin(time + 0.5) > 0;
  discrete output Real t_last(start = 0, fixed = true);
  discrete output Real held(start = 0, fixed = true);
  output Real since = time - t_last;
equation
  when change(b) then
    t_last = time;
    held = cos(time) + pre(held);
  end when;
end LastChange;
