// homotopy takes the actual expression, smooth with a derivative order, semiLinear inside noEvent
model HomotopySmooth
  Real u = 3*sin(time);
  output Real a;
  output Real b;
  output Real c;
equation
  a = homotopy(u^3, u);
  b = smooth(1, if u > 0 then u^2 else -u^2);
  c = noEvent(semiLinear(u, 2, 5));
end HomotopySmooth;
