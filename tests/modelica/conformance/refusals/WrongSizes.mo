// expects: different sizes or values of different types
model WrongSizes
  Real x[3];
  parameter Real v[2] = {1, 2};
equation
  x = v*time;
end WrongSizes;
