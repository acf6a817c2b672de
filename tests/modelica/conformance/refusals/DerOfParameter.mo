// expects: der
model DerOfParameter
  parameter Real p = 1;
  output Real y;
equation
  y = der(p); // here
end DerOfParameter;
