// functions that call functions, inputs of a function as results of others, functions of functions of states
model NestedCalls
  function g
    input Real x;
    output Real y;
  algorithm
    y := x + 1;
  end g;
  function f
    input Real x;
    output Real y;
  algorithm
    y := g(g(x))*g(2*x);
  end f;
  Real x(start = 1, fixed = true);
equation
  der(x) = -f(f(x) - 10)/100;
end NestedCalls;
