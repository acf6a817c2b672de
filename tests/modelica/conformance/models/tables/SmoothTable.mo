// one-dimensional table interpolated by cubic Hermite polynomials with slopes from neighbours
model SmoothTable
  function hermite
    input Real x;
    input Real xs[:];
    input Real ys[size(xs, 1)];
    output Real y;
  protected
    Integer n = size(xs, 1);
    Real s[size(xs, 1)];
    Real h;
    Real r;
  algorithm
    s[1] := (ys[2] - ys[1])/(xs[2] - xs[1]);
    s[n] := (ys[n] - ys[n - 1])/(xs[n] - xs[n - 1]);
    for i in 2:n - 1 loop
      s[i] := (ys[i + 1] - ys[i - 1])/(xs[i + 1] - xs[i - 1]);
    end for;
    y := ys[1];
    for i in 1:n - 1 loop
      if x >= xs[i] and x <= xs[i + 1] then
        h := xs[i + 1] - xs[i];
        r := (x - xs[i])/h;
        y := (1 + 2*r)*(1 - r)^2*ys[i] + r*(1 - r)^2*h*s[i] + r^2*(3 - 2*r)*ys[i + 1] + r^2*(r - 1)*h*s[i + 1];
      end if;
    end for;
    if x > xs[n] then
      y := ys[n];
    end if;
  end hermite;
  parameter Real xs[5] = {0, 1, 2.5, 3, 5};
  parameter Real ys[5] = {1, 3, 2, 2.5, 4};
  output Real y = hermite(time, xs, ys);
end SmoothTable;
