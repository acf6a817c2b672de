// if expressions with elseif inside noEvent and smooth, with arrays as branches
model IfExpressions
  Real u = 2*sin(time);
  output Real a;
  output Real b;
  output Real c[2];
equation
  a = noEvent(if u > 1 then u^2 elseif u > 0 then u elseif u > -1 then 0 else -u);
  b = smooth(0, if u > 1 then 1 else u);
  c = noEvent(if u >= 0 then {u, 1} else {2*u, -1});
end IfExpressions;
