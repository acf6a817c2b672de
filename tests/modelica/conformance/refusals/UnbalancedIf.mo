// expects: if
model UnbalancedIf
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  if x > 0.5 then // here
    y = 1;
  end if;
end UnbalancedIf;
