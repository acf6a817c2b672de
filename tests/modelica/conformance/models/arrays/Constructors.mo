// fill, zeros, ones, identity, diagonal, linspace, cat, array concatenation with brackets, vector, size
model Constructors
  parameter Integer n = 3;
  Real a[n] = fill(time, n);
  Real b[2, n] = fill(2*time, 2, n) + ones(2, n) - zeros(2, n);
  Real c[n, n] = identity(n)*time + diagonal({1, 2, 3});
  Real d[5] = linspace(0, time, 5);
  Real e[5] = cat(1, a, {7, 8});
  Real f[4, n] = cat(1, b, b);
  Real g[2, 2*n] = cat(2, b, 2*b);
  Real h[2, 3] = [1, time, 2; 3, 4, 5*time];
  Real k[2, 4] = [h, {time, 9}];
  output Real s = time + sum(vector([1; 2; 3])) + size(h, 2) + 20 + sum(size(f));
end Constructors;
