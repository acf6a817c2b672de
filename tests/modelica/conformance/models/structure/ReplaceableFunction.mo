// replaceable function inside a model, redeclared where the model is used
package ReplaceableFunction
  partial function Law
    input Real x;
    output Real y;
  end Law;
  function linear
    extends Law;
  algorithm
    y := 2.0*x;
  end linear;
  function cubic
    extends Law;
  algorithm
    y := x^3;
  end cubic;
  model Decay
    replaceable function f = linear constrainedby Law;
    Real x(start = 1.0, fixed = true);
  equation
    der(x) = -f(x);
  end Decay;
  model Main
    Decay a;
    Decay b(redeclare function f = cubic);
  end Main;
end ReplaceableFunction;
