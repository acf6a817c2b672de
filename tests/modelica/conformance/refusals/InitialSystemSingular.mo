// expects: initial equations: too many equations, 2 for 1 unknown; too many: 'x = 2' .*take an initial equation or a fixed=true away
model InitialSystemSingular
  Real x(start = 1, fixed = true);
initial equation
  x = 2; // here
equation
  der(x) = -x;
end InitialSystemSingular;
