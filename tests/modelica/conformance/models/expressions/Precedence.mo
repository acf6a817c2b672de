// operator precedence and associativity, logical operators in conditions
model Precedence
  parameter Real a = 7;
  parameter Real b = 2;
  parameter Boolean p = true;
  parameter Boolean q = false;
  output Real y[6];
equation
  y[1] = a - b - 1;
  y[2] = a/b/2*time;
  y[3] = -a*b + time;
  y[4] = a - (-b)^2*time;
  y[5] = if p or q and q then time else 0;
  y[6] = if not p or a > b and not q then time else 0;
end Precedence;
