// expects: syntax error: unexpected `;`: a semicolon or a bracket may be missing before it
model SyntaxError
  Real x(start = 1, fixed = true);
equation
  der(x) = -x + ; // here
end SyntaxError;
