// expects: syntax error
model SyntaxError
  Real x(start = 1, fixed = true);
equation
  der(x) = -x + ; // here
end SyntaxError;
