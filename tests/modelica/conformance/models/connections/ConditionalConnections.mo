// connections inside for and if equations on parameters, in a base class, and to a connector that stays open
package ConditionalConnections
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
  model Source
    Port port;
  equation
    port.Q = -2;
  end Source;
  model Resistor
    Port a;
    Port b;
    parameter Real G = 2;
  equation
    a.Q = G*(a.T - b.T);
    a.Q + b.Q = 0;
  end Resistor;
  partial model Base
    Port a;
    Port b;
    Resistor r;
  equation
    connect(a, r.a);
    connect(r.b, b);
  end Base;
  model Line
    extends Base(r(G = 4));
    Port extra;
    Resistor s;
  equation
    connect(b, s.a);
    connect(s.b, extra);
  end Line;
  model Main
    parameter Integer which = 2;
    parameter Boolean tied = false;
    Mass m[3];
    Source source;
    Line line;
    output Real open = line.extra.T;
  equation
    for i in 1:3 loop
      if i == which then
        connect(m[i].port, source.port);
      end if;
    end for;
    connect(m[1].port, line.a);
    if tied then
      connect(line.b, m[3].port);
    end if;
  end Main;
end ConditionalConnections;
