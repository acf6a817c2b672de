// expects: 'x' is declared twice, first at line 3: give one another name
model DuplicateName
  Real x(start = 1, fixed = true);
  Real x; // here
equation
  der(x) = -x;
end DuplicateName;
