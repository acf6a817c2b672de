// expects: 'reinit' stands outside a when; put it into one
model ReinitOutsideWhen
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  reinit(x, 2); // here
end ReinitOutsideWhen;
