// expects: start and period of 'sample' must be numbers or parameters
model SampleNotConstant
  Real x(start = 1, fixed = true);
  discrete Real y(start = 0, fixed = true);
equation
  der(x) = -x;
  when sample(0, x) then // here
    y = x;
  end when;
end SampleNotConstant;
