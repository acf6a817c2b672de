// expects: der
model SecondDerivative
  Real x(start = 1, fixed = true);
equation
  der(der(x)) = -x; // here
end SecondDerivative;
