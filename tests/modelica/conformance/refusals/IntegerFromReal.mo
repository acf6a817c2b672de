// expects: 'n = 2\*x' gives the Integer 'n' a Real value: write integer\(\.\.\.\), or declare it Real
model IntegerFromReal
  Real x(start = 1, fixed = true);
  Integer n;
equation
  der(x) = -x;
  n = 2*x; // here
end IntegerFromReal;
