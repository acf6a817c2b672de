// expects: 'settings' is outer.*declare it with `?inner`? in the model that holds
model MissingInner
  model Settings
    parameter Real T = 300;
  end Settings;
  model Part
    outer Settings settings; // here
    Real x(start = 1, fixed = true);
  equation
    der(x) = settings.T - x;
  end Part;
  Part part;
end MissingInner;
