// expects: linear equations that contradict or repeat each other: .*0\.1\*x \+ 0\.3\*y = u
model RepeatedEquation
  input Real u;
  Real x;
  Real y;
equation
  0.1*x + 0.3*y = u; // here
  0.3*x + 0.9*y = 3*u;
end RepeatedEquation;
