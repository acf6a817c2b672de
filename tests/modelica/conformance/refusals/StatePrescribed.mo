// expects: too many: 'x = sin\(time\)'.*the state x is prescribed.*\(high index\): use one state less
model StatePrescribed
  Real x;
  Real F;
equation
  der(x) = F;
  x = sin(time); // here
end StatePrescribed;
