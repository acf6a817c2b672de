// expects: der.*input
model DerOfInput
  input Real u(start = 0);
  output Real y;
equation
  y = der(u); // here
end DerOfInput;
