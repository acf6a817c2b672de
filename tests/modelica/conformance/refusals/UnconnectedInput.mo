// expects: \bu\b
model UnconnectedInput
  block Gain
    input Real u;
    output Real y;
  equation
    y = 2*u;
  end Gain;
  Gain g;
  output Real z = g.y;
end UnconnectedInput;
