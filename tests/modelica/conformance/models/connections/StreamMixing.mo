// stream connectors: junction of three, four volumes, inStream as the mixture of what flows in
package StreamMixing
  connector Port
    Real p;
    flow Real m_flow;
    stream Real h;
  end Port;
  model Source
    parameter Real m = 1.0;
    parameter Real h = 100.0;
    Port port;
  equation
    port.m_flow = -m;
    port.h = h;
  end Source;
  model Volume
    Port port;
    parameter Real M = 2.0;
    Real h(start = 0.0, fixed = true);
  equation
    port.p = 1.0;
    port.h = h;
    M*der(h) = port.m_flow*(inStream(port.h) - h);
  end Volume;
  model Main
    Source a(m = 1.0, h = 100.0);
    Source b(m = 2.0, h = 40.0);
    Source c(m = 1.0, h = 60.0);
    Volume v;
    output Real mixed;
    output Real back;
  equation
    connect(a.port, v.port);
    connect(b.port, v.port);
    connect(c.port, v.port);
    mixed = inStream(v.port.h);
    back = inStream(a.port.h);
  end Main;
end StreamMixing;
