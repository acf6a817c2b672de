// expects: different sizes or values of different types
model WrongMatrixProduct
  parameter Real A[2, 3] = [1, 2, 3; 4, 5, 6];
  Real x[2];
equation
  x = A*{time, 1};
end WrongMatrixProduct;
