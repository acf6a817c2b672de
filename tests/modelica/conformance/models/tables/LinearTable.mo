// one-dimensional table as a parameter, interpolated linearly by a function of the model, flat beyond its ends
model LinearTable
  function interpolate
    input Real x;
    input Real xs[:];
    input Real ys[size(xs, 1)];
    output Real y;
  algorithm
    y := ys[1];
    for i in 1:size(xs, 1) - 1 loop
      y := y + (ys[i + 1] - ys[i])*min(max((x - xs[i])/(xs[i + 1] - xs[i]), 0), 1);
    end for;
  end interpolate;
  parameter Real xs[4] = {0, 1, 3, 4};
  parameter Real ys[4] = {2, 5, 4, 8};
  output Real y = interpolate(time - 0.5, xs, ys);
end LinearTable;
