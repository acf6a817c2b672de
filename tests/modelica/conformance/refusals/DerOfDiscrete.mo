// expects: der\(\) argument must have type 'Real', found 'Integer': .*declare the variable Real
model DerOfDiscrete
  Integer n(start = 0, fixed = true);
  output Real y;
equation
  when sample(1, 1) then
    n = pre(n) + 1;
  end when;
  y = der(n); // here
end DerOfDiscrete;
