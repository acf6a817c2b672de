// expects: the states a\.T, b\.T are tied to each other.*\(high index\): use one state less, or put .* a resistance
package ConnectedCapacities
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Mass
    Port port;
    Real T(start = 300, fixed = true);
  equation
    T = port.T;
    der(T) = port.Q;
  end Mass;
  model Main
    Mass a;
    Mass b;
  equation
    connect(a.port, b.port);
  end Main;
end ConnectedCapacities;
