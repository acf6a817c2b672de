// functions with several outputs: tuple equations, some outputs left out, only the first in an expression
model SeveralOutputs
  function polar
    input Real x;
    input Real y;
    output Real r;
    output Real phi;
    output Real s;
  algorithm
    r := sqrt(x^2 + y^2);
    phi := atan2(y, x);
    s := x + y;
  end polar;
  Real a;
  Real b;
  Real c;
  Real d;
  Real e;
  Real f;
equation
  (a, b, c) = polar(1 + time, 2.0);
  (d, , e) = polar(2.0, time);
  f = 2*polar(3.0, 4.0*time) + 1;
end SeveralOutputs;
