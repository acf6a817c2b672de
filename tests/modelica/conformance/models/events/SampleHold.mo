// sample with an offset: sample and hold of a continuous signal in a discrete Real
model SampleHold
  Real x(start = 0, fixed = true);
  discrete output Real y(start = -1, fixed = true);
equation
  der(x) = 1;
  when sample(0.25, 0.5) then
    y = x^2;
  end when;
end SampleHold;
