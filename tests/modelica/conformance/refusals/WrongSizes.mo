// expects: sizes of the arrays in 'x = v\*time' do not fit together \(x\[3\], v\[2\]\): make them equal
model WrongSizes
  Real x[3];
  parameter Real v[2] = {1, 2};
equation
  x = v*time; // here
end WrongSizes;
