// expects: 'settings' is outer, and 'settings' around it is not inner; declare it with inner
model PlainForOuter
  model Settings
    parameter Real T = 300;
  end Settings;
  model Part
    outer Settings settings; // here
    Real x(start = 1, fixed = true);
  equation
    der(x) = settings.T - x;
  end Part;
  model House
    inner Settings settings(T = 290);
    Part part;
  end House;
  Settings settings;
  House house;
  Part garden;
end PlainForOuter;
