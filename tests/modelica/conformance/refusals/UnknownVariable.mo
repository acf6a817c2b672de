// expects: there is no 'z': declare it or correct the name
model UnknownVariable
  Real x(start = 1, fixed = true);
equation
  der(x) = -z; // here
end UnknownVariable;
