// expects: 'PartialModel' is a partial class; build one that extends it
partial model PartialModel // here
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -y;
end PartialModel;
