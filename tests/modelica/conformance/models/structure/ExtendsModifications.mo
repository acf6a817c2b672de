// extends with modifications of parameters, start values and of components of the base class, over two levels
package ExtendsModifications
  model Base
    parameter Real k = 1.0;
    parameter Real a = 10.0;
    Real x(start = 5.0, fixed = true);
  equation
    der(x) = a - k*x;
  end Base;
  model Middle
    extends Base(k = 2.0, x(start = 1.0));
    Base part(a = 3.0);
  end Middle;
  model Main
    extends Middle(a = 4.0, part(k = 0.5, x(start = 2.0)));
  end Main;
end ExtendsModifications;
