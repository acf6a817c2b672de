within Within.Parts;
model Wall "Conductance"
  parameter Real G = 10.0;
  .Within.Interfaces.Port a;
  .Within.Interfaces.Port b;
equation
  a.Q = G*(a.T - b.T);
  a.Q + b.Q = 0;
end Wall;
