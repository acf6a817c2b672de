// expects: 'a' depends on itself by other discrete variables; use pre\(\.\.\.\) of one of them
model BooleanLoop
  Real x(start = 0, fixed = true);
  Boolean a;
  Boolean b;
equation
  der(x) = 1;
  a = not b and x > 1; // here
  b = not a and x > 1;
end BooleanLoop;
