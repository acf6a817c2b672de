// expects: high(er)? index
model StatePrescribed
  Real x;
  Real F;
equation
  der(x) = F;
  x = sin(time); // here
end StatePrescribed;
