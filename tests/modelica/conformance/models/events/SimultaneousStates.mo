// two state events at the same instant
model SimultaneousStates
  Real x(start = 0, fixed = true);
  Real y(start = 1, fixed = true);
equation
  der(x) = if y > 0.5 then 1 else 2;
  der(y) = if x < 0.5 then -1 else -3;
end SimultaneousStates;
