"""Exchangers, coolers and cooling stations against effectiveness relations and psychrometrics of their own."""

from __future__ import annotations

import numpy as np
import pytest
from bench import bench, counterflow, parallel, settled
from CoolProp.CoolProp import HAPropsSI, PropsSI
from modelica_plant import Plant
from scipy.optimize import brentq

COOLER = """model Bench
  input Real m_flow(start=239);
  input Real T_in(start=313.15);
  input Real T_outdoor(start=298.15);
  input Real command(start=1);
  input Real humidity(start=0.4);
  output Real Q_flow = cooler.Q_flow;
  output Real T_out = cooler.T_out;
  output Real P_fan = cooler.P_fan;
  output Real C_air = cooler.C_air;
  output Real speed = cooler.speed;
  output Real T_wet = pads.T_wet;
  output Real T_pads = pads.T_air;
  output Real m_flow_water = pads.m_flow_water;
  HeatReuse.HeatExchangers.DryCooler cooler(speed_start=1);
  HeatReuse.HeatExchangers.AdiabaticPrecooling pads(command=1, T_outdoor=T_outdoor, humidity=humidity, C_air=C_air);
  HeatReuse.Boundaries.FlowInlet inlet(m_flow_in=m_flow, T_in=T_in);
  HeatReuse.Boundaries.PressureOutlet outlet;
equation
  cooler.command = command;
  cooler.T_outdoor = T_outdoor;
  connect(inlet.port, cooler.port_a);
  connect(cooler.port_b, outlet.port);
end Bench;
"""
TWO_SIDES = """model Bench
  package PG25 = HeatReuse.Media.PG25;
  input Real m1_flow(start=200);
  input Real m2_flow(start=200);
  input Real T1_in(start=317.15);
  input Real T2_in(start=303.15);
  output Real Q_plate = plate.Q_flow;
  output Real T1_low = noEvent(min(plate.T1));
  output Real T1_high = noEvent(max(plate.T1));
  output Real T2_low = noEvent(min(plate.T2));
  output Real T2_high = noEvent(max(plate.T2));
  output Real Q_short = short.Q_flow;
  output Real T1_short = short.T1;
  output Real T2_short = short.T2;
  output Real Q_flat = flat.Q_flow;
  HeatReuse.HeatExchangers.PlateHeatExchanger plate(
    redeclare package Medium1 = PG25, Q_flow_nominal=8e6, m1_flow_nominal=200, m2_flow_nominal=200);
  HeatReuse.HeatExchangers.PlateHeatExchanger flat(redeclare package Medium1 = PG25, exponent=0, dT_nominal=1.5);
  HeatReuse.HeatExchangers.CounterflowExchanger short(
    redeclare package Medium1 = PG25, UA_nominal=2e6, m1_flow_nominal=200, m2_flow_nominal=200);
  HeatReuse.Boundaries.FlowInlet inlet1[3](redeclare package Medium = PG25), inlet2[3];
  HeatReuse.Boundaries.PressureInlet end1[3](redeclare package Medium = PG25), end2[3];
equation
  for i in 1:3 loop
    inlet1[i].m_flow_in = m1_flow;
    inlet1[i].T_in = T1_in;
    end1[i].T_in = T1_in;
    inlet2[i].m_flow_in = m2_flow;
    inlet2[i].T_in = T2_in;
    end2[i].T_in = T2_in;
  end for;
  connect(inlet1[1].port, plate.port_a1);
  connect(plate.port_b1, end1[1].port);
  connect(inlet2[1].port, plate.port_a2);
  connect(plate.port_b2, end2[1].port);
  connect(inlet1[2].port, flat.port_a1);
  connect(flat.port_b1, end1[2].port);
  connect(inlet2[2].port, flat.port_a2);
  connect(flat.port_b2, end2[2].port);
  connect(inlet1[3].port, short.port_a1);
  connect(short.port_b1, end1[3].port);
  connect(inlet2[3].port, short.port_a2);
  connect(short.port_b2, end2[3].port);
end Bench;
"""
STATIONS = """model Bench
  input Real m_flow(start=239);
  input Real T_in(start=313.15);
  input Real command(start=0.9);
  input Real T_cold(start=281.15);
  input Real T_lake(start=288.15);
  input Real T_outdoor(start=295.15);
  output Real T_return = station.T_return;
  output Real T_station = station.T_out;
  output Real m_flow_primary = station.m_flow_primary;
  output Real m_flow_open = 1.2*station.m_flow_primary_nominal;
  output Real Q_station = station.Q_flow;
  output Real T_outfall = lake.T_outfall;
  output Real m_flow_lake = lake.m_flow_lake/lake.m_flow_lake_nominal;
  output Real Q_lake = lake.Q_flow;
  output Real T_water = glycol.T_out;
  output Real T_glycol = glycol.T_glycol;
  output Real P_fan = glycol.P_fan;
  output Real margin = glycol.margin;
  HeatReuse.DataCenter.DistrictCoolingStation station(T_return_min=291.15);
  HeatReuse.DataCenter.LakeCooling lake;
  HeatReuse.HeatExchangers.GlycolCooler glycol;
  HeatReuse.Boundaries.FlowInlet inlet[3];
  HeatReuse.Boundaries.PressureOutlet outlet[3];
equation
  for i in 1:3 loop
    inlet[i].m_flow_in = m_flow;
    inlet[i].T_in = T_in;
  end for;
  station.command = 1;
  station.T_primary = T_cold;
  lake.command = command;
  lake.T_lake = T_lake;
  glycol.command = 1;
  glycol.speed_pump = command;
  glycol.T_outdoor = T_outdoor;
  connect(inlet[1].port, station.port_a);
  connect(station.port_b, outlet[1].port);
  connect(inlet[2].port, lake.port_a);
  connect(lake.port_b, outlet[2].port);
  connect(inlet[3].port, glycol.port_a);
  connect(glycol.port_b, outlet[3].port);
end Bench;
"""
ZERO = 273.15


@pytest.fixture(scope="module")
def cooler(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(COOLER, tmp_path_factory.mktemp("cooler"))


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(TWO_SIDES, tmp_path_factory.mktemp("sides"))


@pytest.fixture(scope="module")
def stations(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    return bench(STATIONS, tmp_path_factory.mktemp("stations"))


def one_row(UA: float, C_air: float, C_water: float) -> float:
    """Cross flow, water mixed across its way, air unmixed: heat over difference of inlet temperatures, W/K."""
    return C_water * (1 - np.exp(-C_air / C_water * (1 - np.exp(-UA / C_air))))


def unmixed(UA: float, C_air: float, C_water: float) -> float:
    """Cross flow of two unmixed streams (Incropera): heat over difference of inlet temperatures, W/K."""
    small, ratio = min(C_air, C_water), min(C_air, C_water) / max(C_air, C_water)
    NTU = UA / small
    return small * (1 - np.exp(NTU**0.22 / ratio * (np.exp(-ratio * NTU**0.78) - 1)))


@pytest.mark.parametrize(
    ("m_flow", "speed"), [(239, 1), (239, 0.5), (239, 0.25), (120, 1), (120, 0.5), (60, 1), (60, 0.25)]
)
def test_dry_cooler_follows_cross_flow_relations(cooler: Plant, m_flow: float, speed: float) -> None:
    """Sized for 10 MW at 15 K; UA falls with air flow (exponent 0.6, 70 %) and water flow (0.8, 30 %)."""
    run = settled(cooler, 20000, m_flow=m_flow, command=speed)
    C_nominal = 239 * PropsSI("C", "T", 308, "P", 2e5, "Water")
    C_air, C_water = 1.6 * C_nominal * np.hypot(speed, 0.03), C_nominal * m_flow / 239
    for relation, limit in ((one_row, 0.04), (unmixed, 0.08)):
        full = brentq(lambda UA: relation(UA, 1.6 * C_nominal, C_nominal) * 15 - 10e6, 1e5, 1e8)  # noqa: B023
        UA = full / (0.7 * np.hypot(speed, 0.03) ** -0.6 + 0.3 * (m_flow / 239) ** -0.8)
        assert run["Q_flow"] == pytest.approx(15 * relation(UA, C_air, C_water), rel=limit)
    assert run["P_fan"] == pytest.approx(180e3 * speed**3, rel=1e-3)
    assert run["Q_flow"] == pytest.approx(C_water * (313.15 - run["T_out"]), rel=0.005)


def test_dry_cooler_never_crosses_the_outdoor_air(cooler: Plant) -> None:
    for m_flow in (239.0, 20.0, 1.0, -100.0):
        for outdoor in (258.15, 323.15):
            run = settled(cooler, 40000, m_flow=m_flow, T_outdoor=outdoor)
            assert run["Q_flow"] * (313.15 - outdoor) >= 0
            assert min(outdoor, 313.15) <= run["T_out"] <= max(outdoor, 313.15)


def test_wet_bulb_temperature_against_psychrometrics(cooler: Plant) -> None:
    errors = {
        (t, phi): settled(cooler, 1, T_outdoor=t + ZERO, humidity=phi)["T_wet"]
        - HAPropsSI("B", "T", t + ZERO, "P", 101325, "R", phi)
        for t in (0, 10, 20, 30, 40, 50)
        for phi in (0.05, 0.2, 0.4, 0.7, 0.99)
    }
    warm = [error for (t, _), error in errors.items() if 10 <= t <= 40]
    assert min(warm) > -1.2
    assert max(warm) < 0.9
    assert max(abs(error) for error in errors.values()) < 1.4


@pytest.mark.parametrize(("t", "phi"), [(35, 0.3), (30, 0.5), (40, 0.15)])
def test_wetted_pads_against_psychrometrics(cooler: Plant, t: float, phi: float) -> None:
    """80 % of the way to the wet-bulb temperature; the water is what the air gains at constant wet-bulb temperature."""
    air = ("T", t + ZERO, "P", 101325, "R", phi)
    wet = HAPropsSI("B", *air)
    run = settled(cooler, 20000, T_outdoor=t + ZERO, humidity=phi)
    assert run["T_pads"] == pytest.approx(t + ZERO - 0.8 * (t + ZERO - wet), abs=0.6)
    gain = HAPropsSI("W", "T", run["T_pads"], "P", 101325, "B", wet) - HAPropsSI("W", *air)
    assert run["m_flow_water"] == pytest.approx(run["C_air"] / 1006 * gain, rel=0.03)


def conductance(m1_flow: float, m2_flow: float) -> float:
    """2 MW/K at 200 kg/s on both sides, films ~ m^0.8."""
    return 2 * 2e6 / (abs(m1_flow / 200) ** -0.8 + abs(m2_flow / 200) ** -0.8)


@pytest.mark.parametrize(
    ("m1_flow", "m2_flow"),
    [(200, 200), (100, 200), (200, 60), (20, 200), (200, 10), (5, 200), (20, 20), (-200, -100), (-200, 200), (99, -20)],
)
def test_exchangers_with_different_liquids_and_flows(sides: Plant, m1_flow: float, m2_flow: float) -> None:
    """Epsilon-NTU of counterflow, and of parallel flow for the plates when one side runs backwards."""
    run = settled(sides, 1e5, m1_flow=m1_flow, m2_flow=m2_flow)
    C1 = abs(m1_flow) * PropsSI("C", "T", 311, "P", 2e5, "INCOMP::APG[0.25]")
    C2 = abs(m2_flow) * PropsSI("C", "T", 309, "P", 2e5, "Water")
    UA = conductance(m1_flow, m2_flow)
    relation = counterflow if m1_flow * m2_flow > 0 else parallel
    assert run["Q_plate"] == pytest.approx(14 * relation(UA, C1, C2), rel=0.005)
    assert run["Q_short"] == pytest.approx(14 * counterflow(UA, C1, C2), rel=0.005)
    assert run["T1_short"] == pytest.approx(317.15 - run["Q_short"] / C1, abs=0.1)
    assert run["T2_short"] == pytest.approx(303.15 + run["Q_short"] / C2, abs=0.1)


def test_jumps_of_the_flows_keep_exchangers_within_the_entering_temperatures(sides: Plant) -> None:
    state = sides.run(5000, points=3).final
    for m1_flow, m2_flow in ((0, 200), (200, 200), (200, 0), (0, 0), (-200, 200), (0, 200), (200, -200), (1000, 1)):
        run = sides.run(300, inputs={"m1_flow": m1_flow, "m2_flow": m2_flow}, x0=state, points=301)
        state = run.final
        for name in ("T1_low", "T2_low", "T1_short", "T2_short"):
            assert run[name].min() > 303.15 - 1e-3
        for name in ("T1_high", "T2_high", "T1_short", "T2_short"):
            assert run[name].max() < 317.15 + 1e-3


def test_liquid_that_stands_in_an_exchanger_takes_the_temperature_of_the_other_side(sides: Plant) -> None:
    for flows, name, entering in (((200, 0), "T2_short", 317.15), ((0, 200), "T1_short", 303.15)):
        run = settled(sides, 900, m1_flow=flows[0], m2_flow=flows[1])
        assert run[name] == pytest.approx(entering, abs=0.2)
        assert run["Q_flat"] == pytest.approx(0, abs=10)


def test_return_limit_of_the_station_holds_water_back_and_lets_go(stations: Plant) -> None:
    """Hall water of 15 degC cannot return at 18 degC; when it is warm again full cooling comes within 3 minutes."""
    held = stations.run(3600, inputs={"T_in": 288.15}, points=3)
    assert held["m_flow_primary"][-1] < 0.01 * held["m_flow_open"][-1]
    released = stations.run(180, x0=held.final, points=3)
    assert released["m_flow_primary"][-1] == pytest.approx(released["m_flow_open"][-1], rel=0.05)
    stood = stations.run(3600, inputs={"m_flow": 0}, points=3)
    assert stood["m_flow_primary"][-1] < 0.01 * stood["m_flow_open"][-1]
    again = stations.run(180, x0=stood.final, points=3)
    assert again["Q_station"][-1] > 10e6


def test_station_and_lake_have_the_heat_of_their_nominal_points(stations: Plant) -> None:
    run = settled(stations, 20000)
    assert run["Q_lake"] == pytest.approx(10e6, rel=0.01)
    assert run["T_outfall"] == pytest.approx(298.15, abs=0.2)
    assert run["m_flow_lake"] == pytest.approx(1.0, rel=0.005)
    primary = 10e6 / 18  # 8 to 26 degC
    UA = 10e6 * np.log(14 / 22) / (14 - 22)
    UA *= 1 / (0.5 + 0.5 * (run["m_flow_primary"] / run["m_flow_open"]) ** -0.8 * 1.2**-0.8)
    heat = 32 * counterflow(UA, 239 * 4182, primary * run["m_flow_primary"] / run["m_flow_open"] * 1.2)
    assert run["Q_station"] == pytest.approx(heat, rel=0.01)


def test_permit_of_the_lake_raises_the_pump_by_its_gain(stations: Plant) -> None:
    """Command 0.5 plus 0.2 per kelvin of the outfall above 30 degC; flow proportional to speed, 1 at 0.9."""
    run = settled(stations, 20000, command=0.5, T_in=321.15)
    over = run["T_outfall"] - 303.15
    assert 0 < over < 2.5
    assert run["m_flow_lake"] == pytest.approx((0.5 + 0.2 * over) / 0.9, rel=0.01)
    assert settled(stations, 20000, command=0.0)["m_flow_lake"] == pytest.approx(0, abs=1e-3)


def test_glycol_cooler_slows_its_fans_in_frost_but_cannot_save_water_that_stands(stations: Plant) -> None:
    run = settled(stations, 40000, T_outdoor=253.15)
    assert 275.15 < run["T_glycol"] < 279.15
    assert 100 < run["P_fan"] < 0.5 * 180e3
    stood = settled(stations, 40000, T_outdoor=253.15, m_flow=0)
    assert stood["T_water"] < 273.15
    assert stood["margin"] < 0
    mild = settled(stations, 40000)
    assert mild["P_fan"] == pytest.approx(180e3, rel=1e-3)
    assert mild["T_water"] == pytest.approx(303.15, abs=0.2)  # 18 K under the entering water give the nominal 10 K
