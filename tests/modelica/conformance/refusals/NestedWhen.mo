// expects: a 'when' inside a when is not allowed; combine the conditions with and
model NestedWhen
  Real x(start = 1, fixed = true);
  Integer n(start = 0, fixed = true);
equation
  der(x) = -x;
  when x < 0.5 then
    when x < 0.2 then // here
      n = 1;
    end when;
  end when;
end NestedWhen;
