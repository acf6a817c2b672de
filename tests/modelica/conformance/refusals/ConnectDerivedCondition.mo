// expects: may take the condition both for true; write .* Boolean parameters of this class that are given as true or false
model ConnectDerivedCondition
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
  parameter Boolean left = true;
  parameter Boolean both = not left;
  Mass mass[n];
  Wall wall[n];
equation
  if both then
    connect(mass[1].port, wall[1].a); // here
  end if;
end ConnectDerivedCondition;
