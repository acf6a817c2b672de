// Boolean variables in a chain of equations with and, or, not, comparison of Booleans
model BooleanAlgebra
  Real x(start = 0, fixed = true);
  Boolean a = x > 1;
  Boolean b = x > 2;
  Boolean c = a and not b;
  Boolean d = a == b;
  output Real y = (if c then 10 else 1) + (if d then 100 else 0) + (if a <> b or x > 3 then 1000 else 0);
equation
  der(x) = 1;
end BooleanAlgebra;
