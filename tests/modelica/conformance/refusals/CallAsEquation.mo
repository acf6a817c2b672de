// expects: drops the call of 'demand' as an equation of its own; give its result a variable, as in y = demand\(
model CallAsEquation
  function demand
    input Real x;
    output Real y;
  algorithm
    y := 2*x;
  end demand;
  Real x(start = 1, fixed = true);
equation
  der(x) = -x;
  demand(x); // here
end CallAsEquation;
