// expects: condition must be Boolean, found 'Real': write a relation, such as x > 0
model WhenContinuous
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  when noEvent(x) then // here
    y = x;
  end when;
end WhenContinuous;
