// signs of flows: a junction inside a component that also has its own source at the outer connector
package InsideOutsideFlow
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Source
    Port port;
    parameter Real Q = 1.0;
  equation
    port.Q = -Q;
  end Source;
  model Resistor
    Port a;
    Port b;
    parameter Real G = 1.0;
  equation
    a.Q = G*(a.T - b.T);
    a.Q + b.Q = 0;
  end Resistor;
  model Unit
    Port outside;
    Port second;
    Source s(Q = 3.0);
    Resistor r(G = 2.0);
  equation
    connect(outside, s.port);
    connect(outside, r.a);
    connect(r.b, second);
  end Unit;
  model Fixed
    Port port;
    parameter Real T = 300.0;
    output Real Q;
  equation
    port.T = T;
    Q = port.Q;
  end Fixed;
  model Main
    Unit unit;
    Fixed warm(T = 310.0);
    Fixed cold(T = 300.0);
  equation
    connect(unit.outside, warm.port);
    connect(unit.second, cold.port);
  end Main;
end InsideOutsideFlow;
