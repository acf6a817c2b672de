// expects: drops an assert inside an if; write it outside, with the condition in it
model AssertInIf
  parameter Boolean checked = true;
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  if checked then
    assert(x > 0.5, "too small"); // here
  end if;
end AssertInIf;
