// Integer array parameters as indices
model IntegerArrays
  parameter Integer order[4] = {3, 1, 4, 2};
  Real x[4];
  Real y[4];
  Real z[2, 3];
equation
  x = {10, 20, 30, 40}*time;
  for i in 1:4 loop
    y[order[i]] = x[i];
  end for;
  for i in 1:2, j in 1:3 loop
    z[i, j] = order[i + j - 1]*time;
  end for;
end IntegerArrays;
