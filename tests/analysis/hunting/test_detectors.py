"""Verdicts on loops whose behaviour is known: simulated ones, and signals with a formula."""

from __future__ import annotations

import json

import control
import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from benchmarks.hunting_detectors import accuracy, calm_or_oscillating, outcome, with_cause
from benchmarks.hunting_signals import FAMILIES, LEVEL, as_dataset, samples_of
from heatsim.analysis.hunting import Thresholds, Verdict

TIME = np.arange(0.0, 3600.0, 2.0)


def dataset(error: np.ndarray, command: np.ndarray | None = None, load: np.ndarray | None = None) -> xr.Dataset:
    """One loop with an error of our own; set point 333.15 K."""
    command = 0.5 - 0.05 * error if command is None else command
    load = np.zeros(error.size) if load is None else load
    return as_dataset({"T": LEVEL + error, "setpoint": np.full(error.size, LEVEL), "u": command, "Q": load})


def sine(period: float, amplitude: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2.0 * np.pi * TIME / period + 0.3)


@pytest.fixture(scope="module")
def found() -> list:
    """Six signals of each family, of a seed that is neither tuned on nor reported."""
    return [outcome(sample) for family in FAMILIES for sample in samples_of(family, 6, seed=7)]


def test_calm_and_oscillating_loops_are_told_apart(found: list) -> None:
    assert accuracy(calm_or_oscillating(found), "state", "state") >= 0.95


def test_signals_alone_show_what_keeps_a_cycle_going(found: list) -> None:
    assert accuracy(with_cause(found), "cause", "cause") >= 0.85


@pytest.mark.parametrize("family", ["white noise", "step of the set point", "step of the load", "slow load"])
def test_detectors_do_not_fire_on_sound_loops(found: list, family: str) -> None:
    said = [o.state for o in found if o.sample.family == family]
    assert said == ["calm"] * 6


@pytest.mark.parametrize("family", ["on/off", "tight tuning", "slow sampling"])
def test_detectors_fire_on_planted_cycles(found: list, family: str) -> None:
    assert [o.state for o in found if o.sample.family == family] == ["oscillating"] * 6


def test_periodic_load_is_forced_and_not_when_the_load_is_not_there(found: list) -> None:
    forced = [o for o in found if o.sample.family == "periodic load"]
    assert {o.verdict for o in forced} == {Verdict.FORCED}
    alone = hs.hunting(forced[0].sample.dataset.drop_vars("Q"))["loop"]
    assert alone.verdict is Verdict.LIMIT_CYCLE
    assert alone.load is None
    row = hs.hunting(forced[0].sample.dataset)["loop"]
    assert row.load == "Q"
    assert row.load_coherence > 0.95
    assert row.period == pytest.approx(alone.period)


def test_self_excited_loop_is_not_forced_by_a_load_with_another_period() -> None:
    ds = dataset(sine(150.0), load=1e6 * sine(190.0))
    row = hs.hunting(ds)["loop"]
    assert row.verdict is Verdict.LIMIT_CYCLE
    assert hs.hunting(dataset(sine(150.0), load=1e6 * sine(150.0)))["loop"].verdict is Verdict.FORCED


def test_load_that_is_named_is_the_only_one_compared() -> None:
    ds = dataset(sine(150.0), load=1e6 * sine(150.0)).assign(other=("time", sine(230.0)))
    assert hs.hunting(ds)["loop"].load == "Q"
    assert hs.hunting(ds, load="other")["loop"].verdict is Verdict.LIMIT_CYCLE
    with pytest.raises(hs.UsageError, match="'Qx'"):
        hs.hunting(ds, load="Qx")


@pytest.mark.parametrize("period", [40.0, 143.0, 400.0])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_amplitude_and_period_of_a_sine_with_noise_and_drift(period: float, noise: float) -> None:
    rng = np.random.default_rng(1)
    error = sine(period) + noise * rng.normal(size=TIME.size) + 2e-4 * TIME
    row = hs.hunting(dataset(error))["loop"]
    assert row.verdict is Verdict.LIMIT_CYCLE
    assert row.period == pytest.approx(period, rel=0.01)
    assert row.amplitude == pytest.approx(1.0, rel=0.05 if noise == 0.0 else 0.2)
    assert row.regularity > 3.0


@pytest.mark.parametrize("rate", [1.0 / 3000.0, -1.0 / 900.0])
def test_growth_and_damping_are_those_of_the_formula(rate: float) -> None:
    row = hs.hunting(dataset(np.exp(rate * TIME) * sine(150.0)))["loop"]
    assert row.verdict is Verdict.OSCILLATING
    assert row.growth == pytest.approx(np.expm1(150.0 * rate), rel=0.05)
    assert row.damping == pytest.approx(-rate / np.hypot(rate, 2.0 * np.pi / 150.0), rel=0.05)


def test_what_nobody_can_measure_is_calm() -> None:
    regular = sine(150.0, 1e-3)
    row = hs.hunting(dataset(regular))["loop"]
    assert row.verdict is Verdict.CALM
    assert "0.05 K" in row.reason
    fine = Thresholds(resolution={"K": 1e-4}, command_share=1e-5)
    assert hs.hunting(dataset(regular), thresholds=fine)["loop"].verdict is Verdict.LIMIT_CYCLE
    # but an actuator that works all the time hunts, however still the temperature is
    assert hs.hunting(dataset(regular, 0.5 + sine(150.0, 0.1)))["loop"].verdict is Verdict.LIMIT_CYCLE


def test_loop_whose_command_rests_is_moved_by_another() -> None:
    row = hs.hunting(dataset(sine(150.0), np.full(TIME.size, 0.5)))["loop"]
    assert row.verdict is Verdict.FORCED
    assert row.load is None
    assert "something else moves it" in row.reason
    assert not row.hunts


@pytest.mark.parametrize(("sense", "verdict"), [(1, Verdict.CALM), (-1, Verdict.SATURATED), (0, Verdict.SATURATED)])
def test_actuator_that_is_off_and_not_needed_is_no_alarm(sense: int, verdict: Verdict) -> None:
    """A boiler that rests because the supply is warm already; a cooler (or nobody knows what) that should act."""
    warm = 2.0 + 0.1 * sine(1500.0)
    ds = as_dataset({"T": LEVEL + warm, "setpoint": np.full(TIME.size, LEVEL), "u": np.zeros(TIME.size)}, sense=sense)
    row = hs.hunting(ds)["loop"]
    assert row.verdict is verdict
    assert ("not needed" in row.reason) is (verdict is Verdict.CALM)
    assert ("asks it to leave" in row.reason) is (sense == -1)


def test_limit_cycle_that_rests_at_a_limit_is_not_saturated() -> None:
    bang = np.where(TIME % 300.0 < 45.0, 1.0, 0.0)
    row = hs.hunting(dataset(1.0 + sine(300.0), bang))["loop"]
    assert row.at_min > 0.8
    assert row.verdict is Verdict.LIMIT_CYCLE
    assert row.period == pytest.approx(300.0, rel=0.02)
    # neither when the cycles are irregular
    rng = np.random.default_rng(1)
    starts = np.cumsum(rng.uniform(150.0, 400.0, 12))
    bang = np.any((TIME[:, None] >= starts) & (TIME[:, None] < starts + 30.0), axis=1).astype(float)
    assert np.mean(bang == 0.0) > 0.8
    row = hs.hunting(dataset(1.0 + 2.0 * bang, bang))["loop"]
    assert row.hunts


@pytest.mark.parametrize("rate", [1.0 / 5000.0, -1.0 / 5000.0])
def test_slow_growth_is_not_steady(rate: float) -> None:
    row = hs.hunting(dataset(0.5 * np.exp(rate * TIME) * sine(150.0)))["loop"]
    assert row.verdict is Verdict.OSCILLATING
    assert ("grows by 3%" if rate > 0.0 else "decays by 3%") in row.reason


@pytest.mark.parametrize("stop", [700.0, 1400.0, 2900.0])
def test_figures_of_a_cycle_that_ends_early_are_those_of_the_cycle(stop: float) -> None:
    row = hs.hunting(dataset(np.where(stop > TIME, sine(120.0), 0.0)))["loop"]
    assert row.hunts
    assert row.period == pytest.approx(120.0, rel=0.03)
    assert row.amplitude == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize(("noise", "accuracy_"), [(1.0, 0.03), (1.4, 0.05)])
def test_period_under_heavy_noise(noise: float, accuracy_: float) -> None:
    found = [
        hs.hunting(dataset(sine(150.0) + noise * np.random.default_rng(k).normal(size=TIME.size)))["loop"]
        for k in range(4)
    ]
    assert [row.period for row in found] == pytest.approx([150.0] * 4, rel=accuracy_)
    if noise == 1.0:
        assert [row.amplitude for row in found] == pytest.approx([1.0] * 4, rel=0.2)


def test_swing_of_fewer_than_three_samples_a_period_is_undecided() -> None:
    for period in (4.6, 5.0, 5.3, 7.0):
        row = hs.hunting(dataset(sine(period)))["loop"]
        assert row.verdict is Verdict.UNDECIDED
        assert "samples are 2 s apart" in row.reason


def test_motion_from_sample_to_sample_with_a_load_is_undecided() -> None:
    """Swings of a load every 20 s or so, seen every 60 s: an alias, forced or not."""
    phase = np.random.default_rng(4).uniform(0.0, 2.0 * np.pi, TIME.size)
    ds = dataset(np.sin(phase - 0.3), load=8e6 + 1e6 * np.sin(phase))
    assert hs.hunting(ds)["loop"].verdict is Verdict.CALM  # measured: noise for all anybody knows
    row = hs.hunting(ds.assign_attrs(inputs_sha256="0"))["loop"]
    assert row.verdict is Verdict.UNDECIDED
    assert "as Q does" in row.reason


def test_peaks_of_two_disturbances_are_no_ringing() -> None:
    at = (600.0, 1000.0, 1400.0)
    load = 1e6 * sum(((t <= TIME) * (-1.0) ** k for k, t in enumerate(at)), np.zeros(TIME.size))
    error = sum(
        ((-1.0) ** k * 3.0 * np.where(t <= TIME, (TIME - t) / 60.0 * np.exp(-(TIME - t) / 60.0), 0.0)
         for k, t in enumerate(at)), np.zeros(TIME.size)
    )  # fmt: skip
    row = hs.hunting(dataset(error, load=load))["loop"]
    assert row.verdict is Verdict.CALM
    assert "settles after 3 disturbances" in row.reason


def test_load_that_rests_while_the_loop_swings_is_none() -> None:
    table = hs.hunting(dataset(np.where(TIME < 300.0, 0.0, sine(150.0)), load=8e6 + 1e6 * (TIME >= 200.0)))
    assert table["loop"].verdict is Verdict.LIMIT_CYCLE
    assert table["loop"].load is None
    assert json.loads(table.to_json())[0]["load_gain"] is None  # not infinite, which JSON has no word for


def test_harmonic_of_a_square_load_forces() -> None:
    """A lightly damped loop answers the third harmonic of a square wave most."""
    load = 1e6 * np.sign(sine(450.0))
    error = sine(150.0) + 0.02 * sine(450.0)
    row = hs.hunting(dataset(error, load=load))["loop"]
    assert row.verdict is Verdict.FORCED
    assert hs.hunting(dataset(error, load=1e6 * sine(450.0)))["loop"].verdict is Verdict.LIMIT_CYCLE


def test_two_hours_of_hunting_in_a_day_are_found() -> None:
    time = np.arange(0.0, 86400.0, 30.0)
    rng = np.random.default_rng(2)
    loads = np.zeros(time.size)
    for t in np.sort(rng.uniform(0.0, 86400.0, 16)):  # answers to jobs that come and go
        since = np.maximum(time - t, 0.0)
        loads += rng.choice([-3.0, 3.0]) * since / 900.0 * np.exp(-since / 900.0)
    inside = (time > 30000.0) & (time < 40000.0)
    error = loads + np.where(inside, 0.6 * np.sin(2.0 * np.pi * time / 600.0), 0.0)

    def day(error: np.ndarray) -> xr.Dataset:
        return as_dataset(
            {"T": LEVEL + error, "setpoint": np.full(time.size, LEVEL), "u": 0.5 - 0.05 * error}, step=30.0
        )

    assert not hs.hunting(day(loads))["loop"].hunts
    row = hs.hunting(day(error))["loop"]
    assert row.hunts
    assert row.period == pytest.approx(600.0, rel=0.05)
    assert row.window == (0.0, time[-1])


def test_few_cycles_are_no_limit_cycle_yet() -> None:
    row = hs.hunting(dataset(sine(1000.0)))["loop"]
    assert row.verdict is Verdict.OSCILLATING
    assert "limit cycle" in row.reason


def test_command_at_one_limit_is_saturated() -> None:
    ramp = 2.0 + 1e-4 * TIME
    row = hs.hunting(dataset(ramp, np.ones(TIME.size)))["loop"]
    assert row.verdict is Verdict.SATURATED
    assert row.at_max == 1.0
    assert row.at_min == 0.0
    assert "upper" in row.reason
    assert hs.hunting(dataset(1e-3 * ramp, np.ones(TIME.size)))["loop"].verdict is Verdict.CALM


@pytest.mark.parametrize(("k", "verdict"), [(0.002, Verdict.SLUGGISH), (0.1, Verdict.CALM)])
def test_creeping_back_is_sluggish_and_a_quick_return_is_not(k: float, verdict: Verdict) -> None:
    """A load step on a lag of 60 s (20 K for the whole stroke) under a PI with Ti = 60 s and little or ample gain."""
    plant, pi = control.tf([20.0], [60.0, 1.0]), control.tf([60.0 * k, k], [60.0, 0.0])
    load = 5.0 / 20.0 * (TIME >= 200.0)
    _, error = control.forced_response(control.feedback(plant, pi), TIME, load)
    _, command = control.forced_response(pi, TIME, -error)
    row = hs.hunting(dataset(error, 0.5 + command, 1e6 * load))["loop"]
    assert row.verdict is verdict
    assert row.idle_index > 0.4  # the quick one does not oscillate either; it is done in time


@pytest.mark.parametrize(("zeta", "hunts"), [(0.08, True), (0.4, False)])
def test_ringing_after_a_step_counts_when_it_decays_poorly(zeta: float, hunts: bool) -> None:
    omega = 2.0 * np.pi / 300.0
    at = 1200.0
    t = np.maximum(TIME - at, 0.0)
    damped = omega * np.sqrt(1.0 - zeta**2)
    answer = 5.0 * np.exp(-zeta * omega * t) * np.sin(damped * t)
    row = hs.hunting(dataset(answer, load=1e6 * (at <= TIME)))["loop"]
    assert row.hunts is hunts
    expected = np.exp(-2.0 * np.pi * zeta / np.sqrt(1.0 - zeta**2))
    assert row.decay_ratio == pytest.approx(expected, rel=0.05, abs=0.01)


def test_irregular_cycles_are_found_where_all_inputs_are_known_to_rest() -> None:
    rng = np.random.default_rng(5)
    lengths = rng.uniform(60.0, 900.0, 20)
    edges = np.cumsum(lengths)
    error = np.interp(TIME, np.concatenate(([0.0], edges)), np.resize([1.0, -1.0], 21))
    measured = dataset(error)
    run = measured.assign_attrs(inputs_sha256="0")
    row = hs.hunting(run)["loop"]
    assert row.verdict is Verdict.OSCILLATING
    assert "nothing from outside" in row.reason
    assert row.amplitude == pytest.approx(1.0, rel=0.1)
    assert row.cycles == 3
    moved = run.assign(Q=("time", np.cumsum(rng.normal(size=TIME.size))))
    assert "nothing from outside" not in hs.hunting(moved)["loop"].reason


def test_each_window_has_its_own_verdict() -> None:
    error = np.where(TIME < 1800.0, 0.0, sine(120.0))
    table = hs.hunting(dataset(error), windows=[(0.0, 1790.0), (1900.0, 3598.0)])
    assert [row.verdict for row in table] == [Verdict.CALM, Verdict.LIMIT_CYCLE]
    assert table["loop", 1].window == (1900.0, 3598.0)
    quarters = hs.hunting(dataset(error), windows=900.0)
    assert [row.window[1] for row in quarters] == [900.0, 1800.0, 2700.0, 3598.0]  # the last one is 898 s
    with pytest.raises(hs.UsageError, match="does not lie in the run"):
        hs.hunting(dataset(error), windows=[(0.0, 1e6)])
