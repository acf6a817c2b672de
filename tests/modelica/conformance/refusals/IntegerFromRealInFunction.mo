// expects: 'n' in 'steps' is an Integer and gets a Real: write integer\(...\), or declare it Real
model IntegerFromRealInFunction
  function steps
    input Real x;
    output Integer n;
  algorithm
    n := 2.5*x; // here
  end steps;
  Real x(start = 1, fixed = true);
  output Real y = steps(2);
equation
  der(x) = -x;
end IntegerFromRealInFunction;
