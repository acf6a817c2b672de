// powers: whole, fractional, negative exponents, of negative bases, precedence with the unary minus
model Powers
  Real u = time + 1;
  output Real y[7];
equation
  y[1] = u^3;
  y[2] = u^(-2);
  y[3] = u^2.5;
  y[4] = -u^2;
  y[5] = (-u)^3;
  y[6] = 2^u;
  y[7] = u^u/2^(-1);
end Powers;
