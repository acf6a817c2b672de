// if equations on parameters with different equations in the branches, nested, with elseif
model IfEquations
  parameter Integer mode = 2;
  parameter Boolean on = true;
  Real x(start = 1, fixed = true);
  Real y;
  output Real z;
equation
  if mode == 1 then
    der(x) = -x;
    y = 1;
  elseif mode == 2 then
    der(x) = -2*x;
    if on then
      y = x;
    else
      y = 3*x;
    end if;
  else
    y = time;
    der(x) = y;
  end if;
  z = x + 10*y;
end IfEquations;
