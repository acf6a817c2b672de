// expects: 'settings' is outer, and not every component with it is inside of one where it is inner; declare it with
model InnerElsewhere
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
  House house;
  Part garden;
end InnerElsewhere;
