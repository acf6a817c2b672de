// one event causes the next ones at the same time: Boolean, Integer, reinit
model EventChain
  output Boolean a(start = false, fixed = true);
  output Integer b(start = 0, fixed = true);
  output Integer c(start = 0, fixed = true);
  Real x(start = 0, fixed = true);
equation
  der(x) = 1;
  when x >= 1 then
    a = true;
  end when;
  when a then
    b = pre(b) + 1;
  end when;
  when b >= 1 then
    c = pre(c) + 10;
    reinit(x, -5);
  end when;
end EventChain;
