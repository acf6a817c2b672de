// flow variables: junctions of two, three and five connectors, one unconnected, hierarchical
package FlowJunctions
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Mass
    parameter Real C = 1.0;
    parameter Real T0 = 300.0;
    Port port;
    Real T(start = T0, fixed = true);
  equation
    T = port.T;
    C*der(T) = port.Q;
  end Mass;
  model Wall
    parameter Real G = 1.0;
    Port a;
    Port b;
  equation
    a.Q = G*(a.T - b.T);
    a.Q + b.Q = 0;
  end Wall;
  model DoubleWall
    Port a;
    Port b;
    Wall first(G = 2.0);
    Wall second(G = 3.0);
  equation
    connect(a, first.a);
    connect(first.b, second.a);
    connect(second.b, b);
  end DoubleWall;
  model Main
    Mass m[4](C = {1, 2, 3, 4}, T0 = {300, 320, 340, 360});
    Wall w[3](G = {1, 2, 3});
    DoubleWall double;
    Mass alone(T0 = 299.0);
    output Real center;
    output Real loose;
    Wall open(G = 5.0);
  equation
    connect(m[1].port, w[1].a);
    connect(m[2].port, w[2].a);
    connect(m[3].port, w[3].a);
    connect(w[1].b, w[2].b);
    connect(w[2].b, w[3].b);
    connect(w[3].b, double.a);
    connect(double.b, m[4].port);
    connect(m[4].port, open.a);
    center = double.a.T;
    loose = open.b.T;
  end Main;
end FlowJunctions;
