// inputs of type Boolean and Integer, and a continuous one, in continuous and discrete equations
model DiscreteInputs
  input Boolean enable(start = false);
  input Integer n(start = 1);
  input Real u(start = 0);
  Real x(start = 0, fixed = true);
  output Boolean both;
  output Integer count(start = 0, fixed = true);
equation
  der(x) = if enable then n*u else 0;
  both = enable and n > 1;
  when enable then
    count = pre(count) + n;
  end when;
end DiscreteInputs;
