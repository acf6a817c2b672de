// short class definitions of types and models, type with attributes
package ShortClasses
  type Temperature = Real(unit = "K", min = 0.0, nominal = 300.0);
  type Hot = Temperature(start = 350.0);
  model Decay
    parameter Real k = 1.0;
    Hot T(fixed = true);
  equation
    der(T) = -k*(T - 300.0);
  end Decay;
  model Fast = Decay(k = 3.0);
  model Main
    Decay a;
    Fast b;
  end Main;
end ShortClasses;
