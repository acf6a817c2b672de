// linear algebraic loop of two resistors between capacities (one linear block), coefficients from parameters
model LinearLoop
  parameter Real R1 = 1.0;
  parameter Real R2 = 2.0;
  parameter Real R3 = 4.0;
  Real v(start = 10, fixed = true);
  Real a;
  Real b;
  Real i1;
  Real i2;
  Real i3;
equation
  R1*i1 = v - a;
  R2*i2 = a - b;
  R3*i3 = b;
  i1 = i2 + a/10;
  i2 = i3 + b/20;
  der(v) = -i1;
end LinearLoop;
