// elementwise functions of arrays and matrices (vectorized calls), unary minus, matrix division by a scalar
model Elementwise
  function law
    input Real x;
    input Real k = 2.0;
    output Real y;
  algorithm
    y := k*x + 1;
  end law;
  Real x[3] = {time, 2*time, 3*time};
  Real a[3] = sin(x);
  Real b[3] = law(x);
  Real c[3] = law(x, {1, 2, 3});
  Real d[2, 2] = -exp([time, 0; 1, -time])/2;
end Elementwise;
