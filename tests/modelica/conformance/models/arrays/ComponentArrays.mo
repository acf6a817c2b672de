// arrays of components with modifications by element and each, fields as arrays, in equations and reductions
model ComponentArrays
  model Tank
    parameter Real A = 1.0;
    parameter Real k = 1.0;
    Real h(start = 1.0, fixed = true);
    Real q;
  equation
    q = k*h;
    A*der(h) = -q;
  end Tank;
  parameter Integer n = 3;
  Tank tanks[n](A = {1, 2, 4}, each k = 0.5, h(start = {1, 2, 3}));
  Tank grid[2, 2](each A = 2, k = [1, 2; 3, 4]);
  output Real total;
  output Real weighted;
  output Real last[2];
equation
  total = sum(tanks.q);
  weighted = sum(tanks[i].A*tanks[i].h for i in 1:n);
  last = {grid[i, 2].h for i in 1:2};
end ComponentArrays;
