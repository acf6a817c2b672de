// stream through hierarchical connectors and two elements in series
package StreamHierarchy
  connector Port
    Real p;
    flow Real m_flow;
    stream Real h;
  end Port;
  model Element
    Port a;
    Port b;
    parameter Real dh = 1.0;
    parameter Real k = 1.0;
  equation
    a.m_flow + b.m_flow = 0;
    a.m_flow = k*(a.p - b.p);
    b.h = inStream(a.h) + dh;
    a.h = inStream(b.h) - dh;
  end Element;
  model Chain
    Port a;
    Port b;
    Element first(dh = 5.0, k = 2.0);
    Element second(dh = 7.0, k = 2.0);
  equation
    connect(a, first.a);
    connect(first.b, second.a);
    connect(second.b, b);
  end Chain;
  model Boundary
    Port port;
    parameter Real p = 1.0;
    parameter Real h = 0.0;
    output Real h_in;
  equation
    port.p = p;
    port.h = h;
    h_in = inStream(port.h);
  end Boundary;
  model Main
    Boundary inlet(p = 3.0, h = 100.0);
    Boundary outlet(p = 1.0, h = 50.0);
    Chain chain;
    output Real m = chain.a.m_flow;
  equation
    connect(inlet.port, chain.a);
    connect(chain.b, outlet.port);
  end Main;
end StreamHierarchy;
