// reduction inside a for loop that uses both indices, written as a row of a matrix product
model ReductionInLoop
  parameter Integer n = 3;
  parameter Real G[n, n] = [2, 1, 0; 1, 3, 1; 0, 1, 2];
  Real x[n](start = {1, 2, 3}, each fixed = true);
  Real y[n];
equation
  der(x) = -y/10;
  for i in 1:n loop
    y[i] = G[i, :]*x;
  end for;
end ReductionInLoop;
