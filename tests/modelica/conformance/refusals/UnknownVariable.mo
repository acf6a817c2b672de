// expects: 'z'
model UnknownVariable
  Real x(start = 1, fixed = true);
equation
  der(x) = -z; // here
end UnknownVariable;
