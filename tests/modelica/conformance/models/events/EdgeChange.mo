// edge and change of Boolean and Integer variables, counters
model EdgeChange
  output Boolean b;
  output Integer level;
  output Integer rising(start = 0, fixed = true);
  output Integer falling(start = 0, fixed = true);
  output Integer changes(start = 0, fixed = true);
  output Integer steps(start = 0, fixed = true);
equation
  b = sin(2*time) > 0.5;
  level = integer(2.9*sin(time) + 3.05);
  when edge(b) then
    rising = pre(rising) + 1;
  end when;
  when not b then
    falling = pre(falling) + 1;
  end when;
  when change(b) then
    changes = pre(changes) + 1;
  end when;
  when change(level) then
    steps = pre(steps) + level - pre(level);
  end when;
end EdgeChange;
