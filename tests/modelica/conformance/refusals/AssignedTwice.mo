// expects: 'n' is set here and at \S*AssignedTwice\.mo:8:5: set it in one when, with elsewhen
model AssignedTwice
  Real x(start = 1, fixed = true);
  Integer n(start = 0, fixed = true);
equation
  der(x) = -x;
  when x < 0.5 then
    n = 1;
  end when;
  when x < 0.2 then
    n = 2; // here
  end when;
end AssignedTwice;
