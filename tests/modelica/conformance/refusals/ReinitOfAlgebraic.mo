// expects: 'reinit' of 'y', which is not a state; reinit the state that determines it
model ReinitOfAlgebraic
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -x;
  y = 2*x;
  when x < 0.5 then
    reinit(y, 2); // here
  end when;
end ReinitOfAlgebraic;
