// discrete variables whose start values come from parameters and from an initial equation with pre
model DiscreteInitial
  parameter Integer n0 = 3;
  parameter Real y0 = 1.5;
  output Integer n(start = n0, fixed = true);
  discrete output Real y;
initial equation
  pre(y) = 2*y0;
equation
  when sample(1, 1) then
    n = pre(n)*2;
    y = pre(y) + 1;
  end when;
end DiscreteInitial;
