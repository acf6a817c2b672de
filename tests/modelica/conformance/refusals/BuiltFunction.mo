// expects: '.*BuiltFunction' is a function, not a model: give the name of a model or block
function BuiltFunction // here
  input Real x;
  output Real y;
algorithm
  y := x;
end BuiltFunction;
