// expects: sizes of the arrays in 'x = A\*\{time, 1\}' do not fit together \(x\[2\], A\[2, 3\]\): .*as many columns as
model WrongMatrixProduct
  parameter Real A[2, 3] = [1, 2, 3; 4, 5, 6];
  Real x[2];
equation
  x = A*{time, 1}; // here
end WrongMatrixProduct;
