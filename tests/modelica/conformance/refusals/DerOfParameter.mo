// expects: der\(\.\.\.\) of something that is not a continuous variable.*a parameter.*: differentiate a variable
model DerOfParameter
  parameter Real p = 1;
  output Real y;
equation
  y = der(p); // here
end DerOfParameter;
