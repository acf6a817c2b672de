// expects: 'der\(\.\.\.\)' of an expression is not supported; give the expression a variable
model DerOfExpression
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  y = der(x^2); // here
end DerOfExpression;
