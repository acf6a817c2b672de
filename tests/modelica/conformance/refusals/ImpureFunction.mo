// expects: the impure function 'f' is not supported; write one without side effects
model ImpureFunction
  impure function f // here
    input Real x;
    output Real y;
  algorithm
    y := x + 1;
  end f;
  output Real y = f(time);
end ImpureFunction;
