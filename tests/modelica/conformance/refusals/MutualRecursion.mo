// expects: f -> MutualRecursion\.g -> MutualRecursion\.f\); recursion is not supported, write a loop
model MutualRecursion
  function f
    input Real x;
    output Real y;
  algorithm
    y := g(x - 1);
  end f;
  function g
    input Real x;
    output Real y;
  algorithm
    y := if x < 0 then 0 else f(x - 1);
  end g;
  output Real y = f(3 + time);
end MutualRecursion;
