// expects: the subscript i \+ 1 of 'mass' becomes 4, which is outside of 1\.\.3; correct the subscript or the range of the loop
model ConnectOutOfRange
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
  for i in 1:n loop
    connect(mass[i].port, wall[i].a);
    connect(wall[i].b, mass[i + 1].port); // here
  end for;
end ConnectOutOfRange;
