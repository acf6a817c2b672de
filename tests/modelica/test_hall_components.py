"""What stands in the hall against balances and effectiveness relations of their own: coolers, air, chips, racks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench import bench, counterflow, settled
from CoolProp.CoolProp import PropsSI
from modelica_plant import Plant
from scipy.optimize import fsolve

COOLERS = """model Bench
  input Real m_flow(start=42);
  input Real T_in(start=288.15);
  input Real P(start=1.5e6);
  input Real T_air_in(start=310.15);
  input Real command(start=1);
  output Real Q_plain = plain.Q_flow;
  output Real T_return_plain = plain.T_air_return;
  output Real T_air_plain = plain.T_air;
  output Real T_water_plain = plain.T_water;
  output Real P_plain = plain.P_drawn;
  output Real T_server_plain = plain.T_server;
  output Real Q_trim = trim.Q_flow;
  output Real T_return_trim = trim.T_air_return;
  output Real T_air_trim = trim.T_air;
  output Real T_water_trim = trim.T_water;
  output Real P_trim = trim.P_trim;
  output Real Q_coil = coil.Q_flow;
  output Real T_out_coil = coil.T_air_out;
  output Real T_water_coil = coil.T;
  output Real P_coil = coil.P_fan;
  output Real m_flow_nominal = coil.m_flow_nominal;
  HeatReuse.DataCenter.AirCooledHall plain(plain_coil=true, P=P);
  HeatReuse.DataCenter.AirCooledHall trim(P=P);
  HeatReuse.DataCenter.CRAHCoil coil(command=command, T_air_in=T_air_in);
  HeatReuse.Boundaries.FlowInlet inlet[3];
  HeatReuse.Boundaries.PressureInlet back[3];
equation
  for i in 1:3 loop
    inlet[i].m_flow_in = m_flow;
    inlet[i].T_in = T_in;
    back[i].T_in = T_in;
  end for;
  connect(inlet[1].port, plain.port_a);
  connect(plain.port_b, back[1].port);
  connect(inlet[2].port, trim.port_a);
  connect(trim.port_b, back[2].port);
  connect(inlet[3].port, coil.port_a);
  connect(coil.port_b, back[3].port);
end Bench;
"""
AIR = """model Bench
  input Real m_flow_crah(start=120);
  input Real T_cold_fixed(start=298.15);
  input Real P(start=1.5e6);
  output Real T_cold = hall.T_cold;
  output Real T_hot = hall.T_hot;
  output Real m_flow_server = servers.m_flow;
  output Real speed = servers.speed;
  output Real T_server = servers.T;
  output Real P_fan = servers.P_fan;
  output Real Q_flow = servers.Q_flow;
  HeatReuse.DataCenter.ServerAir servers(P=P);
  HeatReuse.DataCenter.HallAir hall(m_flow_leak=0, UA_envelope=0);
  HeatReuse.Boundaries.Temperature room(T_in=298.15);
equation
  servers.T_air_in = hall.T_cold;
  hall.m_flow_server = servers.m_flow;
  hall.Q_flow_server = servers.Q_flow;
  hall.m_flow_crah = m_flow_crah;
  hall.Q_flow_crah = 1e5*(hall.T_cold - T_cold_fixed) + servers.Q_flow;
  connect(room.port, hall.heatPort);
end Bench;
"""
REST = """model Bench
  input Real T_room(start=283.15);
  input Real T_air_in(start=298.15);
  input Real m_flow(start=0);
  input Real T_in(start=293.15);
  output Real T_cold = hall.T_cold;
  output Real T_hot = hall.T_hot;
  output Real T_server = servers.T;
  output Real P_drawn = servers.P_drawn;
  output Real P_fan = servers.P_fan;
  output Real T_tank = tank.T[1];
  output Real T_layers = layers.T_out;
  HeatReuse.DataCenter.HallAir hall(m_flow_server=0, m_flow_crah=0, Q_flow_server=1e4, Q_flow_crah=4e3);
  HeatReuse.DataCenter.ServerAir servers(P=1.5e6, T_air_in=T_air_in);
  HeatReuse.DataCenter.BufferVolume tank(T_start=323.15);
  HeatReuse.DataCenter.BufferVolume layers(n=3, T_start=323.15);
  HeatReuse.Boundaries.Temperature room(T_in=T_room);
  HeatReuse.Boundaries.FlowInlet inlet[2](each m_flow_in=m_flow, each T_in=T_in);
  HeatReuse.Boundaries.PressureOutlet outlet[2];
equation
  connect(room.port, hall.heatPort);
  connect(room.port, tank.heatPort);
  connect(room.port, layers.heatPort);
  connect(inlet[1].port, tank.port_a);
  connect(tank.port_b, outlet[1].port);
  connect(inlet[2].port, layers.port_a);
  connect(layers.port_b, outlet[2].port);
end Bench;
"""
CHIPS = """model Bench
  input Real P(start=1e3);
  input Real T_case(start=330);
  output Real T_die = stays.T_die;
  output Real tripped = stays.tripped;
  output Real P_drawn = stays.P_drawn;
  output Real T_die_restart = returns.T_die;
  output Real tripped_restart = returns.tripped;
  HeatReuse.DataCenter.Chip stays(P=P);
  HeatReuse.DataCenter.Chip returns(P=P, T_restart=333.15);
  HeatReuse.Boundaries.HeatSource cooling[2](Q_flow={500*(T_case - stays.T_case), 500*(T_case - returns.T_case)});
equation
  connect(cooling[1].port, stays.heatPort);
  connect(cooling[2].port, returns.heatPort);
end Bench;
"""
RACKS = """model Bench
  output Real m_flow[3] = racks.m_flow;
  output Real dp = racks.dp;
  HeatReuse.DataCenter.RackBranches racks(
    n=3, P_nominal={1e5, 5e4, 2e5}, resistance_factor={1, 2.5, 0.7}, P={1e5, 5e4, 2e5});
  HeatReuse.Pipes.Resistance pipes(m_flow_nominal=8, dp_nominal=5e4);
  HeatReuse.Boundaries.PressureInlet inlet(
    redeclare package Medium = HeatReuse.Media.PG25, p=2e5 + 1.5e5, T_in=307.15);
  HeatReuse.Boundaries.PressureOutlet outlet(redeclare package Medium = HeatReuse.Media.PG25, p=2e5);
equation
  connect(inlet.port, pipes.port_a);
  connect(pipes.port_b, racks.port_a);
  connect(racks.port_b, outlet.port);
end Bench;
"""
C_AIR = 1.5e6 / 12


@pytest.fixture(scope="module")
def coolers(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(COOLERS, tmp_path_factory.mktemp("coolers"))


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(AIR, tmp_path_factory.mktemp("air"))


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(REST, tmp_path_factory.mktemp("rest"))


@pytest.fixture(scope="module")
def chips(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(CHIPS, tmp_path_factory.mktemp("chips"))


def capacity(m_flow: float) -> float:
    """Return the capacity flow of water of 25 degC, W/K."""
    return abs(m_flow) * float(PropsSI("C", "T", 298.15, "P", 2e5, "Water"))


@pytest.mark.parametrize("m_flow", [42.0, 21.0, 5.0, -42.0, -10.0])
def test_plain_coils_of_the_hall_follow_epsilon_ntu(coolers: Plant, m_flow: float) -> None:
    """UA: 1.5 MW over a mean difference of 6 K, 70 % of the resistance on the air side, water side ~ m^0.8."""
    run = settled(coolers, 2e5, m_flow=m_flow)
    UA = 1.5e6 / 6 / (0.7 + 0.3 * abs(m_flow / 42) ** -0.8)
    heat = counterflow(UA, C_AIR, capacity(m_flow)) * (run["T_return_plain"] - 288.15)
    assert run["Q_plain"] == pytest.approx(heat, rel=0.005)
    assert run["Q_plain"] == pytest.approx(C_AIR * (run["T_return_plain"] - run["T_air_plain"]) + 30e3, rel=0.02)
    assert 288.15 < run["T_water_plain"] < run["T_return_plain"]
    assert run["T_air_plain"] > 288.15


def test_plain_coils_at_the_nominal_point_have_the_mean_difference_that_was_asked_for(coolers: Plant) -> None:
    run = settled(coolers, 2e5)
    warm = run["T_return_plain"] - run["T_water_plain"]
    cold = run["T_return_plain"] - run["Q_plain"] / C_AIR - 288.15
    assert (warm - cold) / np.log(warm / cold) == pytest.approx(6 * run["Q_plain"] / 1.5e6, rel=0.01)


def test_hall_without_water_or_with_hot_water_stays_within_bounds(coolers: Plant) -> None:
    """No flow: servers throttle at 60 degC of air. Water of 70 degC heats a plain hall up to 70 degC, never above."""
    still = settled(coolers, 1e5, m_flow=0.0)
    assert still["Q_plain"] == 0
    assert still["T_air_plain"] == pytest.approx(333.15, abs=0.1)
    assert still["P_plain"] == pytest.approx(0, abs=10)
    hot = settled(coolers, 1e5, T_in=343.15)
    assert hot["T_air_plain"] == pytest.approx(343.15, abs=0.01)
    warming = coolers.run(600, inputs={"T_in": 343.15}, points=61)
    assert (warming["Q_plain"][:5] < 0).all()
    assert hot["Q_trim"] == 0  # trim compressors cut out above 65 degC
    assert hot["T_air_trim"] < 334.15
    many = settled(coolers, 1e5, P=7.5e6, T_in=278.15, m_flow=120.0)
    assert many["T_server_plain"] - many["T_air_plain"] == pytest.approx(75, abs=0.1)  # as the documentation says


def test_trim_compressors_hold_their_surface_under_the_water(coolers: Plant) -> None:
    run = settled(coolers, 1e5, T_in=303.15)
    assert run["Q_trim"] == pytest.approx(0.8 * C_AIR * (run["T_return_trim"] - run["T_water_trim"] + 18), rel=0.001)
    assert run["P_trim"] == pytest.approx(run["Q_trim"] / 6, rel=1e-6)
    assert run["Q_trim"] + run["P_trim"] == pytest.approx(capacity(42) * (run["T_water_trim"] - 303.15), rel=0.003)
    empty = settled(coolers, 2e5, T_in=275.15, P=0.0)
    assert 283.15 < empty["T_air_trim"] < 288.15  # they do not freeze a hall without load
    work = run["Q_trim"] * 18 / (run["T_water_trim"] - 18)  # a Carnot machine over the same lift takes less
    assert run["P_trim"] > work


@pytest.mark.parametrize(
    ("m_flow", "T_in", "T_air_in", "command"),
    [(44.84, 291.15, 310.15, 1), (22, 291.15, 310.15, 0.5), (-45, 291.15, 310.15, 1), (45, 330, 300, 1)],
)
def test_air_handler_follows_epsilon_ntu(
    coolers: Plant, m_flow: float, T_in: float, T_air_in: float, command: float
) -> None:
    """UA of 18 to 26 degC water and 37 to 25 degC air at 1.5 MW; fans of 37.5 kW go with the cube of their speed."""
    run = settled(coolers, 1e5, m_flow=m_flow, T_in=T_in, T_air_in=T_air_in, command=command)
    UA = 1.5e6 * np.log(11 / 7) / (11 - 7)
    UA /= 0.7 * command**-0.6 + 0.3 * abs(m_flow / run["m_flow_nominal"]) ** -0.8
    heat = counterflow(UA, command * C_AIR, capacity(m_flow)) * (T_air_in - T_in)
    assert run["Q_coil"] == pytest.approx(heat, rel=0.005)
    assert run["P_coil"] == pytest.approx(37.5e3 * command**3, rel=0.01)
    assert run["T_out_coil"] == pytest.approx(T_air_in - (heat - run["P_coil"]) / (command * C_AIR), abs=0.1)
    assert run["T_water_coil"] == pytest.approx(T_in + heat / capacity(m_flow), abs=0.1)


@pytest.mark.parametrize("m_flow", [60.0, 124.0, 200.0])
def test_air_between_the_aisles_has_the_larger_of_both_flows(air: Plant, m_flow: float) -> None:
    """Hot over cold aisle: heat over the larger of both flows. Servers: 30 K over the air at full load and flow."""
    run = settled(air, 50000, m_flow_crah=m_flow)
    assert run["T_cold"] == pytest.approx(298.15, abs=0.01)
    larger = max(m_flow, run["m_flow_server"])
    assert run["T_hot"] - run["T_cold"] == pytest.approx(run["Q_flow"] / 1006 / larger, rel=1e-3)
    assert run["Q_flow"] == pytest.approx(1.5e6 + run["P_fan"], rel=1e-4)
    relative = run["speed"] / 0.8
    assert run["P_fan"] == pytest.approx(75e3 * relative**3, rel=1e-3)
    assert run["speed"] == pytest.approx(np.clip(0.8 + 0.05 * (run["T_server"] - 329.15), 0.3, 1), abs=1e-3)
    NTU = -np.log(1 - 12 / 30) * relative**-0.4
    heat = 1.5e6 / 12 * relative * (1 - np.exp(-NTU)) * (run["T_server"] - run["T_cold"])
    assert run["Q_flow"] == pytest.approx(heat, rel=1e-3)


def test_heat_of_a_hall_at_rest_leaves_through_gaps_and_envelope(rest: Plant) -> None:
    """10 kW into the hot aisle, 4 kW out of the cold one: 6 kW through 2 kW/K, 4 kW through gaps of 5 kg/s."""
    run = settled(rest, 1e6)
    assert run["T_hot"] == pytest.approx(283.15 + 6e3 / 2e3, abs=1e-3)
    assert run["T_hot"] - run["T_cold"] == pytest.approx(4e3 / (5 * 1006), rel=1e-3)


def test_air_cooled_servers_throttle_when_their_air_is_hot(rest: Plant) -> None:
    """Off at 90 degC of the servers: with air of 100 degC nothing is drawn, with air of 55 degC a part."""
    hot, warm, cool = (settled(rest, 50000, T_air_in=273.15 + t) for t in (100.0, 55.0, 25.0))
    assert hot["P_drawn"] == pytest.approx(0, abs=1)
    assert hot["P_fan"] == pytest.approx(0, abs=1)
    x = (warm["T_server"] - 348.15) / 15
    assert 0 < x < 1
    assert warm["P_drawn"] == pytest.approx(1.5e6 * (1 - x**2 * (3 - 2 * x)), rel=1e-6)
    assert cool["P_drawn"] == 1.5e6


def test_buffer_cools_to_its_room_and_follows_its_inlet(rest: Plant) -> None:
    """20 m3 at 50 degC, 30 W/K: exponential decay; with flow, three layers are three stirred tanks in series."""
    mass = 20 * PropsSI("D", "T", 323.15, "P", 2e5, "Water")
    still = settled(rest, 1e6)
    decay = np.exp(-30 * 1e6 / (mass * 4181))
    assert still["T_tank"] == pytest.approx(283.15 + 40 * decay, abs=0.05)
    assert still["T_layers"] == pytest.approx(still["T_tank"], abs=0.01)
    run = rest.run(120, inputs={"m_flow": 240.0}, points=3)
    t = 240 * 120 / mass
    assert run["T_tank"][-1] == pytest.approx(293.15 + 30 * np.exp(-t), abs=0.1)
    three = np.exp(-3 * t) * (1 + 3 * t + (3 * t) ** 2 / 2)
    assert run["T_layers"][-1] == pytest.approx(293.15 + 30 * three, abs=0.1)


def test_throttled_processors_keep_the_floor_of_their_power(chips: Plant) -> None:
    run = settled(chips, 60, T_case=374.0)
    assert 378.15 < run["T_die"] < 383.15
    assert run["P_drawn"] == pytest.approx(300, rel=1e-3)
    assert run["tripped"] == pytest.approx(0, abs=1e-6)


def test_a_trip_is_all_or_nothing_and_stays(chips: Plant) -> None:
    """Whatever the heat-up, processors end up on or off; who stays off has passed the trip temperature by 0.4 K."""
    ends = []
    for case in np.arange(376.6, 379.0, 0.2):
        hot = chips.run(10, inputs={"T_case": case}, points=201)
        cold = chips.run(600, inputs={"T_case": 310.0}, x0=hot.final, points=101)
        ends.append(cold["tripped"][-1])
        assert min(abs(ends[-1]), abs(ends[-1] - 1)) < 1e-3
        assert (hot["T_die"].max() > 383.15 + 0.4) == (ends[-1] > 0.5) or hot["T_die"].max() < 383.15 + 0.8
        assert cold["tripped_restart"][-1] == pytest.approx(0, abs=1e-3)
    assert min(ends) == pytest.approx(0, abs=1e-3)
    assert max(ends) == pytest.approx(1, abs=1e-3)
    gone = chips.run(30, inputs={"T_case": 390.0}, points=3).final
    warm = chips.run(600, inputs={"T_case": 345.0}, x0=gone, points=101)
    assert warm["tripped_restart"][-1] == pytest.approx(1, abs=1e-3)  # above T_restart it waits


def test_flows_of_racks_are_those_of_the_hydraulic_network(tmp_path: Path) -> None:
    """Three unlike racks behind a common resistance: flows from the pressure balance, solved by SciPy."""
    run = settled(bench(RACKS, tmp_path), 600)
    rho = PropsSI("D", "T", 313.15, "P", 2e5, "INCOMP::APG[0.25]")
    nominal = 1.5 / 60000 * rho * np.array([100, 50, 200])
    factor = np.array([1, 2.5, 0.7])

    def balance(m: np.ndarray) -> np.ndarray:
        return 5e4 * (m.sum() / 8) ** 2 + 1.2e5 * factor * (m / nominal) ** 2 - 1.5e5

    expected = fsolve(balance, nominal)
    for i in range(3):
        assert run[f"m_flow[{i + 1}]"] == pytest.approx(expected[i], rel=0.01)
