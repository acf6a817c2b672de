// expects: partial
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
