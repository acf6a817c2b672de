// subscripts in functions that are variables of the function: loop counters of a while, neighbours in a table
model IndexByVariable
  function step
    input Real x;
    input Real xs[:];
    input Real ys[size(xs, 1)];
    output Real y;
  protected
    Integer i;
  algorithm
    i := 1;
    while i < size(xs, 1) and x > xs[i] loop
      i := i + 1;
    end while;
    y := ys[i];
  end step;
  output Real y = step(time, {1, 2, 3}, {10, 20, 40});
end IndexByVariable;
