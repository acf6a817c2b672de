// expects: an initial algorithm is not supported; write initial equations
model InitialAlgorithm
  Real x(start = 1);
initial algorithm
  x := 2; // here
equation
  der(x) = -x;
end InitialAlgorithm;
