// linear loop in arrays: matrix equation A*x = b solved for x
model ArrayLoop
  parameter Real A[3, 3] = [4, 1, 0; 1, 5, 2; 0, 2, 6];
  Real b[3] = {time, 1, time^2};
  Real x[3];
  Real y(start = 0, fixed = true);
equation
  A*x = b + {y, 0, 0};
  der(y) = x[2];
end ArrayLoop;
