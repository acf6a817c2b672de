// Integer variable as a subscript of a parameter array: steps of a schedule
model VariableSubscript
  parameter Real v[3] = {1, 2, 5};
  output Integer n(start = 1, fixed = true);
  output Real y;
  Real x(start = 0, fixed = true);
equation
  when sample(1, 1) then
    n = min(pre(n) + 1, 3);
  end when;
  y = v[n];
  der(x) = y;
end VariableSubscript;
