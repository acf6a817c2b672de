// reinit of two states by each other: values from before the event
model SwapStates
  Real x(start = 1, fixed = true);
  Real y(start = 5, fixed = true);
equation
  der(x) = 1;
  der(y) = -2;
  when time >= 1 then
    reinit(x, pre(y));
    reinit(y, pre(x));
  end when;
end SwapStates;
