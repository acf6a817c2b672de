// expects: a subscript in connect that the front end cannot work out: write numbers, loop variables, and Integer
model ConnectVector
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
  parameter Integer which[2] = {1, 3};
  Mass mass[n];
  Wall wall[n];
equation
  connect(mass[which].port, wall[1:2].a); // here
end ConnectVector;
