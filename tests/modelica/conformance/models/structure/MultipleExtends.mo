// extends of two base classes, equations of both count
package MultipleExtends
  model A
    Real a(start = 1.0, fixed = true);
  equation
    der(a) = -a;
  end A;
  model B
    Real b(start = 2.0, fixed = true);
  equation
    der(b) = -2.0*b;
  end B;
  model Main
    extends A;
    extends B;
    output Real s;
  equation
    s = a + b;
  end Main;
end MultipleExtends;
