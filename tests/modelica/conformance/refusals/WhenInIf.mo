// expects: a 'when' inside an if is not allowed; combine the conditions with and
model WhenInIf
  Real x(start = 1, fixed = true);
  Integer n(start = 0, fixed = true);
equation
  der(x) = -x;
  if x < 0.7 then
    when x < 0.5 then // here
      n = 1;
    end when;
  end if;
end WhenInIf;
