// slices: ranges, steps, whole rows and columns, end, on both sides
model Slices
  Real x[6];
  Real m[3, 4];
  Real a[3];
  Real b[2];
  Real c[3];
  Real d[2, 2];
  output Real e;
equation
  x[1:3] = {1, 2, 3}*time;
  x[4:end] = x[3:-1:1] + ones(3);
  m[1, :] = {1, 2, 3, 4}*time;
  m[2:3, 1] = {5, 6};
  m[2:3, 2:4] = {{time, 2, 3}, {4, 5, time}};
  a = x[2:2:6];
  b = m[2:end, end];
  c = m[:, 3];
  d = m[{1, 3}, {4, 1}];
  e = x[end] + m[end, 2];
end Slices;
