// expects: 'der\(\.\.\.\)' of an expression is not supported; give the expression a variable
model SecondDerivative
  Real x(start = 1, fixed = true);
equation
  der(der(x)) = -x; // here
end SecondDerivative;
