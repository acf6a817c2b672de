// expects: different sizes or values of different types
model IntegerFromReal
  Real x(start = 1, fixed = true);
  Integer n;
equation
  der(x) = -x;
  n = 2*x;
end IntegerFromReal;
