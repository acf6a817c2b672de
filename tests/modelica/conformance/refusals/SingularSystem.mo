// expects: not determined is one of 'b', 'a'; .*the state x is prescribed.*use one state less
model SingularSystem
  Real a;
  Real b;
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  x = 1 + time; // here
  a + b = x;
end SingularSystem;
