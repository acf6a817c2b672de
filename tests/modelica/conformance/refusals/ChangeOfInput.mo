// expects: 'change'.*Boolean b = u
model ChangeOfInput
  input Boolean u(start = false);
  output Integer n(start = 0, fixed = true);
equation
  when change(u) then // here
    n = pre(n) + 1;
  end when;
end ChangeOfInput;
