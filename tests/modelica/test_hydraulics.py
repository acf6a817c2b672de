"""Valves, pumps, the expansion vessel and resistances against their own laws and calculations by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import heatsim as hs


@pytest.fixture(scope="module")
def example() -> Callable:
    """Return a function that runs `HeatReuse.Examples.<name>` once."""
    done = {}

    def run(name: str, stop: float, step: float, rtol: float = 1e-6) -> object:
        if (name, rtol) not in done:
            fmu = hs.build(f"HeatReuse.Examples.{name}")
            done[name, rtol] = hs.simulate(fmu, stop=stop, output_step=step, rtol=rtol)
        return done[name, rtol]

    return run


# --- resistances ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("m_flow", [-12.0, 3.0, 12.0])
def test_strainer_and_valve_follow_their_flow_coefficient(plant: Callable, m_flow: float) -> None:
    """Kv is the volume flow at 1 bar of cold water; half of the area blocked gives four times the pressure drop."""
    run = plant("Validation.Resistances").run(100, inputs={"m_flow": m_flow, "command": 1.0}, points=3)
    clean = 1e5 * (m_flow / 988 * 3600 / 63) ** 2 * 988 / 1000 * np.sign(m_flow)
    assert run["dp_strainer"][-1] == pytest.approx(4 * clean, rel=2e-3)
    assert run["dp_valve"][-1] == pytest.approx(clean, rel=2e-3)


def test_linear_valve_is_linear_and_leaks_when_closed(plant: Callable) -> None:
    model = plant("Validation.Resistances")
    drops = [
        model.run(500, inputs={"m_flow": 5.0, "command": lift}, points=2)["dp_valve"][-1] for lift in (1.0, 0.5, 0.0)
    ]
    assert np.sqrt(drops[0] / np.array(drops)) == pytest.approx([1, 0.5005, 1e-3], rel=2e-3)


def test_check_valve_lets_little_through_backwards(plant: Callable) -> None:
    model = plant("Validation.Resistances")
    assert model.run(1, inputs={"m_flow": 10.0}, points=2)["dp_check"][-1] == pytest.approx(6e3, rel=1e-3)
    assert model.run(1, inputs={"m_flow": 0.0}, points=2)["dp_check"][-1] == 0.0
    # 0.06 kg/s, 0.6 % of the nominal flow, need 1.8 bar
    assert model.run(1, inputs={"m_flow": -0.06}, points=2)["dp_check"][-1] == pytest.approx(-1.8e5, rel=0.01)


# --- pumps ------------------------------------------------------------------------------------------------------------


def test_standby_pump_takes_over(example: Callable) -> None:
    """Two pumps of three run; after the trip one alone carries the flow until the third has started."""
    run = example("PumpTakeOver", 720.0, 0.5)
    time, flow = run["time"].values, run["m_flow"].values
    speed, share = run["speed"].values, run["m_flow_pump"].values
    before = flow[time == 100.0][0]
    dip = time[flow == flow.min()][0]
    assert 120 < dip < 126
    assert 0.6 < flow.min() / before < 0.85
    back = time[(time > dip) & (flow > 0.98 * before)][0]
    assert back - 120 < 20
    assert flow[time == 300.0][0] == pytest.approx(before, rel=1e-4)
    assert speed[time == 300.0][0] == pytest.approx([0, 0.9, 0.9], abs=1e-3)
    assert speed[time == 720.0][0] == pytest.approx([0.9, 0.9, 0], abs=1e-3)
    assert flow[time > 480].min() > 0.985 * before  # the pump that comes back is up before the third goes off
    assert flow[time > 480].max() < 1.1 * before
    settled = ((time > 200) & (time < 480)) | (time > 600)
    assert np.abs(share.sum(axis=1) - flow)[settled].max() < 1e-4 * before
    assert np.abs(share.sum(axis=1) - flow).max() < 0.06 * before  # for a moment after the trip
    leak = share[time == 300.0][0][0]
    assert -0.01 * before < leak < 0  # the pump that stands still leaks backwards through its closed valve


def test_flow_of_two_pumps_in_parallel_follows_from_their_curves(example: Callable) -> None:
    """Head curve, check valve and circuit by hand: r s^2 dp - (r - 1) dp q^2 - dp_check q^2 = dp_circuit (2 q)^2."""
    run = example("PumpTakeOver", 720.0, 0.5)
    lost = 0.3 * 2e5 + 5e3 + 1.95e5
    q = np.sqrt(1.3 * 2e5 / lost)
    assert run["m_flow"].sel(time=100.0) == pytest.approx(200 * q, rel=5e-3)  # the third pump leaks a little


def test_pump_of_a_catalogue_follows_its_curves_and_the_affinity_laws(example: Callable) -> None:
    run = example("PumpPressureControl", 1800.0, 1.0)
    for time in (290.0, 890.0, 1490.0):
        at = run.sel(time=time)
        s = float(at["speed"]) / 0.9
        x = float(at["m_flow"]) / s
        power = np.interp(x, [0, 25, 50, 75, 100, 125], [11e3, 15e3, 19e3, 23e3, 26.5e3, 29e3])
        assert float(at["P_pump"]) == pytest.approx(s**3 * power / 0.93, rel=0.01)
        head = 1e5 + 6e4 * (float(at["m_flow"]) / 100) ** 2
        assert np.interp(x, [0, 25, 50, 75, 100, 125], [2.6e5, 2.58e5, 2.5e5, 2.33e5, 2.0e5, 1.5e5]) == pytest.approx(
            head / s**2, rel=0.015
        )
        assert float(at["dp"]) == pytest.approx(1e5, rel=1e-3)


# --- closed circuit ---------------------------------------------------------------------------------------------------


def density(celsius: float) -> float:
    """Density of water at atmospheric pressure, Kell (1975), kg/m3."""
    t = celsius
    return (
        999.83952
        + 16.945176 * t
        - 7.9870401e-3 * t**2
        - 46.170461e-6 * t**3
        + 105.56302e-9 * t**4
        - 280.54253e-12 * t**5
    ) / (1 + 16.879850e-3 * t)


def test_pressure_of_a_closed_circuit_follows_from_the_expansion_of_its_water(plant: Callable) -> None:
    """10 m3 from 10 to 80 degC in a vessel of 1 m3, gas at 1.5 bar, 0.1 m3 of water at the start."""
    model = plant("Validation.Expansion")
    growth = 10 * (density(10) / density(80) - 1)
    warm = model.run(1, inputs={"T": 353.15}, points=2)
    assert growth == pytest.approx(0.287, abs=0.001)
    assert warm["V_expansion"][-1] == pytest.approx(growth, rel=2e-3)
    assert warm["p"][-1] == pytest.approx(1.5e5 * 1 / (0.9 - growth), rel=1e-3)
    assert warm["filling"][-1] == pytest.approx(0.1 + growth, rel=2e-3)
    cold = model.run(1, inputs={"T": 283.15}, points=2)
    assert cold["p"][-1] == pytest.approx(1.5e5 / 0.9, rel=1e-4)
    assert model.run(1, inputs={"T": 393.15}, parameters={"V_vessel": 0.2}, points=2)["filling"][-1] < 1


def test_warm_water_goes_on_circulating_without_the_pump(example: Callable) -> None:
    """The difference of the densities over the height drives what the resistances take."""
    run = example("ClosedCircuit", 28800.0, 20.0)
    end = run.isel(time=-1)
    assert 0.2 < float(end["m_flow"]) < 1.0
    warm, cold = (float(end[name]) - 273.15 for name in ("T_supply", "T_return"))
    drive = 9.80665 * 10 * (density(cold) - density(warm))
    friction = float(end["dp_pipes"]) + drive
    assert friction > 0
    # what drives also moves the water through strainer and stopped pump
    pump = 0.3 * 5e4 * (float(end["m_flow"]) / 6) * np.hypot(float(end["m_flow"]) / 6, 0.01)
    assert float(end["dp_strainer"]) + pump == pytest.approx(-float(end["dp_pipes"]), rel=0.02)


def test_friction_depends_on_temperature_as_documented(plant: Callable) -> None:
    """Between 45 and 75 degC the pressure drop of a steel pipe DN 150 with 20 kg/s changes by 2.5 %."""
    model = plant("Validation.PressureDrop")
    at = {}
    for celsius in (45, 75):
        run = model.run(700, parameters={"T": celsius + 273.15}, points=701)
        at[celsius] = np.exp(np.interp(np.log(20), np.log(run["m_flow"]), np.log(run["dp"])))
    assert at[45] / at[75] - 1 == pytest.approx(0.025, abs=0.001)


# --- actuators --------------------------------------------------------------------------------------------------------


def test_sticking_stem_rests_exactly_between_its_jumps(plant: Callable) -> None:
    run = plant("Validation.Actuators").run(3000, points=6001, rtol=1e-8)
    late = run.time > 1000
    still = np.abs(np.diff(run["y_sticking"][late])) < 1e-9
    assert 0.8 < still.mean() < 0.99
    loose = np.abs(np.diff(run["y_backlash"][late])) < 1e-9
    assert 0.2 < loose.mean() < 0.5


@pytest.mark.parametrize(("S", "J"), [(0.02, 0.02), (0.06, 0.01), (0.04, 0.0)])
def test_stick_band_and_slip_jump_are_those_asked_for(plant: Callable, S: float, J: float) -> None:
    model = plant("Validation.Actuators")
    run = model.run(400, parameters={"S": S, "J": J, "slope": 5e-4, "amplitude": 0}, points=4001)
    lift, motor = run["y_sticking"], run["y_motor"]
    begin = np.argmax(lift > 0.5 + 1e-4)
    assert motor[begin] - 0.5 == pytest.approx((S + J) / 2, abs=1e-3)
    pull = motor - lift
    settled = pull[run.time > 200]
    assert settled.max() == pytest.approx((S + J) / 2, abs=1e-3)
    assert settled.min() == pytest.approx((S - J) / 2, abs=0.1 * J + 1e-3)


def test_loop_with_stiction_hunts_and_the_good_one_does_not(example: Callable) -> None:
    run = example("ValveStiction", 1800.0, 1.0, rtol=1e-8)
    late = run.sel(time=slice(1400, 1800))
    assert np.ptp(late["m_flow_good"].values) < 0.01
    assert np.ptp(late["m_flow_sticking"].values) > 0.4
    crossings = np.flatnonzero(np.diff(np.sign(late["m_flow_sticking"].values - 12)))
    assert crossings.size >= 4
    # no child of the solver: the period stays with a tolerance ten times tighter
    tighter = example("ValveStiction", 1800.0, 1.0, rtol=1e-9).sel(time=slice(1400, 1800))
    again = np.flatnonzero(np.diff(np.sign(tighter["m_flow_sticking"].values - 12)))
    assert np.abs(crossings - again).max() <= 1
    # square wave in the flow: most of the time at one of two values; triangle in the command: evenly spread
    flow, command = late["m_flow_sticking"].values, late["command_sticking"].values
    middle = [np.mean(np.abs(x - (x.max() + x.min()) / 2) < 0.25 * np.ptp(x)) for x in (flow, command)]
    assert middle[0] < 0.1
    assert 0.35 < middle[1] < 0.65


def test_quick_compression_of_the_gas_is_stiffer(plant: Callable) -> None:
    """Polytropic exponent 1.4: p = p_start (V_start/V)^1.4."""
    model = plant("Validation.Expansion")
    slow, quick = (
        model.run(1, inputs={"T": 353.15}, parameters={"exponent": exponent}, points=2)["p"][-1] * 0.9 / 1.5e5
        for exponent in (1.0, 1.4)
    )
    assert slow > 1.4
    assert quick == pytest.approx(slow**1.4, rel=1e-6)
