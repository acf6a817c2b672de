"""Instants are neither lost nor doubled nor merged, at any clock time and in both methods."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from small_units import Gain, Tank

from heatsim.errors import SimulationError, UsageError
from heatsim.simulation import simulate
from heatsim.solvers.segments import output_times, tick_times, time_line
from heatsim.system import Port, Signal, System


class Integrator:
    """der(x) = u."""

    inputs = (Port("u", ""),)
    outputs = (Port("y", ""),)
    states = (Port("x", ""),)
    parameters = ()

    def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
        return {"x": u["u"]}, {"y": x["x"]}


class Counter:
    """Counts its ticks and passes on what it sees."""

    inputs = (Port("u", ""),)
    outputs = (Port("n", ""), Port("last", "s"), Port("seen", ""))
    parameters = ()

    def __init__(self, period: float, offset: float = 0.0) -> None:
        self.period = period
        self.offset = offset

    def initial_state(self, u, p):  # type: ignore[no-untyped-def]
        return {"n": 0.0}

    def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
        n = state["n"] + 1.0
        return {"n": n, "last": t, "seen": u["u"]}, {"n": n}


def _counter(period: float, offset: float = 0.0) -> System:
    return System("s").add_input("v", "").add("c", Counter(period, offset)).connect("v", "c.u")


def _integrator() -> System:
    return System("s").add_input("v", "").add("i", Integrator()).connect("v", "i.u")


@pytest.mark.parametrize("start", [0.0, 86400.0, 1.6e9])
def test_period_of_a_tenth_of_a_second_ticks_ten_times_a_second(start: float) -> None:
    ds = simulate(_counter(0.1), {"v": 1.0}, start=start, stop=start + 600.0, output_step=60.0)
    assert ds["c.n"].values.tolist() == [1.0 + 600.0 * i for i in range(11)]
    assert ds["c.last"].values == pytest.approx(ds["time"].values, abs=1e-6)


def test_ticks_of_a_tenth_of_a_second_over_a_day_are_all_there() -> None:
    times = tick_times(0.1, 0.0, 0.0, 86400.0)
    line = time_line(0.0, 86400.0, np.array([0.0, 86400.0]), [], [times, tick_times(0.3, 0.0, 0.0, 86400.0)])
    assert sum(0 in due for due in line.ticks.values()) == 864001
    assert sum(1 in due for due in line.ticks.values()) == 288001
    # every third tick of the fast unit is one of the slow unit: no instant of its own
    assert line.breaks.size == 864001


@pytest.mark.parametrize("start", [0.0, 1.6e9])
def test_knots_a_second_apart_count_at_any_clock_time(start: float) -> None:
    knots = np.arange(61.0)
    ds = simulate(
        _integrator(), {"v": Signal.held(start + knots, knots % 2)}, start=start, stop=start + 60.0, output_step=10.0
    )
    assert ds["i.y"].values == pytest.approx([0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0], abs=1e-6)


def test_short_pulse_in_a_year_is_not_merged_away() -> None:
    pulse = Signal.held([0.0, 1e7, 1e7 + 0.02, 1e7 + 0.04], [0.0, 1000.0, -500.0, 0.0])
    ds = simulate(_integrator(), {"v": pulse}, stop=3.1536e7, output_step=3.1536e7)
    assert float(ds["i.y"][-1]) == pytest.approx(10.0, abs=1e-5)


def test_knots_a_nanosecond_apart_run() -> None:
    signal = Signal.linear([0.0, 1.0, 1.0 + 2e-9, 2.0], [0.0, 0.0, 1.0, 1.0])
    ds = simulate(_integrator(), {"v": signal}, stop=2.0, output_step=1.0)
    assert ds["i.y"].values == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)


@pytest.mark.parametrize("shift", [-5e-10, 0.0, 5e-10])
def test_knot_and_output_within_rounding_of_a_tick_are_the_same_instant(shift: float) -> None:
    signals = [Signal.held([0.0, 5.0 + shift], [0.0, 1.0]), Signal.linear([0.0, 5.0 - shift, 10.0], [0.0, 5.0, 0.0])]
    line = time_line(0.0, 10.0, np.array([0.0, 5.0 - shift, 10.0]), signals, [np.array([0.0, 5.0])])
    assert line.breaks.tolist() == [0.0, 5.0, 10.0]
    assert line.at_break.all()
    assert line.first_output.tolist() == [0, 1, 2]
    assert line.jumps[:, 0].tolist() == [False, True, False]
    assert line.changes[1].all()
    assert line.values[1] == pytest.approx([1.0, 5.0], abs=1e-8)
    assert line.slopes[1].tolist() == pytest.approx([0.0, -1.0])
    assert dict(line.ticks) == {0: [0], 1: [0]}


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_knot_just_before_a_tick_takes_no_tick_away(method: str) -> None:
    system = _counter(10.0).add("i", Integrator()).connect("v", "i.u")
    signal = Signal.held([0.0, 20.0 - 2e-6, 30.0], [0.0, 1.0, 2.0])
    step = {"step": 10.0} if method == "jacobi" else {}
    ds = simulate(system, {"v": signal}, stop=60.0, output_step=10.0, method=method, **step)
    assert ds["c.n"].values.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    assert ds["c.seen"].values.tolist() == [0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 2.0]
    assert ds["i.y"].values == pytest.approx([0.0, 0.0, 2e-6, 10.0, 30.0, 50.0, 70.0], abs=1e-5)


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_jump_tick_and_output_at_one_instant_give_right_limits(method: str) -> None:
    system = _counter(5.0).add("i", Integrator()).connect("c.seen", "i.u").add("g", Gain()).connect("v", "g.u")
    signal = Signal.linear([0.0, 10.0, 10.0, 20.0], [1.0, 1.0, 3.0, 3.0])
    step = {"step": 2.5} if method == "jacobi" else {}
    ds = simulate(system, {"v": signal}, stop=20.0, output_step=5.0, method=method, **step)
    assert ds["v"].values.tolist() == [1.0, 1.0, 3.0, 3.0, 3.0]
    assert ds["c.seen"].values.tolist() == [1.0, 1.0, 3.0, 3.0, 3.0]
    assert ds["g.y"].values.tolist() == [2.0, 2.0, 6.0, 6.0, 6.0]
    assert ds["i.y"].values == pytest.approx([0.0, 5.0, 10.0, 25.0, 40.0], abs=1e-6)


def test_system_of_sampled_units_only_runs_with_an_offset_and_a_late_start() -> None:
    ds = simulate(_counter(7.0, 2.0), {"v": 1.0}, start=3.0, stop=60.0, output_step=10.0)
    assert ds["c.last"].values.tolist() == [3.0, 9.0, 23.0, 30.0, 37.0, 51.0, 58.0]


def test_output_step_longer_than_the_run_gives_start_and_stop() -> None:
    ds = simulate(_integrator(), {"v": 2.0}, stop=3.0, output_step=60.0)
    assert ds["time"].values.tolist() == [0.0, 3.0]
    assert ds["i.y"].values == pytest.approx([0.0, 6.0])


def test_distances_below_the_resolution_of_the_clock_are_refused() -> None:
    with pytest.raises(
        UsageError, match=r"the sample period of c = 0\.001 s cannot be told apart at times around 1\.6e"
    ):
        simulate(_counter(0.001), {"v": 1.0}, start=1.6e9, stop=1.6e9 + 1.0)
    with pytest.raises(UsageError, match="output_step = 1e-10 s cannot be told apart"):
        simulate(_integrator(), {"v": 1.0}, stop=1e-6, output_step=1e-10)


def test_failing_step_of_a_sampled_unit_is_one_line_with_unit_and_time() -> None:
    class Broken(Counter):
        def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
            return {"n": 1.0 / (5.0 - t), "last": t, "seen": 0.0}, state

    with pytest.raises(SimulationError, match=r"c: step\(\) fails at t = 5 s with ZeroDivisionError"):
        simulate(System("s").add("c", Broken(5.0), inputs={"u": 0.0}), stop=20.0)


def test_unit_that_changes_its_memory_in_place_does_not_disturb_others() -> None:
    class InPlace(Counter):
        def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
            state["n"] += 1.0
            return {"n": state["n"], "last": t, "seen": 0.0}, state

    system = System("s").add("a", InPlace(5.0), inputs={"u": 0.0}).add("b", InPlace(5.0), inputs={"u": 0.0})
    ds = simulate(system.add("t", Tank(), inputs={"Q_flow": 0.0, "T_ambient": 300.0}), stop=20.0, output_step=5.0)
    assert ds["a.n"].values.tolist() == ds["b.n"].values.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_ticks_of_a_long_run_take_a_few_bytes_each() -> None:
    """A year of ticks every minute, and of a second unit every hour: no object per tick."""
    stop = 365 * 86400.0
    ticks = [tick_times(60.0, 0.0, 0.0, stop), tick_times(3600.0, 30.0, 0.0, stop)]
    tracemalloc.start()
    line = time_line(0.0, stop, output_times(0.0, stop, 900.0), [], ticks)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size < 40 * line.breaks.size
    assert len(line.ticks) == line.breaks.size == 525601 + 8760
    assert (line.ticks[0], line.ticks[1], 2 in line.ticks) == ([0, 1], [1], True)
    assert line.breaks[1] == 30.0
    assert -1 not in line.ticks
    assert line.ticks.get(line.breaks.size, []) == []
