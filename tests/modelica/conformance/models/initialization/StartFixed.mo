// start values from parameters, fixed for all, of arrays with each and by element
model StartFixed
  parameter Real x0 = 3.0;
  Real x(start = x0, fixed = true);
  Real y(start = 2*x0 + 1, fixed = true);
  Real z[3](start = {1, 2, 3}, each fixed = true);
  Real w[2](each start = 7, each fixed = true);
equation
  der(x) = -x;
  der(y) = 1;
  der(z) = -z;
  der(w) = {1, 2};
end StartFixed;
