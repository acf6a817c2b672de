// if equations with state events and different equations in the branches
model IfEquation
  Real x(start = 2, fixed = true);
  Real y;
  Real z;
equation
  der(x) = -y;
  if x > 1 then
    y = x;
    z = 1;
  elseif x > 0.5 then
    y = 1;
    z = x;
  else
    z = 3;
    y = x - 0.1;
  end if;
end IfEquation;
