// expects: not determined is one of .*'g\.u'; add an equation, or make it an input or a parameter
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
