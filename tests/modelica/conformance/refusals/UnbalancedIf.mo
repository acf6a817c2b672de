// expects: branches of this 'if' have different numbers of equations; give each branch an equation for the same variables
model UnbalancedIf
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  if x > 0.5 then // here
    y = 1;
  end if;
end UnbalancedIf;
