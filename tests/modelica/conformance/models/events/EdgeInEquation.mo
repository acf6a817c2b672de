// edge and pre in equations outside when: counter by an equation, value of the moment before
model EdgeInEquation
  Real x(start = 0, fixed = true);
  Boolean b = sin(x) > 0.5;
  output Integer n(start = 0, fixed = true);
  output Boolean late(start = false, fixed = true);
equation
  der(x) = 1;
  n = pre(n) + (if edge(b) then 5 else 0);
  late = b and n > 5;
end EdgeInEquation;
