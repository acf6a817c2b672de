within Within.Parts;
model Mass "Mass that finds a constant of the package two levels up"
  parameter Real m = 2.0;
  parameter Real T0 = 300.0;
  Interfaces.Port port;
  Real T(start = T0, fixed = true);
equation
  T = port.T;
  m*Constants.c*der(T) = port.Q;
end Mass;
