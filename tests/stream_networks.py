"""Networks with streams, each written twice: with arrays of components, and out by hand one by one.

In the second form component `c[1]` is called `c_1`, so that the same variables are found in both.
"""

from __future__ import annotations

LIBRARY = """package L
  connector Port Real p; flow Real m_flow; stream Real h_outflow; end Port;
  connector Rich extends Port; stream Real X_outflow[2]; end Rich;
  model Source "Given pressure and enthalpy"
    Port a; parameter Real p=2; parameter Real h=5; Real h_in = inStream(a.h_outflow);
  equation a.p = p; a.h_outflow = h; end Source;
  model Pump "Given flow"
    Port a; Port b; parameter Real m=1;
  equation a.m_flow = m; a.m_flow + b.m_flow = 0;
    a.h_outflow = inStream(b.h_outflow); b.h_outflow = inStream(a.h_outflow); end Pump;
  partial model Two Port a; Port b; parameter Real k=1.5;
  equation a.m_flow + b.m_flow = 0; a.p - b.p = k*a.m_flow; end Two;
  model Through extends Two; equation
    a.h_outflow = inStream(b.h_outflow); b.h_outflow = inStream(a.h_outflow); end Through;
  model Pipe extends Two; parameter Integer n=2; Real T[n](start={j for j in 1:n}, each fixed=true); Real H[n + 1];
  equation
    a.h_outflow = 2*T[1]; b.h_outflow = 2*T[n];
    H[1] = a.m_flow*actualStream(a.h_outflow);
    for i in 1:n - 1 loop H[i + 1] = noEvent(if a.m_flow > 0 then 2*a.m_flow*T[i] else 2*a.m_flow*T[i + 1]); end for;
    H[n + 1] = -actualStream(b.h_outflow)*b.m_flow;
    for i in 1:n loop der(T[i]) = H[i] - H[i + 1]; end for;
  end Pipe;
  model Volume parameter Integer n=2; Port ports[n]; Real h(start=3, fixed=true); Real H[n]; Real p;
  equation
    for i in 1:n loop ports[i].p = p; ports[i].h_outflow = h;
      H[i] = ports[i].m_flow*noEvent(actualStream(ports[i].h_outflow)); end for;
    sum(ports.m_flow) = 0; der(h) = sum(H); end Volume;
  model Splitter "Three ports with pressure drops"
    Port a; Port b; Port c; Real p; Real h(start=1, fixed=true);
  equation a.p - p = a.m_flow; b.p - p = 2*b.m_flow; c.p - p = 3*c.m_flow; a.m_flow + b.m_flow + c.m_flow = 0;
    a.h_outflow = h; b.h_outflow = h; c.h_outflow = h;
    der(h) = a.m_flow*actualStream(a.h_outflow) + b.m_flow*actualStream(b.h_outflow)
      + c.m_flow*actualStream(c.h_outflow); end Splitter;
  model Rack "Two branches between two outside connectors, with a tap"
    Port a; Port b; Port tap; Through valve; Pipe pipe(n=3); Pipe other(k=3); Real y = actualStream(a.h_outflow);
  equation connect(a, valve.a); connect(valve.b, pipe.a); connect(a, other.a); connect(pipe.b, b);
    connect(other.b, b); connect(other.b, tap); end Rack;
  model RackOfArrays "The same with an array inside"
    parameter Integer n=2; Port a; Port b; Pipe pipe[n](k={1.0 + j for j in 1:n}); Source leak;
  equation for i in 1:n loop connect(a, pipe[i].a); connect(pipe[i].b, b); end for; connect(leak.a, b);
  end RackOfArrays;
  model RackByHand
    Port a; Port b; Pipe pipe_1(k=2.0); Pipe pipe_2(k=3.0); Source leak;
  equation connect(a, pipe_1.a); connect(pipe_1.b, b); connect(a, pipe_2.a); connect(pipe_2.b, b); connect(leak.a, b);
  end RackByHand;
  model Wire "Nothing between its connectors" Port a; Port b; equation connect(a, b); end Wire;
  model Bypass "Two outside connectors joined with a pipe to the third"
    Port a; Port b; Port c; Pipe pipe; equation connect(a, b); connect(a, pipe.a); connect(pipe.b, c); end Bypass;
  connector Pair Port supply; Port back; end Pair;
  model PairOfPipes "Supply and return in one connector" Pair a; Pair b; Pipe pipe[2];
  equation connect(a.supply, pipe[1].a); connect(pipe[1].b, b.supply); connect(b.back, pipe[2].a);
    connect(pipe[2].b, a.back); end PairOfPipes;
  model PairByHand Pair a; Pair b; Pipe pipe_1; Pipe pipe_2;
  equation connect(a.supply, pipe_1.a); connect(pipe_1.b, b.supply); connect(b.back, pipe_2.a);
    connect(pipe_2.b, a.back); end PairByHand;
  model RichSource Rich a; parameter Real p=2; parameter Real h=5;
    Real X[2] = inStream(a.X_outflow);
  equation a.p = p; a.h_outflow = h; a.X_outflow = {0.1*h, 0.2}; end RichSource;
  model RichPipe Rich a; Rich b; Real h(start=1, fixed=true); Real X[2](start={2, 3}, each fixed=true);
  equation a.m_flow + b.m_flow = 0; a.p - b.p = a.m_flow; a.h_outflow = h; b.h_outflow = h;
    a.X_outflow = X; b.X_outflow = X;
    der(h) = a.m_flow*actualStream(a.h_outflow) + b.m_flow*actualStream(b.h_outflow);
    der(X) = noEvent(if a.m_flow > 0 then a.m_flow*inStream(a.X_outflow) else a.m_flow*a.X_outflow)
      + noEvent(if b.m_flow > 0 then b.m_flow*inStream(b.X_outflow) else b.m_flow*b.X_outflow); end RichPipe;
  model RichBox Rich a; Rich b; RichPipe x; RichPipe y;
  equation connect(a, x.a); connect(x.b, b); connect(a, y.a); connect(y.b, b); end RichBox;
{models}
end L;"""

_PIPES = "Source s; Source t(p=1, h=7); "

# name -> (with arrays, by hand)
NETWORKS = {
    "series": (
        _PIPES + "Pipe c[3](k={1, 2, 3}, n={2, 3, 1}); equation connect(s.a, c[1].a);"
        " for i in 1:2 loop connect(c[i].b, c[i + 1].a); end for; connect(c[3].b, t.a);",
        _PIPES + "Pipe c_1(k=1, n=2); Pipe c_2(k=2, n=3); Pipe c_3(k=3, n=1); equation connect(s.a, c_1.a);"
        " connect(c_1.b, c_2.a); connect(c_2.b, c_3.a); connect(c_3.b, t.a);",
    ),
    "series by slices": (
        _PIPES + "parameter Integer m=4; Pipe c[m]; equation connect(s.a, c[1].a);"
        " connect(c[1:m - 1].b, c[2:m].a); connect(c[m].b, t.a);",
        _PIPES + "Pipe c_1; Pipe c_2; Pipe c_3; Pipe c_4; equation connect(s.a, c_1.a); connect(c_1.b, c_2.a);"
        " connect(c_2.b, c_3.a); connect(c_3.b, c_4.a); connect(c_4.b, t.a);",
    ),
    "one in the array": (
        _PIPES + "parameter Integer m=1; Pipe c[m]; equation connect(s.a, c[1].a);"
        " for i in 1:m - 1 loop connect(c[i].b, c[i + 1].a); end for; connect(c[m].b, t.a);",
        _PIPES + "Pipe c_1; equation connect(s.a, c_1.a); connect(c_1.b, t.a);",
    ),
    "parallel between junctions": (
        _PIPES
        + "Pipe c[3](k={1, 2, 3}); Source u(h=11, p=1.5); Through r; equation for i in 1:3 loop connect(s.a, c[i].a);"
        " connect(c[i].b, t.a); end for; connect(u.a, r.a); connect(r.b, t.a);",
        _PIPES
        + "Pipe c_1(k=1); Pipe c_2(k=2); Pipe c_3(k=3); Source u(h=11, p=1.5); Through r; equation connect(s.a, c_1.a);"
        " connect(c_1.b, t.a); connect(s.a, c_2.a); connect(c_2.b, t.a); connect(s.a, c_3.a); connect(c_3.b, t.a);"
        " connect(u.a, r.a); connect(r.b, t.a);",
    ),
    "junctions of three without volume": (
        _PIPES + "Pipe c[2]; Source u[2](h={11, 13}, p={1.5, 1.2}); Through r[2](k={1, 4}); equation"
        " connect(s.a, c[1].a); connect(c[1].b, r[1].a); connect(c[1].b, c[2].a); connect(c[2].b, r[2].a);"
        " connect(c[2].b, t.a); connect(r.b, u.a);",
        _PIPES + "Pipe c_1; Pipe c_2; Source u_1(h=11, p=1.5); Source u_2(h=13, p=1.2); Through r_1(k=1);"
        " Through r_2(k=4); equation connect(s.a, c_1.a); connect(c_1.b, r_1.a); connect(c_1.b, c_2.a);"
        " connect(c_2.b, r_2.a); connect(c_2.b, t.a); connect(r_1.b, u_1.a); connect(r_2.b, u_2.a);",
    ),
    "loop with pump": (
        "Pump pump; Pipe c[3]; Source t(p=1, h=7); equation connect(pump.b, c[1].a);"
        " for i in 1:2 loop connect(c[i].b, c[i + 1].a); end for; connect(c[3].b, pump.a); connect(t.a, pump.a);",
        "Pump pump; Pipe c_1; Pipe c_2; Pipe c_3; Source t(p=1, h=7); equation connect(pump.b, c_1.a);"
        " connect(c_1.b, c_2.a); connect(c_2.b, c_3.a); connect(c_3.b, pump.a); connect(t.a, pump.a);",
    ),
    "volume with ports": (
        "Source s[3](p={3, 2, 1}, h={5, 6, 7}); Pipe c[3]; Volume v(n=4); Source t(p=0.5); Through r; equation"
        " connect(s.a, c.a); for i in 1:3 loop connect(c[i].b, v.ports[i]); end for; connect(v.ports[4], r.a);"
        " connect(r.b, t.a);",
        "Source s_1(p=3, h=5); Source s_2(p=2, h=6); Source s_3(p=1, h=7); Pipe c_1; Pipe c_2; Pipe c_3; Volume v(n=4);"
        " Source t(p=0.5); Through r; equation connect(s_1.a, c_1.a); connect(s_2.a, c_2.a); connect(s_3.a, c_3.a);"
        " connect(c_1.b, v.ports[1]); connect(c_2.b, v.ports[2]); connect(c_3.b, v.ports[3]); connect(v.ports[4], r.a);"
        " connect(r.b, t.a);",
    ),
    "array of volumes": (
        _PIPES + "Pipe c[3]; Volume v[2](n={2, 3}); Source u(h=1); Through r; equation connect(s.a, c[1].a);"
        " for i in 1:2 loop connect(c[i].b, v[i].ports[1]); connect(v[i].ports[2], c[i + 1].a); end for;"
        " connect(c[3].b, t.a); connect(v[2].ports[3], r.a); connect(r.b, u.a);",
        _PIPES + "Pipe c_1; Pipe c_2; Pipe c_3; Volume v_1; Volume v_2(n=3); Source u(h=1); Through r; equation"
        " connect(s.a, c_1.a); connect(c_1.b, v_1.ports[1]); connect(v_1.ports[2], c_2.a);"
        " connect(c_2.b, v_2.ports[1]); connect(v_2.ports[2], c_3.a); connect(c_3.b, t.a);"
        " connect(v_2.ports[3], r.a); connect(r.b, u.a);",
    ),
    "composites": (
        _PIPES + "Source u[2](h={3, 4}, p={1.2, 1.1}); Rack c[2](valve(k={1, 2})); Through r[2]; equation"
        " connect(s.a, c[1].a); connect(c[1].b, c[2].a); connect(c[2].b, t.a); connect(c.tap, r.a); connect(r.b, u.a);",
        _PIPES
        + "Source u_1(h=3, p=1.2); Source u_2(h=4, p=1.1); Rack c_1(valve(k=1)); Rack c_2(valve(k=2)); Through r_1;"
        " Through r_2; equation connect(s.a, c_1.a); connect(c_1.b, c_2.a); connect(c_2.b, t.a);"
        " connect(c_1.tap, r_1.a); connect(c_2.tap, r_2.a); connect(r_1.b, u_1.a); connect(r_2.b, u_2.a);",
    ),
    "composites in parallel": (
        _PIPES + "Rack c[2]; Through r[2]; Source u(h=4); equation for i in 1:2 loop connect(s.a, c[i].a);"
        " connect(c[i].b, t.a); connect(c[i].tap, r[i].a); connect(r[i].b, u.a); end for;",
        _PIPES + "Rack c_1; Rack c_2; Through r_1; Through r_2; Source u(h=4); equation connect(s.a, c_1.a);"
        " connect(c_1.b, t.a); connect(c_1.tap, r_1.a); connect(r_1.b, u.a); connect(s.a, c_2.a);"
        " connect(c_2.b, t.a); connect(c_2.tap, r_2.a); connect(r_2.b, u.a);",
    ),
    "arrays in arrays": (
        _PIPES + "RackOfArrays c[2](leak(h={2, 9})); Through r[2]; equation connect(s.a, c[1].a);"
        " connect(c[1].b, r[1].a); connect(r[1].b, c[2].a); connect(c[2].b, r[2].a); connect(r[2].b, t.a);",
        _PIPES + "RackByHand c_1(leak(h=2)); RackByHand c_2(leak(h=9)); Through r_1; Through r_2; equation"
        " connect(s.a, c_1.a); connect(c_1.b, r_1.a); connect(r_1.b, c_2.a); connect(c_2.b, r_2.a);"
        " connect(r_2.b, t.a);",
    ),
    "two dimensions": (
        "Source s[2](h={5, 6}); Source t[3](p={1, 0.5, 0.2}); Pipe c[2,3]; equation for i in 1:2 loop for j in 1:3 loop"
        " connect(s[i].a, c[i,j].a); connect(c[i,j].b, t[j].a); end for; end for;",
        "Source s_1(h=5); Source s_2(h=6); Source t_1(p=1); Source t_2(p=0.5); Source t_3(p=0.2); "
        + "".join(f"Pipe c_{i}_{j}; " for i in (1, 2) for j in (1, 2, 3))
        + "equation "
        + "".join(f"connect(s_{i}.a, c_{i}_{j}.a); connect(c_{i}_{j}.b, t_{j}.a); " for i in (1, 2) for j in (1, 2, 3)),
    ),
    "through wires": (
        _PIPES
        + "Wire w[3]; Pipe c[2]; equation connect(s.a, w[1].a); connect(w[1].b, c[1].a); connect(c[1].b, w[2].a);"
        " connect(w[2].b, w[3].a); connect(w[3].b, c[2].a); connect(c[2].b, t.a);",
        _PIPES
        + "Wire w_1; Wire w_2; Wire w_3; Pipe c_1; Pipe c_2; equation connect(s.a, w_1.a); connect(w_1.b, c_1.a);"
        " connect(c_1.b, w_2.a); connect(w_2.b, w_3.a); connect(w_3.b, c_2.a); connect(c_2.b, t.a);",
    ),
    "bypasses": (
        _PIPES + "Bypass c[2]; Through r[2]; equation connect(s.a, c[1].a); connect(c[1].b, r[1].a);"
        " connect(r[1].b, c[2].b); connect(c[2].a, r[2].a); connect(r[2].b, t.a); connect(c[1].c, c[2].c);"
        " connect(c[1].c, t.a);",
        _PIPES
        + "Bypass c_1; Bypass c_2; Through r_1; Through r_2; equation connect(s.a, c_1.a); connect(c_1.b, r_1.a);"
        " connect(r_1.b, c_2.b); connect(c_2.a, r_2.a); connect(r_2.b, t.a); connect(c_1.c, c_2.c);"
        " connect(c_1.c, t.a);",
    ),
    "splitters": (
        _PIPES + "Source u[2](h={3, 4}); Splitter c[2]; equation connect(s.a, c[1].a); connect(c[1].b, c[2].a);"
        " connect(c[2].b, t.a); connect(c.c, u.a);",
        _PIPES + "Source u_1(h=3); Source u_2(h=4); Splitter c_1; Splitter c_2; equation connect(s.a, c_1.a);"
        " connect(c_1.b, c_2.a); connect(c_2.b, t.a); connect(c_1.c, u_1.a); connect(c_2.c, u_2.a);",
    ),
    "two stream variables": (
        "RichSource s[2](h={5, 6}); RichSource t(p=1); RichBox c[2]; equation connect(s[1].a, c[1].a);"
        " connect(c[1].b, c[2].a); connect(s[2].a, c[2].a); connect(c[2].b, t.a);",
        "RichSource s_1(h=5); RichSource s_2(h=6); RichSource t(p=1); RichBox c_1; RichBox c_2; equation"
        " connect(s_1.a, c_1.a); connect(c_1.b, c_2.a); connect(s_2.a, c_2.a); connect(c_2.b, t.a);",
    ),
    "conditional": (
        _PIPES + "parameter Integer m=3; parameter Boolean taps[m]={true, false, true}; Pipe c[m];"
        " Source u[m](each h=3) if m > 2; Through r[m] if m > 2; equation connect(s.a, c[1].a);"
        " for i in 1:m - 1 loop connect(c[i].b, c[i + 1].a); connect(c[i].b, r[i].a); end for; connect(c[m].b, t.a);"
        " connect(c[m].b, r[m].a); connect(r.b, u.a);",
        _PIPES + "Pipe c_1; Pipe c_2; Pipe c_3; Source u_1(h=3); Source u_2(h=3); Source u_3(h=3); Through r_1;"
        " Through r_2; Through r_3; equation connect(s.a, c_1.a); connect(c_1.b, c_2.a); connect(c_1.b, r_1.a);"
        " connect(c_2.b, c_3.a); connect(c_2.b, r_2.a); connect(c_3.b, t.a); connect(c_3.b, r_3.a);"
        " connect(r_1.b, u_1.a); connect(r_2.b, u_2.a); connect(r_3.b, u_3.a);",
    ),
    "connectors in connectors": (
        _PIPES + "PairOfPipes c[2]; Pipe last; equation connect(s.a, c[1].a.supply); connect(t.a, c[1].a.back);"
        " connect(c[1].b, c[2].a); connect(c[2].b.supply, last.a); connect(last.b, c[2].b.back);",
        _PIPES + "PairByHand c_1; PairByHand c_2; Pipe last; equation connect(s.a, c_1.a.supply);"
        " connect(t.a, c_1.a.back); connect(c_1.b, c_2.a); connect(c_2.b.supply, last.a);"
        " connect(last.b, c_2.b.back);",
    ),
    "unconnected": (
        _PIPES + "Pipe c[3](k={1, 2, 3}); equation connect(s.a, c[1].a); connect(s.a, c[2].a); connect(c[2].b, t.a);"
        " connect(t.a, c[3].a);",
        _PIPES + "Pipe c_1(k=1); Pipe c_2(k=2); Pipe c_3(k=3); equation connect(s.a, c_1.a); connect(s.a, c_2.a);"
        " connect(c_2.b, t.a); connect(t.a, c_3.a);",
    ),
}

# lines of the library between two headers, with arrays and by hand
DISTRICT = """package H "Library parts, twice"
  model Line "Supply pipe, consumer and return pipe"
    parameter Integer n = 3; parameter Real L=800;
    parameter Real Q_flow_nominal = 4e5;
    HeatReuse.Interfaces.FluidPort_a port_a; HeatReuse.Interfaces.FluidPort_b port_b;
      HeatReuse.Interfaces.HeatPort heatPort;
    HeatReuse.Interfaces.RealInput Q_flow_demand(unit="W");
    HeatReuse.Pipes.Pipe supply(n=n, L=L, data=HeatReuse.Pipes.Data.DN100(), m_flow_nominal=m_flow_nominal,
      T_start=347.15);
    HeatReuse.Pipes.PipeWithWall back(n=n, L=L, data=HeatReuse.Pipes.Data.DN100(),
      m_flow_nominal=m_flow_nominal, T_start=317.15);
    HeatReuse.District.Substation consumer(Q_flow_nominal=Q_flow_nominal);
    parameter HeatReuse.Types.MassFlowRate m_flow_nominal = Q_flow_nominal/(4186*29);
  equation
    connect(port_a, supply.port_a); connect(supply.port_b, consumer.port_a); connect(consumer.port_b, back.port_a);
    connect(back.port_b, port_b); connect(supply.heatPort, heatPort); connect(back.heatPort, heatPort);
    consumer.Q_flow_demand = Q_flow_demand;
  end Line;
  partial model Base
    parameter Integer lines=3;
    input Real T_supply(start=348.15); input Real T_ground(start=281.15); input Real speed(start=0.8); input
      Real load(start=0.7);
    HeatReuse.Boundaries.PressureInlet inlet; HeatReuse.Boundaries.PressureOutlet outlet;
      HeatReuse.Boundaries.Temperature ground;
    HeatReuse.Pipes.MixingVolume header(nPorts=lines + 2, V=2, T_start=347.15);
    HeatReuse.Pipes.MixingVolume collector(nPorts=lines + 2, V=2, T_start=317.15);
    HeatReuse.Storage.StratifiedTank tank(n=4, V=200, height=10, m_flow_nominal=20);
    HeatReuse.Valves.EqualPercentageValve valve(m_flow_nominal=20);
    HeatReuse.Pipes.Inertia inertia(L=50, A=0.01, m_flow_start=5);
    HeatReuse.Pumps.Pump pump(m_flow_nominal=9, dp_nominal=3e5);
  equation
    inlet.T_in = T_supply; ground.T_in = T_ground; pump.command = speed; valve.command = 0.5;
    connect(inlet.port, header.ports[1]); connect(header.ports[2], tank.port_a); connect(tank.port_b, valve.port_a);
    connect(valve.port_b, inertia.port_a); connect(inertia.port_b, collector.ports[2]);
      connect(collector.ports[1], pump.port_a);
    connect(pump.heatPort, collector.heatPort); connect(pump.port_b, outlet.port); connect(tank.heatPort,
      ground.port);
  end Base;
  model Arrays extends Base; Line line[lines](L={610 + 10*i for i in 1:lines},
      Q_flow_nominal={3e5,3.1e5,3.2e5}, each n=4);
  equation
    for i in 1:lines loop
      connect(header.ports[i + 2], line[i].port_a); connect(line[i].port_b, collector.ports[i + 2]);
      connect(line[i].heatPort, ground.port);
      line[i].Q_flow_demand = load*line[i].Q_flow_nominal;
    end for;
  end Arrays;
  model ByHand extends Base; Line line_1(L=620, Q_flow_nominal=3e5, n=4); Line line_2(L=630,
      Q_flow_nominal=3.1e5, n=4); Line line_3(L=640, Q_flow_nominal=3.2e5, n=4);
  equation
      connect(header.ports[3], line_1.port_a); connect(line_1.port_b, collector.ports[3]);
      connect(line_1.heatPort, ground.port);
      line_1.Q_flow_demand = load*line_1.Q_flow_nominal;
      connect(header.ports[4], line_2.port_a); connect(line_2.port_b, collector.ports[4]);
      connect(line_2.heatPort, ground.port);
      line_2.Q_flow_demand = load*line_2.Q_flow_nominal;
      connect(header.ports[5], line_3.port_a); connect(line_3.port_b, collector.ports[5]);
      connect(line_3.heatPort, ground.port);
      line_3.Q_flow_demand = load*line_3.Q_flow_nominal;
  end ByHand;
end H;
"""


def name(label: str) -> str:
    """Return the name of a model."""
    return "".join(word.capitalize() for word in label.split())


def text() -> str:
    """Return the library with all networks, `XArrays` and `XByHand` for each."""
    models = []
    for label, forms in NETWORKS.items():
        for suffix, body in zip(("Arrays", "ByHand"), forms, strict=True):
            models.append(f"  model {name(label)}{suffix} {body} end {name(label)}{suffix};")
    return LIBRARY.replace("{models}", "\n".join(models))
