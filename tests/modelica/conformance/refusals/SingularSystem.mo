// expects: 'a'|'b'|\ba\b
model SingularSystem
  Real a;
  Real b;
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  x = 1 + time;
  a + b = x;
end SingularSystem;
