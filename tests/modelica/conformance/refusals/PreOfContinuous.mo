// expects: 'pre' of the continuous 'x' outside a when; use the variable itself
model PreOfContinuous
  Real x(start = 1, fixed = true);
  output Real y;
equation
  der(x) = -x;
  y = pre(x); // here
end PreOfContinuous;
