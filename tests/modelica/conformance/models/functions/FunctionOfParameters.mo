// functions of parameters in bindings, start values and sizes
model FunctionOfParameters
  function half
    input Integer n;
    output Integer m;
  algorithm
    m := div(n, 2);
  end half;
  function volume
    input Real d;
    input Real L;
    output Real V;
  algorithm
    V := 0.75*d^2*L;
  end volume;
  parameter Integer n = 6;
  parameter Real d = 2.0;
  parameter Real V = volume(d, 3.0);
  parameter Integer m = half(n);
  Real x[m](each start = V, each fixed = true);
equation
  for i in 1:m loop
    der(x[i]) = -i*x[i];
  end for;
end FunctionOfParameters;
