// expects: partial class.*extends
partial model PartialModel
  Real x(start = 1, fixed = true);
  Real y;
equation
  der(x) = -y;
end PartialModel;
