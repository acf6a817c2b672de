// expects: an algorithm section is not supported.*write equations or put the algorithm into a function
model Algorithm
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
algorithm
  y := x^2; // here
end Algorithm;
