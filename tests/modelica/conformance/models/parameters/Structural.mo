// structural parameters: sizes from Integer parameters, derived sizes, branches on parameters
model Structural
  parameter Integer n = 3;
  parameter Integer m = 2*n - 1;
  parameter Boolean fast = false;
  Real x[n](start = linspace(1.0, n, n), each fixed = true);
  Real y[m];
  output Real s;
equation
  if fast then
    der(x) = -2.0*x;
  else
    der(x) = -x;
  end if;
  for i in 1:m loop
    y[i] = i*x[div(i + 1, 2)];
  end for;
  s = sum(y);
end Structural;
