// record inside a connector, connected
package RecordConnector
  record Pair
    Real T;
    Real p;
  end Pair;
  connector Port
    Pair values;
    flow Real m;
  end Port;
  model Source
    Port port;
    parameter Real T = 300.0;
    parameter Real p = 1.0;
  equation
    port.values.T = T;
    port.values.p = p;
  end Source;
  model Sink
    Port port;
    Real x(start = 0.0, fixed = true);
  equation
    der(x) = port.values.T*port.values.p;
    port.m = 2.0;
  end Sink;
  model Main
    Source source(T = 310.0, p = 2.0);
    Sink sink;
    output Real m;
  equation
    connect(source.port, sink.port);
    m = source.port.m;
  end Main;
end RecordConnector;
