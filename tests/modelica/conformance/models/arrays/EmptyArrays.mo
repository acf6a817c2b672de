// arrays of size zero: sums, products, loops that do not run, connections of nothing
model EmptyArrays
  parameter Integer n = 0;
  Real x[n];
  Real y(start = 1, fixed = true);
  output Real s;
  output Real p;
equation
  for i in 1:n loop
    x[i] = i;
  end for;
  der(y) = -y + sum(x);
  s = sum(x) + y;
  p = product(x) + size(x, 1);
end EmptyArrays;
