// functions with singular points behind a noEvent condition: no NaN from the branch that does not count
model GuardedSqrt
  Real x(start = 1, fixed = true);
  output Real a;
  output Real b;
  output Real c;
equation
  der(x) = -1;
  a = noEvent(if x > 0 then sqrt(x) else 0);
  b = noEvent(if x > 0 then x*log(x) else x);
  c = noEvent(if abs(x) > 1e-3 then sin(x)/x else 1);
end GuardedSqrt;
