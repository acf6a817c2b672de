"""Connectors with flow and stream variables, arrays of ports, conditional components, shared components."""

from __future__ import annotations

import math

import pytest

LIBRARY = """package L
  connector Port Real p; flow Real m_flow; stream Real h_outflow; end Port;
  connector Heat Real T; flow Real Q_flow; end Heat;
  model Source "Given flow and enthalpy"
    Port port; input Real m_flow; parameter Real h=1;
    equation port.m_flow = -m_flow; port.h_outflow = h;
  end Source;
  model Sink Port port; parameter Real p=1e5; parameter Real h=0; output Real h_in;
    equation port.p = p; port.h_outflow = h; h_in = inStream(port.h_outflow);
  end Sink;
  model Volume
    parameter Integer n=2; parameter Real M=10; parameter Real h_start=0;
    Port ports[n]; Real h(start=h_start, fixed=true); Real H[n];
  equation
    for i in 2:n loop ports[i].p = ports[1].p; end for;
    sum(ports.m_flow) = 0;
    for i in 1:n loop ports[i].h_outflow = h; end for;
    for i in 1:n loop H[i] = ports[i].m_flow*(noEvent(actualStream(ports[i].h_outflow)) - h); end for;
    M*der(h) = sum(H);
  end Volume;
  model Capacity parameter Real C=2; parameter Real T_start=300; Heat port; Real T(start=T_start, fixed=true);
    equation C*der(T) = port.Q_flow; port.T = T; end Capacity;
  model Conductor parameter Real G=3; Heat a; Heat b;
    equation a.Q_flow = G*(a.T - b.T); a.Q_flow + b.Q_flow = 0; end Conductor;
  model Mixing "Three streams meet in a point"
    Source s1(h=10); Source s2(h=40); Sink sink; input Real m1(start=1); input Real m2(start=2); output Real h;
    equation connect(s1.port, sink.port); connect(s2.port, sink.port); s1.m_flow = m1; s2.m_flow = m2; h = sink.h_in;
  end Mixing;
  model Flushed "A volume that is flushed, either way"
    Source s(h=50); Volume v(h_start=20); Sink sink(h=80); input Real m(start=2); output Real h;
    equation connect(s.port, v.ports[1]); connect(v.ports[2], sink.port); s.m_flow = m; h = v.h;
  end Flushed;
  model Chain "Capacities in a row"
    parameter Integer n=2; Capacity c[n](T_start={300, 400}); Conductor g[n - 1]; output Real T[n];
    equation for i in 1:n - 1 loop connect(c[i].port, g[i].a); connect(g[i].b, c[i + 1].port); end for;
      T = c.T;
  end Chain;
end L;"""


def test_streams_mix_by_mass_flow(build) -> None:
    built = build(LIBRARY, "L.Mixing")
    model = built.initialized({"m1": 1.0, "m2": 3.0})
    assert built.get(model, "h") == pytest.approx([(10 + 3 * 40) / 4])
    model.freeInstance()


def test_a_volume_takes_what_flows_in_whichever_way(build) -> None:
    built = build(LIBRARY, "L.Flushed")
    for flow, inflow in ((2.0, 50.0), (-2.0, 80.0)):
        end = built.simulate(3.0, inputs={"m": flow})
        assert end["h"] == pytest.approx(inflow + (20 - inflow) * math.exp(-2 * 3 / 10), rel=1e-8)


def test_no_flow_changes_nothing(build) -> None:
    assert build(LIBRARY, "L.Flushed").simulate(3.0, inputs={"m": 0.0})["h"] == 20.0


def test_two_capacities_reach_their_mean_temperature(build) -> None:
    end = build(LIBRARY, "L.Chain").simulate(0.3)
    difference = 100 * math.exp(-3 * (1 / 2 + 1 / 2) * 0.3)
    assert end["T[1]"] == pytest.approx(350 - difference / 2, rel=1e-9)
    assert end["T[2]"] == pytest.approx(350 + difference / 2, rel=1e-9)


def test_a_large_network_compiles_in_seconds_and_stays_sparse(build) -> None:
    built = build(LIBRARY, "L.Chain", parameters={"n": 150, "c.T_start": [300.0 + i for i in range(150)]})
    assert built.info.states == 150
    assert built.info.equations > 1000
    assert built.info.largest_linear == 1
    assert sum(built.info.seconds[phase] for phase in ("equations", "solve", "functions")) < 10
    assert built.function().expand().n_instructions() < 5000
