// expects: 'x'|\bx\b
model DuplicateName
  Real x(start = 1, fixed = true);
  Real x; // here
equation
  der(x) = -x;
end DuplicateName;
