// stream with flow reversal: actualStream inside noEvent, two volumes exchange with an oscillating flow
package StreamReversal
  connector Port
    Real p;
    flow Real m_flow;
    stream Real h;
  end Port;
  model Volume
    Port port;
    parameter Real h0 = 0.0;
    parameter Real M = 1.0;
    Real h(start = h0, fixed = true);
    output Real carried;
  equation
    port.h = h;
    M*der(h) = noEvent(port.m_flow*(actualStream(port.h) - h));
    carried = noEvent(actualStream(port.h));
  end Volume;
  model Driver
    Port a;
    Port b;
    Real m;
  equation
    m = cos(time);
    a.m_flow = m;
    a.m_flow + b.m_flow = 0;
    a.h = inStream(b.h);
    b.h = inStream(a.h);
  end Driver;
  model Main
    Volume hot(h0 = 100.0);
    Volume cold(h0 = 20.0, M = 2.0);
    Driver driver;
  equation
    connect(hot.port, driver.a);
    connect(driver.b, cold.port);
    hot.port.p = 1.0;
    cold.port.p = 2.0;
  end Main;
end StreamReversal;
