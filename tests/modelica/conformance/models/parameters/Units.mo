// units, display units, minima, maxima, nominal values do not change the numbers
model Units
  parameter Real T0(unit = "K", displayUnit = "degC", min = 0.0) = 293.15;
  parameter Real p(unit = "Pa", displayUnit = "bar", nominal = 1e5) = 2e5;
  Real T(unit = "K", displayUnit = "degC", start = T0 + 10.0, fixed = true, nominal = 300.0);
  output Real q(unit = "W", max = 1e9);
equation
  der(T) = -(T - T0)/100.0;
  q = p*1e-3*(T - T0);
end Units;
