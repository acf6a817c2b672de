// expects: clocks are not supported; write when sample\(start, period\)
model ClockWhen
  Real x(start = 0, fixed = true);
  discrete Real y(start = 0);
equation
  der(x) = 1;
  when Clock(0.1) then // here
    y = previous(y) + 1;
  end when;
end ClockWhen;
