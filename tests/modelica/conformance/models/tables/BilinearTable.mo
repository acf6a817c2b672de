// two-dimensional table as a matrix parameter, interpolated linearly in both directions
model BilinearTable
  function weights
    input Real x;
    input Real xs[:];
    output Real w[size(xs, 1)];
  protected
    Integer n = size(xs, 1);
    Real r;
  algorithm
    w := zeros(size(xs, 1));
    w[1] := 1;
    for i in 1:n - 1 loop
      r := min(max((x - xs[i])/(xs[i + 1] - xs[i]), 0), 1);
      w[i] := w[i] - r;
      w[i + 1] := r;
    end for;
  end weights;
  parameter Real xs[3] = {0, 1, 3};
  parameter Real ys[2] = {10, 20};
  parameter Real table[3, 2] = [1, 2; 4, 8; 3, 5];
  output Real z = weights(time, xs)*table*weights(10 + 3*time, ys);
end BilinearTable;
