// named arguments in any order, defaults that depend on other inputs, positional and named mixed
model NamedArguments
  function f
    input Real a;
    input Real b = 10.0;
    input Real c = 100.0;
    output Real y;
  algorithm
    y := a + 2*b + 3*c;
  end f;
  output Real y1 = f(time);
  output Real y2 = f(time, c = 1.0);
  output Real y3 = f(c = 1.0, a = time, b = 2.0);
  output Real y4 = f(time, 5.0);
end NamedArguments;
