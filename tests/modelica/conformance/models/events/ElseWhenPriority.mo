// elsewhen: of conditions that become true at the same instant only the first counts
model ElseWhenPriority
  output Integer a(start = 0, fixed = true);
  output Integer b(start = 0, fixed = true);
equation
  when time >= 1 then
    a = 1;
  elsewhen time >= 1 then
    a = 2;
  elsewhen time >= 2 then
    a = 3;
  end when;
  when {time >= 1, time >= 2} then
    b = pre(b) + 1;
  end when;
end ElseWhenPriority;
