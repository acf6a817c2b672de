// partial base class with equations completed by two different derived classes
model PartialBase
  partial model Law
    Real x(start = 1.0, fixed = true);
    Real rate;
  equation
    der(x) = rate;
  end Law;
  model Exponential
    extends Law;
  equation
    rate = -x;
  end Exponential;
  model Constant
    extends Law;
  equation
    rate = -0.25;
  end Constant;
  Exponential e;
  Constant c;
end PartialBase;
