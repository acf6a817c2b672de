// arrays of components with streams: branches in parallel inside of stations in series, volumes in a row
package StreamArrays
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
  model Station "Branches that part and join without a volume"
    parameter Integer n = 2;
    Port a;
    Port b;
    Element branch[n](dh = {4.0*i for i in 1:n}, k = {1.0*i for i in 1:n});
  equation
    for i in 1:n loop
      connect(a, branch[i].a);
      connect(branch[i].b, b);
    end for;
  end Station;
  model Cell "Mixed volume"
    Port a;
    Port b;
    Real h(start = 100.0, fixed = true);
  equation
    a.m_flow + b.m_flow = 0;
    a.p = b.p;
    a.h = h;
    b.h = h;
    der(h) = a.m_flow*(inStream(a.h) - h);
  end Cell;
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
    parameter Integer n = 3;
    Boundary inlet(p = 4.0, h = 100.0);
    Boundary outlet(p = 1.0, h = 50.0);
    Station station[n](n = {1, 2, 3});
    Cell cell[n];
    output Real m = inlet.port.m_flow;
  equation
    connect(inlet.port, station[1].a);
    connect(station[1:n - 1].b, station[2:n].a);
    connect(station[n].b, cell[1].a);
    for i in 1:n - 1 loop
      connect(cell[i].b, cell[i + 1].a);
    end for;
    connect(cell[n].b, outlet.port);
  end Main;
end StreamArrays;
