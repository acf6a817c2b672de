// array comprehensions with one iterator, nested, with steps
model Comprehensions
  parameter Integer n = 3;
  Real x(start = 1, fixed = true);
  Real v[n] = {i^2*x for i in 1:n};
  Real m[2, n] = {{i + 10*j*x for j in 1:n} for i in 1:2};
  Real w[n, 2] = {{i*x + j for j in 1:2} for i in 1:n};
  output Real s = sum({k*v[k] for k in 1:2:n});
equation
  der(x) = -x;
end Comprehensions;
