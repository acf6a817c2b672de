// expects: different sizes or values of different types
model WrongBindingSize
  parameter Real v[3] = {1, 2};
  output Real y = sum(v)*time;
end WrongBindingSize;
