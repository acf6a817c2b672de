// conditional components on Boolean and Integer parameters, with the connections that go with them
package ConditionalComponents
  connector Port
    Real T;
    flow Real Q;
  end Port;
  model Mass
    Port port;
    parameter Real C = 1.0;
    Real T(start = 300.0, fixed = true);
  equation
    T = port.T;
    C*der(T) = port.Q;
  end Mass;
  model Heater
    Port port;
    parameter Real Q = 1.0;
  equation
    port.Q = -Q;
  end Heater;
  model Main
    parameter Boolean has_second = true;
    parameter Integer n = 1;
    Mass mass(C = 2.0);
    Heater first(Q = 10.0);
    Heater second(Q = 5.0) if has_second;
    Heater third(Q = 100.0) if n > 1;
  equation
    connect(first.port, mass.port);
    connect(second.port, mass.port);
    connect(third.port, mass.port);
  end Main;
end ConditionalComponents;
