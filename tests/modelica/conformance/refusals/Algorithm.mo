// expects: an algorithm section.*function
model Algorithm
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
algorithm
  y := x^2; // here
end Algorithm;
