// array parameters that depend on scalar ones, dependent start values, functions of parameters
model DependentArrays
  function scale
    input Real x[:];
    input Real k;
    output Real y[size(x, 1)];
  algorithm
    for i in 1:size(x, 1) loop
      y[i] := k*x[i];
    end for;
  end scale;
  parameter Real k = 2.0;
  parameter Real a[3] = {k, 2.0*k, k^2};
  parameter Real b[3] = scale(a, k);
  Real x[3](start = b, each fixed = true);
equation
  der(x) = -a;
end DependentArrays;
