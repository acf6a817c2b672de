// number formats: exponents, leading digits, large and small, constants of the mathematics package written out
model SpecialNumbers
  constant Real pi = 2*asin(1.0);
  constant Real eps = 1e-15;
  output Real y[4];
equation
  y[1] = 1.5e3*time + 2E-2;
  y[2] = pi*time + 1.e1;
  y[3] = 5.670374419e-8*(300 + time)^4;
  y[4] = 6.02214076e23*eps*time;
end SpecialNumbers;
