// expects: may take the condition mod\(i, 2\) == 0 for true; write comparisons of loop variables and Integer parameters
model ConnectCondition
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
    if mod(i, 2) == 0 then
      connect(mass[i].port, wall[i].a); // here
    end if;
  end for;
end ConnectCondition;
