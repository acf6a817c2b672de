// products: matrix-vector, vector-matrix, matrix-matrix, scalar product of vectors, transpose
model MatrixProducts
  parameter Real A[2, 3] = [1, 2, 3; 4, 5, 6];
  Real x[3] = {time, 2*time, 1};
  Real y[2] = A*x;
  Real z[3] = y*A;
  Real P[2, 2] = A*transpose(A);
  Real Q[3, 3] = transpose(A)*A*time;
  output Real s = x*x;
  output Real t = y*P*y;
end MatrixProducts;
