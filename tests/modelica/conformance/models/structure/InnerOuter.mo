// inner/outer of a component and of a parameter, two levels deep, the nearest inner one counts
package InnerOuter
  model Settings
    parameter Real T_ambient = 280.0;
    Real scale;
  equation
    scale = 1.0 + time;
  end Settings;
  model Loss
    outer Settings settings;
    outer parameter Real k;
    Real T(start = 320.0, fixed = true);
  equation
    der(T) = -k*settings.scale*(T - settings.T_ambient);
  end Loss;
  model House
    Loss a;
    Loss b(T(start = 300.0));
  end House;
  model Cellar
    inner parameter Real k = 2.0;
    Loss c;
  end Cellar;
  model Main
    inner Settings settings(T_ambient = 290.0);
    inner parameter Real k = 0.5;
    House house;
    Cellar cellar;
  end Main;
end InnerOuter;
