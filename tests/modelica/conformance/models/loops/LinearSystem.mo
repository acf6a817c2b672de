// linear system of six unknowns with coefficients that change in time
model LinearSystem
  parameter Integer n = 6;
  parameter Real d = 4.0;
  Real x[n];
  Real s(start = 0, fixed = true);
equation
  d*x[1] + x[2] = time;
  for i in 2:n - 1 loop
    x[i - 1] + (d + i*time)*x[i] - x[i + 1] = i;
  end for;
  x[n - 1] + (d + time^2)*x[n] = sin(time);
  der(s) = sum(x);
end LinearSystem;
