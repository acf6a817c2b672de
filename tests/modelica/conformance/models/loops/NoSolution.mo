// a loop that loses its solution during the run stops it with a message that names the variables
model NoSolution
  Real x(start = 0, fixed = true);
  Real level(start = 1);
equation
  der(x) = 1;
  level^2 = 1 - x;
end NoSolution;
