// expects: an assert in a function on values that are not known.*put it into the equations of the model
model AssertInFunction
  function root
    input Real x;
    output Real y;
  algorithm
    assert(x >= 0, "root of a negative number"); // here
    y := sqrt(x);
  end root;
  Real x(start = 1, fixed = true);
  output Real y = root(x);
equation
  der(x) = -x;
end AssertInFunction;
