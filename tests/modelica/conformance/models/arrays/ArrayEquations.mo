// array equations: whole vectors, matrices, elementwise operators, scalar times array
model ArrayEquations
  parameter Real A[2, 2] = [-1, 0.5; 0.25, -2];
  Real x[2](start = {1, 2}, each fixed = true);
  Real y[2];
  Real M[2, 3];
equation
  der(x) = A*x + {1, 0};
  y = 3*x .* x ./ {2, 4} - x .^ 2;
  M = [x[1], x[2], time; y[1], y[2], 1.0];
end ArrayEquations;
