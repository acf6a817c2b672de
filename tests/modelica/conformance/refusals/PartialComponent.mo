// expects: component 'law' has the partial class 'Law': use a class that extends it
model PartialComponent
  partial model Law
    Real y;
  end Law;
  Law law; // here
  Real x(start = 1, fixed = true);
equation
  der(x) = -law.y;
  law.y = 1;
end PartialComponent;
