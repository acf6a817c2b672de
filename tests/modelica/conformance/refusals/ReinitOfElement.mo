// expects: 'reinit' of one element of an array, 'x\[1\]', is not supported; reinit the whole array
model ReinitOfElement
  Real x[2](start = {0, 1}, each fixed = true);
equation
  der(x) = {1, 1};
  when time > 1 then
    reinit(x[1], 10); // here
  end when;
end ReinitOfElement;
