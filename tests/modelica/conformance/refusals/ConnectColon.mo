// expects: connection of 'mass\[:\]' may get other sizes than it seems; write 'mass' without \[:\]
model ConnectColon
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Mass
    Port port;
    Real T(start = 1, fixed = true);
  equation
    der(T) = port.Q;
    port.T = T;
  end Mass;
  model Wall
    Port a;
    Port b;
    Real T(start = 0, fixed = true);
  equation
    a.Q = a.T - T;
    b.Q = b.T - T;
    der(T) = a.Q + b.Q;
  end Wall;
  parameter Integer n = 3;
  Mass mass[n];
  Wall wall[n];
equation
  connect(mass[:].port, wall.a); // here
end ConnectColon;
