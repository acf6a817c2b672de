"""Twin pipe, interface station, booster pump, ring and mixed tank do what their documentation says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import xarray as xr
from scipy.linalg import expm
from scipy.optimize import brentq

import heatsim as hs
from heatsim.compiler.experiment import read_experiment
from heatsim.compiler.library import default_library


@cache
def example(name: str) -> xr.Dataset:
    """Run an example as its annotation says."""
    model = f"HeatReuse.Examples.{name}"
    experiment = read_experiment(default_library(), model)
    return hs.simulate(hs.build(model), stop=experiment.stop, output_step=experiment.interval, rtol=1e-7)


def at(ds: xr.Dataset, name: str, time: float) -> float:
    return float(np.interp(time, ds["time"].values, ds[name].values))


def between(ds: xr.Dataset, name: str, begin: float, end: float) -> np.ndarray:
    time = ds["time"].values
    return ds[name].values[(time >= begin) & (time <= end)]


def integral(ds: xr.Dataset, values: np.ndarray, begin: float, end: float) -> float:
    time = ds["time"].values
    chosen = (time >= begin) & (time <= end)
    return float(np.trapezoid(values[chosen], time[chosen]))


def drop(m_flow: float, length: float, diameter: float, rho: float, mu: float, zeta: float = 0.2) -> float:
    """Pressure drop of a pipe with its fittings, Pa: Colebrook, solved by bracketing."""
    if m_flow == 0.0:
        return 0.0
    reynolds = 4 * abs(m_flow) / (np.pi * diameter * mu)
    if reynolds < 2000:
        f = 64 / reynolds
    else:
        f = brentq(
            lambda f: 1 / np.sqrt(f) + 2 * np.log10(5e-5 / diameter / 3.7 + 2.51 / (reynolds * np.sqrt(f))), 5e-3, 0.2
        )
    speed = m_flow / (rho * np.pi / 4 * diameter**2)
    return float((1 + zeta) * f * length / diameter * rho * speed * abs(speed) / 2)


HOT, COLD = (974.9, 377.6e-6), (990.2, 595.9e-6)
"""Density and viscosity of water at 75 and 45 degC (IAPWS)."""


# --- twin pipe --------------------------------------------------------------------------------------------------------

U_GROUND, U_BETWEEN, LENGTH = 0.1157, 0.0663, 500.0


def ends_of_twin_pipe(m_flow: float, T_ground: float) -> tuple[float, float, float, float]:
    """Both outlets in K, the loss to the ground and the heat from supply to return in W, in a steady state.

    Supply and return in counterflow along the trench: two linear differential equations, solved with the exponential
    of their matrix; the supply enters at 0 with 70 degC, the return at the other end with 40 degC.
    """
    c_s, c_r = m_flow * 4187.0, m_flow * 4179.0
    a = np.array(
        [
            [-(U_GROUND + U_BETWEEN) / c_s, U_BETWEEN / c_s],
            [-U_BETWEEN / c_r, (U_GROUND + U_BETWEEN) / c_r],
        ]
    )
    over = expm(a * LENGTH)  # of temperatures above the ground
    supply_in, return_in = 343.15 - T_ground, 313.15 - T_ground
    return_out = (return_in - over[1, 0] * supply_in) / over[1, 1]
    supply_out = over[0, 0] * supply_in + over[0, 1] * return_out
    lost = c_s * (supply_in - supply_out) + c_r * (return_in - return_out)
    x = np.linspace(0, LENGTH, 501)
    profile = np.array([expm(a * s) @ [supply_in, return_out] for s in x])
    exchanged = U_BETWEEN * float(np.trapezoid(profile[:, 0] - profile[:, 1], x))
    return supply_out + T_ground, return_out + T_ground, lost, exchanged


@pytest.mark.parametrize("day", [60, 180])
def test_twin_pipe_reaches_the_steady_state_of_two_coupled_pipes(day: int) -> None:
    ds, time = example("TwinPipe"), day * 86400.0
    supply, back, lost, exchanged = ends_of_twin_pipe(at(ds, "m_flow", time), at(ds, "T_ground", time))
    assert at(ds, "T_supply_out", time) == pytest.approx(supply, abs=0.05)
    assert at(ds, "T_return_out", time) == pytest.approx(back, abs=0.05)
    assert at(ds, "Q_flow_loss", time) == pytest.approx(lost, rel=5e-3)
    assert at(ds, "Q_flow_between", time) == pytest.approx(exchanged, rel=5e-3)


def test_more_than_half_of_the_loss_of_the_return_comes_from_the_supply_in_summer() -> None:
    ds, time = example("TwinPipe"), 200 * 86400.0
    return_mean = 0.5 * (at(ds, "T_return_in", time) + at(ds, "T_return_out", time))
    loss_of_return = U_GROUND * LENGTH * (return_mean - at(ds, "T_ground", time))
    assert 0.5 < at(ds, "Q_flow_between", time) / loss_of_return < 0.7
    assert 343.15 - at(ds, "T_supply_out", time) == pytest.approx(6, abs=0.6)


# --- interface station ------------------------------------------------------------------------------------------------


def test_meter_misses_what_its_lag_times_the_change_of_temperatures_carries() -> None:
    """At constant flow, true less metered energy is m (h(T) now - h(T) before) times the time constant, per sensor."""
    ds = example("NetworkIsolation")
    true, metered = (ds[f"Q_flow_{kind}"].values for kind in ("true", "metered"))
    missed = integral(ds, true - metered, 3500, 7000)
    change = (at(ds, "T_supply", 7000) - at(ds, "T_supply", 3500)) - (
        at(ds, "T_return", 7000) - at(ds, "T_return", 3500)
    )
    assert missed == pytest.approx(at(ds, "m_flow_network", 7000) * 4184 * 20 * change, rel=0.02)
    assert abs(missed) > 4e7
    # afterwards both agree
    assert at(ds, "Q_flow_metered", 7000) == pytest.approx(at(ds, "Q_flow_true", 7000), rel=1e-5)


def test_valves_close_and_the_plant_keeps_its_minimum_flow() -> None:
    ds = example("NetworkIsolation")
    assert at(ds, "opening", 7200) == pytest.approx(1, abs=1e-6)
    assert 0 < at(ds, "opening", 7240) < 0.5  # 60 s of stroke
    assert at(ds, "opening", 7300) == pytest.approx(0, abs=1e-3)
    closed = slice(7320, 14400)
    for name in ("m_flow_plant", "m_flow_network"):
        assert np.abs(between(ds, name, closed.start, closed.stop)).max() < 0.06
    assert between(ds, "m_flow_bypass", closed.start, closed.stop).min() > 0.25 * 95
    for begin, end in ((7190, 7330), (14390, 14530)):  # also while the valves move
        through = between(ds, "m_flow_bypass", begin, end) + between(ds, "m_flow_plant", begin, end)
        assert through.min() > 0.25 * 95
    assert at(ds, "m_flow_network", 25200) == pytest.approx(at(ds, "m_flow_network", 7000), rel=1e-3)


def test_nothing_overheats_while_the_network_is_isolated() -> None:
    ds = example("NetworkIsolation")
    hottest = between(ds, "T_plant", 7200, 25200).max() - 351.15
    print(f"plant {hottest:.1f} K above its set point")
    assert 4 < hottest < 7
    assert between(ds, "Q_flow_source", 7900, 14400).max() < 1e3
    hour = at(ds, "T_plant", 13600) - at(ds, "T_plant", 10000)
    assert 0 < hour < 1  # the heat of the pump
    # the water of both sides of the exchanger goes to one temperature
    assert at(ds, "T_supply", 14400) - at(ds, "T_return", 14400) < 0.25 * (
        at(ds, "T_supply", 7900) - at(ds, "T_return", 7900)
    )


# --- booster pump -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [10000.0, 24000.0, 35000.0])
def test_pressure_at_the_far_consumer_is_what_the_line_leaves(time: float) -> None:
    """6 bar of the plant plus the booster less friction of 8 km of DN 150 after Colebrook."""
    ds = example("BoosterLine")
    m_flow = at(ds, "m_flow", time)
    friction = drop(m_flow, 4000, 0.1603, *HOT) + drop(m_flow, 4000, 0.1603, 991.4, 629e-6)
    assert at(ds, "dp_consumer", time) == pytest.approx(
        6e5 + at(ds, "dp_booster", time) - friction, abs=0.015 * friction
    )


def test_booster_lifts_the_far_consumer_over_his_need() -> None:
    ds = example("BoosterLine")
    without, with_pump, tripped = 10000.0, 24000.0, 35000.0
    assert at(ds, "dp_consumer", without) < 0.5e5
    assert at(ds, "opening", without) == pytest.approx(1, abs=1e-3)
    assert at(ds, "Q_flow_delivered", without) < 0.85 * 3.4e6
    assert at(ds, "dp_consumer", with_pump) > 2e5
    assert at(ds, "Q_flow_delivered", with_pump) == pytest.approx(3.4e6, rel=1e-3)
    assert at(ds, "opening", with_pump) < 0.8
    assert at(ds, "dp_consumer", tripped) == pytest.approx(at(ds, "dp_consumer", without), rel=1e-2)
    assert at(ds, "Q_flow_delivered", tripped) == pytest.approx(at(ds, "Q_flow_delivered", without), rel=1e-2)


def test_flow_passes_the_standing_pump_through_the_check_valve() -> None:
    ds = example("BoosterLine")
    # check valve: 0.1 bar at 29 kg/s and the spring; pump: (1.3 - 1) 5.5 bar at 29 kg/s
    bypass = at(ds, "m_flow_bypass", 10000.0)
    through = at(ds, "m_flow", 10000.0) - bypass
    assert -at(ds, "dp_booster", 10000.0) == pytest.approx(1e4 * (bypass / 29) ** 2 + 1e3, rel=2e-3)
    assert -at(ds, "dp_booster", 10000.0) == pytest.approx(0.3 * 5.5e5 * (through / 29) ** 2, rel=2e-3)
    # running: head curve, and the leak of the shut valve
    through = at(ds, "m_flow", 24000.0) - at(ds, "m_flow_bypass", 24000.0)
    assert at(ds, "dp_booster", 24000.0) == pytest.approx(5.5e5 * (1.3 - 0.3 * (through / 29) ** 2), rel=2e-3)
    assert -0.01 * 29 < at(ds, "m_flow_bypass", 24000.0) < 0


def test_power_of_the_booster_follows_from_head_and_efficiency() -> None:
    """Efficiency of a pump with head 1.3 - 0.3 q2 and power 0.4 + 0.6 q; the shaft power heats the water."""
    ds = example("BoosterLine")
    through = at(ds, "m_flow", 24000.0) - at(ds, "m_flow_bypass", 24000.0)
    q = through / 29
    eta = 0.8 * q * (1.3 - 0.3 * q**2) / (0.4 + 0.6 * q)
    shaft = through / 988 * at(ds, "dp_booster", 24000.0) / eta
    assert at(ds, "P_el", 24000.0) == pytest.approx(shaft / 0.93, rel=2e-2)
    heat = ds["E_in_booster"].values
    assert integral(ds, 0.93 * ds["P_el"].values, 0, 36000) == pytest.approx(heat[-1] - heat[0], rel=2e-3)


# --- ring -------------------------------------------------------------------------------------------------------------

DEMANDS = {1: 8e5, 2: 5e5, 3: 6e5}
SECTIONS = {"01": 600.0, "12": 400.0, "23": 400.0, "03": 700.0}


def flows_of_ring(first: float) -> dict[str, float]:
    """Flows of all sections from that of the first, with what the consumers take at 30 K."""
    taken = {k: Q / (4184.0 * 30) for k, Q in DEMANDS.items()}
    m12 = first - taken[1]
    m23 = m12 - taken[2]
    return {"01": first, "12": m12, "23": m23, "03": taken[3] - m23}


def around(first: float, rho: float, mu: float) -> float:
    """Pressure drop once around the ring, with the section valve."""
    m = flows_of_ring(first)
    drops = {name: drop(m[name], length, 0.1325, rho, mu) for name, length in SECTIONS.items()}
    return drops["01"] + 2e3 * (first / 10) ** 2 + drops["12"] + drops["23"] - drops["03"]


def test_ring_shares_its_flow_so_that_both_ways_take_the_same_pressure() -> None:
    ds = example("RingNetwork")
    first = brentq(around, 0.5, 15, args=HOT)
    expected = flows_of_ring(first)
    for name in SECTIONS:
        assert at(ds, f"m_flow_{name}", 7000) == pytest.approx(expected[name], abs=0.03)
    assert expected["12"] > 0 > expected["23"]
    assert at(ds, "m_flow_01", 28800) == pytest.approx(at(ds, "m_flow_01", 7000), rel=1e-3)


def test_flow_turns_around_when_a_section_is_shut() -> None:
    ds = example("RingNetwork")
    expected = flows_of_ring(0.0)
    for name in SECTIONS:
        assert at(ds, f"m_flow_{name}", 17000) == pytest.approx(expected[name], abs=0.02)
    assert expected["12"] < -6
    # consumer 1 is the last one now: 4 bar less 1500 m there and back
    way = [("03", 700), ("23", 400), ("12", 400)]
    friction = sum(drop(abs(expected[name]), length, 0.1325, *p) for name, length in way for p in (HOT, COLD))
    assert at(ds, "dp_1", 17000) == pytest.approx(4e5 - friction, rel=0.02)
    assert at(ds, "dp_1", 17000) < at(ds, "dp_2", 17000) < at(ds, "dp_3", 17000) < at(ds, "dp_3", 7000)


def test_temperatures_of_the_ring_stay_between_ground_and_plant() -> None:
    ds = example("RingNetwork")
    for k in (1, 2, 3):
        assert ds[f"T_{k}"].values.min() > 281.15
        assert ds[f"T_{k}"].values.max() < 353.15
    # the last consumer of the line: cooled by the loss of every section on the way, at its own flow
    T, m = 353.15, flows_of_ring(0.0)
    for name, length in (("03", 700), ("23", 400), ("12", 400)):
        T = 281.15 + (T - 281.15) * np.exp(-0.292 * length / (abs(m[name]) * 4196.0))
    assert at(ds, "T_1", 17000) == pytest.approx(T, abs=0.1)


def test_turned_water_passes_consumer_1_a_second_time() -> None:
    """Its last part, which had reached consumer 2, is the coldest; it takes the delay of 400 m back to consumer 1."""
    ds = example("RingNetwork")
    dip = between(ds, "T_1", 7200, 9500)
    time = np.linspace(0, 2300, dip.size)
    water, wall = 974.9 * 4192 * np.pi / 4 * 0.1325**2, 7850 * 480 * np.pi * 0.1361 * 0.0036
    delay = 400 * (water + wall) / (4192 * -flows_of_ring(0.0)["12"])
    assert time[dip.argmin()] == pytest.approx(delay, rel=0.12)
    assert at(ds, "T_2", 7200) < dip.min() < at(ds, "T_2", 7200) + 1
    assert at(ds, "T_1", 7200) - dip.min() > 4


# --- tank with mixing valve -------------------------------------------------------------------------------------------


def test_mixing_valve_holds_the_supply_until_the_tank_is_empty() -> None:
    ds = example("TankMixing")
    assert np.abs(between(ds, "T_supply", 1200, 25000) - 345.15).max() < 0.5
    assert at(ds, "share", 14000) == pytest.approx((301.5 - 188.5) / (377.0 - 188.5), abs=2e-3)  # enthalpies, IAPWS-95
    assert at(ds, "T_supply", 36000) == pytest.approx(318.15, abs=0.5)
    assert at(ds, "m_flow_bypass", 36000) == pytest.approx(80e-3, rel=0.02)  # leakage of the valve
    share = ds["share"].values
    assert np.diff(share[ds["time"].values > 25000]).min() > -1e-3  # opens, and stays open
    assert ds["T_supply"].values.max() < 345.15 + 1


def test_mixed_tank_gives_the_load_what_it_has_stored() -> None:
    """Heat to the load over the discharge is the content of the tank, above 45 degC, less its loss."""
    ds = example("TankMixing")
    U = ds["U"].values
    time = ds["time"].values
    begin = np.searchsorted(time, 15000)
    given = integral(ds, ds["Q_flow_load"].values, 15000, 43200)
    lost = -(ds["E_in_ambient"].values[-1] - ds["E_in_ambient"].values[begin])
    assert U[begin] - U[-1] == pytest.approx(given + lost, rel=2e-3)
    # 300 m3 of hot water at the start, 50 kg/s of the source less the share of the load for about 4 h
    hot = 0.3 * 1000 * 965.3 + 50 * 14400 - 0.6 * 30 * 15000
    assert given == pytest.approx(hot * (377.0 - 188.5) * 1e3, rel=0.03)
