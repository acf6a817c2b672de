"""Pumps, check valve, mixing valve and pressure sensor at a prescribed flow: head, power and signs by hand."""

from __future__ import annotations

import numpy as np
import pytest
from balance import LIBRARY, NoBinary
from modelica_plant import Plant

from heatsim.compiler.embedded import compile_model

MODEL = """model PumpBench
  input Real m_flow(unit="kg/s", start=100);
  input Real command(unit="1", start=0.9);
  input Real lift(unit="1", start=0.5);
  output Real head = pump.port_b.p - pump.port_a.p;
  output Real P_shaft = pump.P_shaft;
  output Real P_el = pump.P_el;
  output Real heat = -pump.heatPort.Q_flow;
  output Real head_curve = curve.port_b.p - curve.port_a.p;
  output Real P_curve = curve.P_shaft;
  output Real eta_curve = curve.eta;
  output Real head_bank = bank.port_b.p - bank.port_a.p;
  output Real P_bank = bank.P_shaft;
  output Real P_el_bank = bank.P_el;
  output Real heat_bank = -bank.heatPort.Q_flow;
  output Real dp_mixing = mixing.port_a.p - mixing.port_b.p;
  output Real share = -mixing.port_a.m_flow/mixing.port_b.m_flow;
  output Real reading = sensor.reading;
  output Real dp_check = check.dp;
protected
  HeatReuse.Boundaries.FlowInlet inlet[4];
  HeatReuse.Boundaries.PressureOutlet outlet[4];
  HeatReuse.Pumps.Pump pump(T_rise=1);
  HeatReuse.Pumps.CurvePump curve(T_rise=1);
  HeatReuse.Pumps.ParallelPumps bank(n=2, m_flow_nominal=50, T_rise=1);
  HeatReuse.Pipes.MixingVolume volume[3](each nPorts=2);
  HeatReuse.Valves.CheckValve check;
  HeatReuse.Pipes.MixingVolume before(nPorts=3);
  HeatReuse.Pipes.MixingVolume behind(nPorts=3);
  HeatReuse.Sensors.PressureDifferenceSensor sensor;
  HeatReuse.Valves.ThreeWayMixingValve mixing(T_stroke=1);
  HeatReuse.Boundaries.PressureInlet warm(p=3e5);
  HeatReuse.Boundaries.PressureInlet cold(p=3e5);
  HeatReuse.Boundaries.FlowOutlet mixed;
equation
  for i in 1:4 loop
    inlet[i].m_flow_in = m_flow;
    inlet[i].T_in = 313.15;
  end for;
  pump.command = command;
  curve.command = command;
  bank.command = {command, command};
  bank.available = {1, 1};
  connect(inlet[1].port, pump.port_a);
  connect(pump.port_b, volume[1].ports[1]);
  connect(volume[1].ports[2], outlet[1].port);
  connect(pump.heatPort, volume[1].heatPort);
  connect(inlet[2].port, curve.port_a);
  connect(curve.port_b, volume[2].ports[1]);
  connect(volume[2].ports[2], outlet[2].port);
  connect(curve.heatPort, volume[2].heatPort);
  connect(inlet[3].port, bank.port_a);
  connect(bank.port_b, volume[3].ports[1]);
  connect(volume[3].ports[2], outlet[3].port);
  connect(bank.heatPort, volume[3].heatPort);
  connect(inlet[4].port, before.ports[1]);
  connect(before.ports[2], check.port_a);
  connect(check.port_b, behind.ports[1]);
  connect(behind.ports[2], outlet[4].port);
  connect(sensor.port_a, before.ports[3]);
  connect(sensor.port_b, behind.ports[3]);
  warm.T_in = 343.15;
  cold.T_in = 313.15;
  mixing.command = lift;
  mixed.m_flow_out = m_flow;
  connect(warm.port, mixing.port_a);
  connect(mixing.port_b, mixed.port);
  connect(cold.port, mixing.port_bypass);
end PumpBench;
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    folder = tmp_path_factory.mktemp("pumps")
    source, out = folder / "PumpBench.mo", folder / "pumps.fmu"
    source.write_text(MODEL, encoding="utf-8")
    compile_model("PumpBench", library=source, needs=[LIBRARY], out=out, c_compiler=NoBinary())
    return Plant(out, folder / "pumps")


def at(bench: Plant, seconds: float = 30.0, **inputs: float) -> dict[str, float]:
    """Return all variables after some time."""
    run = bench.run(seconds, inputs=inputs, points=2)
    return {name: float(values[-1]) for name, values in run.values.items()}


P_NOMINAL = 100 / 988 * 2e5 / 0.75
CURVE = {0: (2.6e5, 11e3), 50: (2.5e5, 19e3), 100: (2.0e5, 26.5e3), 125: (1.5e5, 29e3)}


@pytest.mark.parametrize(("speed", "m_flow"), [(0.9, 100), (0.9, 40), (0.45, 50), (0.6, 0), (0.3, 90)])
def test_pump_has_the_head_and_power_of_its_affinity_laws(bench: Plant, speed: float, m_flow: float) -> None:
    """Head = 1.3 s2 - 0.3 q2 and shaft power = s2 (0.4 s + 0.6 q), relative; all of it heats the water."""
    got, s, q = at(bench, command=speed, m_flow=m_flow), speed / 0.9, m_flow / 100
    assert got["head"] == pytest.approx(2e5 * (1.3 * s**2 - 0.3 * q**2), rel=1e-3)
    assert got["P_shaft"] == pytest.approx(P_NOMINAL * s**2 * (0.4 * s + 0.6 * q), rel=1e-3)
    assert got["P_el"] == pytest.approx(got["P_shaft"] / 0.93, rel=1e-9)
    assert got["heat"] == got["P_shaft"]
    assert max(m_flow, 0) * got["head"] / 988 < 0.76 * got["P_shaft"]


@pytest.mark.parametrize(("speed", "m_flow"), [(0.9, 100), (0.9, 60), (0.45, 50)])
def test_two_pumps_side_by_side_do_the_work_of_two(bench: Plant, speed: float, m_flow: float) -> None:
    """Each carries half of the flow at a head that is less by its check valve; power and heat are sums."""
    got, s, q = at(bench, command=speed, m_flow=m_flow), speed / 0.9, m_flow / 100
    assert got["head_bank"] == pytest.approx(2e5 * (1.3 * s**2 - 0.3 * q**2) - 5e3 * q**2, rel=2e-3)
    assert got["P_bank"] == pytest.approx(P_NOMINAL * s**2 * (0.4 * s + 0.6 * q), rel=2e-3)
    assert got["P_el_bank"] == pytest.approx(got["P_bank"] / 0.93, rel=1e-9)
    assert got["heat_bank"] == got["P_bank"]


@pytest.mark.parametrize("speed", [0.9, 0.45])
@pytest.mark.parametrize("x", CURVE)
def test_catalogue_pump_goes_through_the_points_of_its_curves(bench: Plant, speed: float, x: int) -> None:
    s = speed / 0.9
    got, (head, power) = at(bench, command=speed, m_flow=x * s), CURVE[x]
    assert got["head_curve"] == pytest.approx(s**2 * head, rel=2e-3)
    assert got["P_curve"] == pytest.approx(s**3 * power, rel=2e-3)
    assert got["eta_curve"] == pytest.approx(x / 988 * head / power, rel=2e-3, abs=1e-6)


def test_catalogue_pump_goes_on_falling_beyond_its_curve(bench: Plant) -> None:
    beyond = at(bench, m_flow=150)
    assert beyond["head_curve"] == pytest.approx(1.5e5 - 1.1e5 * (1.2**2 - 1), rel=1e-3)
    assert at(bench, m_flow=150, command=0.0)["head_curve"] == pytest.approx(-1.1e5 * 1.2**2, rel=1e-3)


@pytest.mark.parametrize("pump", ["head", "head_curve", "head_bank"])
def test_no_pump_lets_water_back_or_adds_pressure_at_rest(bench: Plant, pump: str) -> None:
    """3 % of the flow backwards need half of the nominal head and more on top; at rest a pump only resists."""
    for command in (0.0, 0.9):
        assert at(bench, command=command, m_flow=-3.0)[pump] > at(bench, command=command, m_flow=0.0)[pump] + 1e5
    drops = [at(bench, seconds=600, command=0.0, m_flow=m_flow)[pump] for m_flow in (0.0, 20.0, 100.0)]
    assert drops[0] == pytest.approx(0, abs=1)
    assert 0 > drops[1] > drops[2]


def test_no_pump_turns_heat_into_work(bench: Plant) -> None:
    for command in (0.0, 0.3, 1.0):
        for m_flow in (-3.0, 0.0, 60.0, 150.0):
            got = at(bench, command=command, m_flow=m_flow)
            assert min(got["P_shaft"], got["P_bank"], got["P_curve"]) >= -1e-6


@pytest.mark.parametrize("m_flow", [-100.0, -30.0, 2.0, 30.0, 100.0])
def test_mixing_valve_takes_pressure_in_the_direction_of_the_flow(bench: Plant, m_flow: float) -> None:
    got = at(bench, m_flow=m_flow, lift=0.25)
    assert got["dp_mixing"] == pytest.approx(1e4 * m_flow / 100 * np.hypot(m_flow / 100, 0.01), rel=1e-6)
    assert got["share"] == pytest.approx(1e-3 + 0.998 * 0.25, abs=1e-5)


@pytest.mark.parametrize("m_flow", [-0.3, 0.5, 30.0])
def test_pressure_sensor_reads_the_check_valve(bench: Plant, m_flow: float) -> None:
    got = at(bench, m_flow=m_flow)
    assert got["reading"] == pytest.approx(got["dp_check"], rel=1e-6)
    assert np.sign(got["reading"]) == np.sign(m_flow)
