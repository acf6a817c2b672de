// if equations on variables with a noEvent condition: the same number of equations in each branch
model IfEquationNoEvent
  Real x(start = 2, fixed = true);
  Real q;
equation
  der(x) = -q;
  if noEvent(x > 1) then
    q = x;
  else
    q = x^2;
  end if;
end IfEquationNoEvent;
