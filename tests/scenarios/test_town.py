"""Scenarios of heat pumps, tank and network: they hunt with the cause, are calm without it and after the cure."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

import heatsim as hs
from heatsim.analysis.hunting import Verdict
from heatsim.case import Case
from heatsim.scenarios.hunting import SCENARIOS, low_load
from heatsim.scenarios.hunting.common import constant
from heatsim.solvers.transfer import transfer
from heatsim.system.signals import Signal
from heatsim.tuning import FOPTD, amigo, simc

SLOW = ("minimum_load", "return_temperature", "tank_chatter", "low_load")
NAMES = ["pressure_interaction", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]

SANE = {
    # loop -> amplitude of the controlled variable, period in s; from pumps, samples and dead times, not from a run
    "pressure_interaction": ((2e4, 2.5e5), (60.0, 300.0)),
    "minimum_load": ((0.2, 3.0), (300.0, 900.0)),
    "return_temperature": ((0.3, 5.0), (10000.0, 16000.0)),
    "tank_chatter": ((1e-4, 2e-3), (240.0, 900.0)),
    "low_load": ((2.0, 15.0), (5000.0, 9000.0)),
}


def judged(case: Case, name: str, confirm: bool = False):
    scenario = SCENARIOS[name]
    what = case if confirm else case.run()
    return hs.hunting(what, windows=[(scenario.settle, case.stop)])


def without_cause(case: Case) -> Case:
    """The same case for the plant in which the cause is not planted."""
    assert case.twin is not None
    return replace(case, system=case.twin, twin=None)


def plain(value):
    """An input of a case as numbers that can be compared."""
    return (list(value.times), list(value.values)) if isinstance(value, Signal) else value


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def hunting_case(name):
    return SCENARIOS[name].hunting()


@pytest.fixture(scope="module")
def found(hunting_case, name):
    return judged(hunting_case, name, confirm=True)


def test_hunts_with_the_cause_planted_and_finer_numerics_agree(found, name):
    row = found[SCENARIOS[name].loop]
    assert row.verdict is Verdict.LIMIT_CYCLE, row.reason
    assert row.confirmed
    assert row.cycles >= 5


def test_amplitude_and_period_are_those_of_a_plant(found, name):
    row = found[SCENARIOS[name].loop]
    amplitude, period = SANE[name]
    assert amplitude[0] < row.amplitude < amplitude[1]
    assert period[0] < row.period < period[1]
    assert row.period >= 20.0 * SCENARIOS[name].hunting().output_step
    if name == "minimum_load":
        assert 6.0 < row.starts < 15.0  # an hour, where three are allowed


def test_calm_without_the_cause(hunting_case, name):
    table = judged(without_cause(hunting_case), name)
    assert not table.hunting, [(row.loop, row.reason) for row in table.hunting]


def test_calm_after_the_cure_on_the_same_disturbance(hunting_case, name):
    case = SCENARIOS[name].cured()
    assert {k: plain(v) for k, v in case.inputs.items()} == {k: plain(v) for k, v in hunting_case.inputs.items()}
    assert (case.start, case.stop, case.output_step) == (0.0, hunting_case.stop, hunting_case.output_step)
    table = judged(case, name)
    assert not table.hunting, [(row.loop, row.reason) for row in table.hunting]


# -- network pump against substation valves


def least_damping(system, point, **opened) -> float:
    """Least damping ratio of the modes between 30 and 300 s, among which no pipe has one as weak as 0.3."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HeatsimWarning)
        lin = hs.linearize(system, point, inputs=["Q_flow_demand"], outputs=["grid.m_flow"], **opened)
    poles = lin.poles()
    poles = poles[(poles.imag > 2.0 * np.pi / 300.0) & (poles.imag < 2.0 * np.pi / 30.0)]
    return float(np.min(-poles.real / np.abs(poles)))


def test_each_pressure_loop_alone_is_damped_and_both_together_are_not():
    case = SCENARIOS["pressure_interaction"].hunting()
    assert case.twin is not None
    point = transfer(hs.trim(case.twin, at=constant(Q_flow_demand=12e6)), case.system)
    valves_at_rest = case.system.copy().set("grid.k_thermostat", 1e-9)
    assert least_damping(case.system, point) < -0.05
    assert least_damping(case.system, point, open=["network_pressure.y"]) > 0.3
    assert least_damping(valves_at_rest, point) > 0.3


# -- dead time at low load


def poles_at(demand: float, settings) -> tuple[float, float]:
    """Flow (kg/s) and real part (1/s) of the dominant pair of poles with a period of 3000 to 12000 s."""
    point = hs.trim(low_load.sound_plant(), at=constant(P_IT=low_load.P_IT, Q_flow_demand=demand))
    system = low_load.downstream(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hs.HeatsimWarning)
        lin = hs.linearize(system, transfer(point, system), inputs=["Q_flow_demand"], outputs=["grid.m_flow"])
    poles = lin.poles()
    poles = poles[(poles.imag > 2.0 * np.pi / 12000.0) & (poles.imag < 2.0 * np.pi / 3000.0)]
    return point.outputs["grid.m_flow"], float(np.max(poles.real))


def growth_at(demand: float, settings) -> tuple[float, float]:
    """Flow (kg/s) and rate of growth (1/s) of a small oscillation in the simulation."""
    gentle = low_load.downstream(replace(settings, k=0.2 * settings.k))
    case = low_load.falling_demand(gentle, demand + 5e4, demand, stop=36000.0)
    late = case.of(low_load.downstream(settings)).run().sel(time=slice(10800.0, None))
    assert (
        0.11 < late["peak.load"].values.min() < late["peak.load"].values.max() < 0.9
    )  # turndown and full load are far
    error = np.abs(signal.detrend(late["network_supply.error"].values))
    peaks = signal.find_peaks(error, distance=15)[0]
    assert peaks.size >= 6
    slope = np.polyfit(late["time"].values[peaks], np.log(error[peaks]), 1)[0]
    return float(late["grid.m_flow"].mean()), float(slope)


def onset(points) -> float:
    """Flow at which a rate that falls with the flow goes through zero."""
    flows, rates = np.transpose(sorted(points))
    assert rates[0] > 0.0 > rates[-1]
    return float(np.interp(0.0, rates[::-1], flows[::-1]))


def test_linear_onset_lies_near_three_fifths_of_the_flow_of_the_tuning():
    flow = onset([poles_at(demand, simc(low_load.AT_FULL_FLOW)) for demand in (6e6, 7.5e6)])
    # pure dead time with an integrator of SIMC: gain 1/(2 L f), unstable below f = 1/sqrt(pi) = 0.56
    assert flow / low_load.FULL_FLOW == pytest.approx(np.pi**-0.5, abs=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [simc, amigo])
def test_linear_and_simulated_onset_agree_within_a_tenth_of_the_flow(rule):
    settings = rule(low_load.AT_FULL_FLOW)
    demands = (6.25e6, 6.75e6, 7.25e6)
    predicted = onset([poles_at(demand, settings) for demand in demands])
    simulated = onset([growth_at(demand, settings) for demand in demands])
    assert simulated == pytest.approx(predicted, rel=0.1)


@pytest.mark.slow
def test_process_at_full_flow_is_what_the_loop_was_tuned_for():
    system = low_load.downstream(simc(low_load.AT_FULL_FLOW))
    twin = low_load.sound_plant()
    point = hs.trim(twin, at=constant(P_IT=low_load.P_IT, Q_flow_demand=low_load.FULL_DEMAND))
    assert point.outputs["grid.m_flow"] == pytest.approx(low_load.FULL_FLOW, rel=0.01)
    held = system.in_manual("network_supply", point.outputs["network_supply.y"] + 0.02)
    inputs = constant(P_IT=low_load.P_IT, Q_flow_demand=low_load.FULL_DEMAND)
    ds = Case(held, stop=1800.0, inputs=inputs, output_step=5.0, twin=twin).run()
    response = ds["grid.T_consumer"].values[:, 0] - ds["grid.T_consumer"].values[0, 0]
    time = ds["time"].values
    model: FOPTD = low_load.AT_FULL_FLOW
    final = response[-1]
    assert final / 0.02 == pytest.approx(model.gain, rel=0.05)
    t28, t63 = (float(time[np.argmax(response >= share * final)]) for share in (0.283, 0.632))
    assert 1.5 * (t63 - t28) == pytest.approx(model.T, rel=0.15)  # two-point method of C. L. Smith (1972)
    assert t63 - 1.5 * (t63 - t28) == pytest.approx(model.L, rel=0.05)
