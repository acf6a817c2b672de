// functions whose local names are those of variables of the model and of other functions
model SharedNames
  function f
    input Real x;
    output Real y;
  protected
    Real z;
  algorithm
    z := 2*x;
    y := z + 1;
  end f;
  function g
    input Real y;
    output Real x;
  protected
    Real z;
  algorithm
    z := f(y);
    x := z*y;
  end g;
  Real x(start = 1, fixed = true);
  output Real y;
  output Real z;
equation
  der(x) = -x;
  y = g(x);
  z = f(g(x) + y);
end SharedNames;
