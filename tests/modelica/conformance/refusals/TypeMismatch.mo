// expects: operator '\+' expects .* found 'Boolean': use if or an Integer instead of a Boolean
model TypeMismatch
  Real x(start = 1, fixed = true);
  Boolean b = x > 0.5;
  output Real y;
equation
  der(x) = -x;
  y = b + 1; // here
end TypeMismatch;
