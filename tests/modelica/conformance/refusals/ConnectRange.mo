// expects: the range i in 1:chosen cannot be worked out.*write i in from:to with numbers and Integer parameters
model ConnectRange
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
  function whole
    input Integer k;
    output Integer m;
  algorithm
    m := k;
  end whole;
  parameter Integer chosen = whole(2);
  Mass mass[n];
  Wall wall[n];
equation
  for i in 1:chosen loop
    connect(mass[i].port, wall[i].a); // here
  end for;
end ConnectRange;
