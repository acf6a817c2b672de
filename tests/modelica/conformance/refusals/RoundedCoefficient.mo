// expects: does not determine 'x'; its coefficient is zero
model RoundedCoefficient
  parameter Real a = 0.1;
  input Real u;
  Real x;
equation
  a*x + 0.2*x - 0.3*x = u; // here
end RoundedCoefficient;
