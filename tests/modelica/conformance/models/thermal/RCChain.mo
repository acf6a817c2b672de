// chain of capacities and conductances between a room and a boundary that changes (connectors, arrays of components)
package RCChain
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Capacity
    parameter Real C = 1000;
    parameter Real T0 = 293.15;
    Real T(start = T0, fixed = true);
    Port port;
  equation
    T = port.T;
    C*der(T) = port.Q;
  end Capacity;
  model Conductance
    parameter Real G = 10;
    Port a;
    Port b;
  equation
    a.Q = G*(a.T - b.T);
    a.Q + b.Q = 0;
  end Conductance;
  model Outside
    Port port;
  equation
    port.T = 283.15 + 10*sin(time/100);
  end Outside;
  model Main
    parameter Integer n = 5;
    Capacity c[n](each C = 500);
    Conductance g[n + 1](each G = 20);
    Outside outside;
    Capacity room(C = 5000, T0 = 295.15);
  equation
    connect(outside.port, g[1].a);
    for i in 1:n loop
      connect(g[i].b, c[i].port);
      connect(c[i].port, g[i + 1].a);
    end for;
    connect(g[n + 1].b, room.port);
  end Main;
end RCChain;
