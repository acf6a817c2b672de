// expects: the value '\{1, 2\}' has not the size of 'v\[3\]': make the sizes equal
model WrongBindingSize
  parameter Real v[3] = {1, 2}; // here
  output Real y = sum(v)*time;
end WrongBindingSize;
