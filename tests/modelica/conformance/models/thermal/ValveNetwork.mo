// pump with a quadratic curve, two parallel valves with turbulent flow, mixing temperature: nonlinear loop over connectors
package ValveNetwork
  connector Port
    Real p;
    flow Real m_flow;
  end Port;
  model Valve
    Port a;
    Port b;
    parameter Real k = 1e-3;
    parameter Real m_small = 1e-3;
    Real m(start = 0.1);
  equation
    a.m_flow = m;
    a.m_flow + b.m_flow = 0;
    a.p - b.p = m*sqrt(m^2 + m_small^2)/k^2;
  end Valve;
  model Pump
    Port a;
    Port b;
    parameter Real dp0 = 1e5;
    parameter Real c = 2e4;
    input Real speed;
  equation
    a.m_flow + b.m_flow = 0;
    b.p - a.p = dp0*speed^2 - c*a.m_flow^2;
  end Pump;
  model Ground
    Port port;
  equation
    port.p = 1e5;
  end Ground;
  model Main
    Pump pump(speed = 1 + 0.2*sin(time));
    Valve v1(k = 2e-3);
    Valve v2(k = 3e-3);
    Valve back(k = 5e-3);
    Ground ground;
    Real T(start = 300, fixed = true);
    output Real m1 = v1.m;
    output Real m2 = v2.m;
  equation
    connect(ground.port, pump.a);
    connect(pump.b, v1.a);
    connect(pump.b, v2.a);
    connect(v1.b, back.a);
    connect(v2.b, back.a);
    connect(back.b, pump.a);
    der(T) = 0.1*(v1.m*350 + v2.m*320 - back.m*T);
  end Main;
end ValveNetwork;
