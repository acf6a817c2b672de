// reductions sum, product, min, max with iterators and on arrays
model Reductions
  parameter Integer n = 4;
  Real x[n](start = {1, 2, 3, 4}, each fixed = true);
  output Real a;
  output Real b;
  output Real c;
  output Real d;
  output Real e;
  output Real f;
  output Real g;
equation
  der(x) = {-i*x[i]/10 for i in 1:n};
  a = sum(x);
  b = product(x);
  c = sum(i*x[i] for i in 1:n);
  d = product(x[i] + 1 for i in 2:n);
  e = min(i + 1 for i in 1:n) + noEvent(min(x));
  f = max({1.0, 3.0, 2.0}) + noEvent(max(x[i] for i in 1:n));
  g = sum(x[i]*x[j] for i in 1:n, j in 1:2);
end Reductions;
