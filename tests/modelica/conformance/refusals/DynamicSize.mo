// expects: range behind 'in' must be known when the model is compiled; use numbers and Integer parameters
model DynamicSize
  Real x(start = 1, fixed = true);
  output Real y;
equation
  der(x) = -x;
  y = sum(i for i in 1:integer(5*x)); // here
end DynamicSize;
