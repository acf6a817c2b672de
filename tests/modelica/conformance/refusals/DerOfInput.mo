// expects: der\(\.\.\.\) of something that is not a continuous variable.*an input: differentiate a variable
model DerOfInput
  input Real u(start = 0);
  output Real y;
equation
  y = der(u); // here
end DerOfInput;
