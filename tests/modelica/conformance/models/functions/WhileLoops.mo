// while with a bound that is known when the model is compiled, break out of a loop by its condition
model WhileLoops
  function squarings
    input Real x;
    input Integer n;
    output Real y;
  protected
    Integer i;
  algorithm
    i := 0;
    y := x;
    while i < n loop
      y := y*y/2;
      i := i + 1;
    end while;
  end squarings;
  parameter Integer n = 3;
  output Real y = squarings(1 + time, n);
end WhileLoops;
