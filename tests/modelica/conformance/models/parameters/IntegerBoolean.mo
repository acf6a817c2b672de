// Integer and Boolean parameters in Real expressions
model IntegerBoolean
  parameter Integer n = 3;
  parameter Boolean b = true;
  parameter Boolean c = not b or n > 5;
  Real x(start = 1.0, fixed = true);
  output Real y;
equation
  der(x) = if b and not c then -n*x else n*x;
  y = n/2 + (if c then 10 else 20);
end IntegerBoolean;
