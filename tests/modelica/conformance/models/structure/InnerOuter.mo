// inner/outer of a component, two levels deep
package InnerOuter
  model Settings
    parameter Real T_ambient = 280.0;
    Real scale;
  equation
    scale = 1.0 + time;
  end Settings;
  model Loss
    outer Settings settings;
    parameter Real k = 0.5;
    Real T(start = 320.0, fixed = true);
  equation
    der(T) = -k*settings.scale*(T - settings.T_ambient);
  end Loss;
  model House
    Loss a;
    Loss b(T(start = 300.0));
  end House;
  model Main
    inner Settings settings(T_ambient = 290.0);
    House house;
  end Main;
end InnerOuter;
