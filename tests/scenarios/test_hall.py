"""Scenarios of the hall: they hunt with the cause, are calm without it and after the cure, as they are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import find_peaks

import heatsim as hs
from heatsim.analysis.hunting import Verdict
from heatsim.case import Case
from heatsim.scenarios.hunting import SCENARIOS, oversized_valve
from heatsim.scenarios.hunting.common import BRISK, constant, plant, step, tuned
from heatsim.system.signals import Signal

FAST = ("stiction",)
SLOW = ("oversized_valve", "sensor_lag", "slow_sampling", "windup", "parallel_cdus")
NAMES = [*FAST, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]

SANE = {
    # scenario -> amplitude of the coolant in K, amplitude of the command, period in s: from strokes, samples and lags
    "oversized_valve": ((0.5, 3.0), (0.02, 0.4), (40.0, 150.0)),  # an actuator of 60 s
    "sensor_lag": ((0.5, 4.0), (0.02, 0.4), (200.0, 400.0)),  # 100 s of lags
    "slow_sampling": ((0.3, 4.0), (0.02, 0.4), (180.0, 240.0)),  # three to four samples
    "stiction": ((0.15, 1.0), (0.03, 0.1), (100.0, 400.0)),  # at least S - J/2 each way
    "windup": ((3.0, 8.0), (0.45, 0.5), (300.0, 500.0)),  # limit to limit, with strokes of 150 s
    "parallel_cdus": ((0.5, 3.0), (0.05, 0.4), (100.0, 300.0)),
}

CALM = (Verdict.CALM, Verdict.SLUGGISH)


def judged(case: Case, name: str, confirm: bool = False):
    what = case if confirm else case.run()
    return hs.hunting(what, windows=[(SCENARIOS[name].settle, case.stop)])


def last_inputs(case: Case) -> dict[str, float]:
    """The inputs after the disturbance."""
    assert case.inputs is not None
    return {name: float(v.values[-1]) if isinstance(v, Signal) else float(v) for name, v in case.inputs.items()}


def coolant(name: str, ds) -> np.ndarray:
    values = ds.sel(time=slice(SCENARIOS[name].settle, None))["hall.T_tcs_supply"]
    return values.values.reshape(values.sizes["time"], -1)[:, 0]


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def hunting_table(name):
    return judged(SCENARIOS[name].hunting(), name)


@pytest.fixture(scope="module")
def cured_table(name):
    return judged(SCENARIOS[name].cured(), name)


def test_the_loop_hunts(name, hunting_table):
    row = hunting_table[SCENARIOS[name].loop]
    assert row.verdict.hunts
    amplitude, command, period = SANE[name]
    assert amplitude[0] < 0.5 * np.ptp(coolant(name, hunting_table.dataset)) < amplitude[1]
    assert command[0] < row.command_amplitude <= command[1]
    assert period[0] < row.period < period[1]


def test_it_does_not_die_out(name, hunting_table):
    values = coolant(name, hunting_table.dataset)
    thirds = [np.ptp(part) for part in np.array_split(values, 3)]
    assert thirds[2] > 0.8 * thirds[0]


def test_nothing_moves_before_the_disturbance(name, hunting_table):
    ds = hunting_table.dataset.sel(time=slice(0.0, 590.0))
    before = ds["hall.T_tcs_supply"].values.reshape(ds.sizes["time"], -1)[:, 0]
    assert np.ptp(before) < 0.02


def test_it_is_calm_after_the_cure(name, cured_table):
    assert cured_table[SCENARIOS[name].loop].verdict in CALM
    assert not cured_table.hunting


def test_disturbance_stays_the_same(name):
    scenario = SCENARIOS[name]
    hunting, cured = scenario.hunting(), scenario.cured()
    assert (hunting.stop, hunting.output_step) == (cured.stop, cured.output_step)
    assert hunting.inputs.keys() == cured.inputs.keys()
    for key, value in hunting.inputs.items():
        other = cured.inputs[key]
        if isinstance(value, Signal):
            assert list(value.times) == list(other.times)
            assert list(value.values) == list(other.values)
        else:
            assert value == other


def test_results_are_fine_enough(name, hunting_table):
    row = hunting_table[SCENARIOS[name].loop]
    assert SCENARIOS[name].hunting().output_step <= row.period / 20.0


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FAST, *SLOW])
def test_finer_numerics_confirm_it(name):
    row = judged(SCENARIOS[name].hunting(), name, confirm=True)[SCENARIOS[name].loop]
    assert row.verdict.hunts
    assert row.confirmed


@pytest.mark.parametrize("name", [*FAST, *(pytest.param(n, marks=pytest.mark.slow) for n in SLOW)])
def test_it_is_calm_without_the_cause(name):
    """The loop with the same settings at sound elements, after the same disturbance."""
    case = SCENARIOS[name].hunting()
    if name == "parallel_cdus":  # each by itself
        others = [f"tcs_temperature_{i}" for i in (2, 3, 4)]
        commands = case.run().isel(time=0)
        system = case.system
        for loop in others:
            system = system.in_manual(loop, float(commands[f"{loop}.y"]))
    elif name == "windup":
        assert case.twin is not None
        system = case.twin.copy().set("tcs_temperature.k", -0.15)  # a PI with back-calculation
    else:
        system = tuned(plant(), "tcs_temperature", **BRISK)
    table = judged(replace(case, system=system, twin=case.twin if name == "parallel_cdus" else None), name)
    assert table[SCENARIOS[name].loop].verdict in CALM
    assert not table.hunting


@pytest.mark.slow
def test_four_cdus_are_calm_with_the_pump_in_manual():
    case = SCENARIOS["parallel_cdus"].hunting()
    speed = float(case.run()["fws_pressure.y"][0])
    table = judged(replace(case, system=case.system.in_manual("fws_pressure", speed)), "parallel_cdus")
    assert not table.hunting


@pytest.mark.parametrize("P_IT", [4e6, 8e6])
def test_brisk_settings_have_the_margins_that_are_told(P_IT):
    system = tuned(plant(), "tcs_temperature", **BRISK)
    row = hs.loop_margins(system, constant(P_IT=P_IT), loops=["tcs_temperature"])["tcs_temperature"]
    assert row.gain_margin == pytest.approx(3.55, abs=0.2)
    assert row.phase_margin == pytest.approx(50.0, abs=3.0)
    assert row.Ms == pytest.approx(1.67, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sensor_lag", "slow_sampling", "parallel_cdus"])
def test_period_is_the_one_of_the_linear_prediction(name):
    scenario = SCENARIOS[name]
    case = scenario.hunting()
    row = hs.loop_margins(case.system, last_inputs(case), loops=[scenario.loop])[scenario.loop]
    assert row.stable is False
    assert row.gain_margin < 1.0
    simulated = judged(case, name)[scenario.loop].period
    assert simulated == pytest.approx(2.0 * np.pi / row.w_critical, rel=0.2)


@pytest.mark.slow
def test_valve_begins_to_swing_with_the_predicted_period():
    """Later its drive cannot follow, and the limit cycle is slower."""
    case = SCENARIOS["oversized_valve"].hunting()
    row = hs.loop_margins(case.system, last_inputs(case), loops=["tcs_temperature"])["tcs_temperature"]
    assert row.stable is False
    assert row.gain_margin < 1.0
    small = replace(case, inputs=step("P_IT", 4.5e6, 4.48e6, Q_flow_demand=5e6), stop=1200.0, output_step=1.0)
    error = small.run()["tcs_temperature.error"].sel(time=slice(700.0, None))
    peaks = find_peaks(error.values)[0]
    assert peaks.size >= 8
    assert np.all(np.diff(error.values[peaks]) > 0.0)  # it grows
    period = np.diff(error["time"].values[peaks]).mean()
    assert period == pytest.approx(2.0 * np.pi / row.w_critical, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stiction", "windup"])
def test_margins_do_not_show_what_is_not_linear(name):
    scenario = SCENARIOS[name]
    case = scenario.hunting()
    row = hs.loop_margins(case.system, case.begin(), loops=[scenario.loop])[scenario.loop]
    assert row.stable
    assert row.gain_margin > 2.5
    assert row.phase_margin > 30.0


def test_linear_plug_has_the_flow_coefficient_of_a_linear_valve():
    unit = oversized_valve._linear_plug()
    for opening in (0.03, 0.1, 0.5, 1.0):
        lift = float(unit.equations(0.0, {}, {"u": opening}, {})[1]["y"])
        assert 50.0 ** (lift - 1.0) == pytest.approx(opening)  # equal percentage, R = 50


@pytest.mark.slow
def test_stem_sticks_while_the_command_makes_triangles():
    ds = SCENARIOS["stiction"].hunting().run().sel(time=slice(1800.0, None))
    stem = ds["positioner.y"].values
    assert np.mean(np.abs(np.diff(stem)) < 1e-6) > 0.5  # at rest for most of the time
    command = ds["tcs_temperature.y"].values
    peak = float(np.max(np.abs(command - command.mean())))
    crest = peak / float(np.std(command))
    assert 1.5 < crest < 2.0  # sqrt(3) for a triangle, sqrt(2) for a sine, 1 for a rectangle
    assert 0.05 < np.ptp(command) < 0.16  # the stick band of 0.08, and what the drive goes on meanwhile
