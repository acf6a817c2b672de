// der of array elements in for loops with neighbours (finite volumes)
model StateLoops
  parameter Integer n = 6;
  parameter Real k = 0.7;
  Real x[n](start = {1, 0, 0, 2, 0, 0}, each fixed = true);
equation
  der(x[1]) = k*(x[2] - x[1]);
  for i in 2:n - 1 loop
    der(x[i]) = k*(x[i - 1] - 2*x[i] + x[i + 1]);
  end for;
  der(x[n]) = k*(x[n - 1] - x[n]);
end StateLoops;
