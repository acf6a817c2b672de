// relations in nested if expressions and in Boolean expressions with several variables
model NestedConditions
  Real x(start = 0, fixed = true);
  Real y(start = 2, fixed = true);
  Real z(start = 0, fixed = true);
equation
  der(x) = 1;
  der(y) = -1;
  der(z) = if x > 0.5 and y > 0.8 then (if x > y then 3 else 2) elseif not (x < 1.5 or y > 1) then -1 else 0;
end NestedConditions;
