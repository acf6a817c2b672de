// expects: 'terminal' is not supported.*leave it out
model Terminal
  Real x(start = 1, fixed = true);
  discrete Real y(start = 0, fixed = true);
equation
  der(x) = -x;
  when terminal() then // here
    y = x;
  end when;
end Terminal;
