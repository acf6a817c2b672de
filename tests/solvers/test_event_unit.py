"""FMUs with events as participants: state, time and step events against exact solutions, FMI 2.0 and 3.0."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fmus.build import fmu

from heatsim.errors import SimulationError
from heatsim.fmu import Fmu
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.integrator import Statistics
from heatsim.system.member import Member

BOTH = pytest.mark.parametrize("fmi", ["2.0", "3.0"])


def unit(name: str, fmi: str, rtol: float = 1e-8, **parameters: float) -> EventUnit:
    wanted = {"needsCompletedIntegratorStep": "true"} if name == "turns" and fmi == "3.0" else {}
    path = fmu(name, fmi, interfaces=("model_exchange",), attributes=wanted)
    return EventUnit(Member(name, Fmu(path), parameters), rtol, Statistics())


def held(u: Any) -> np.ndarray:
    c = np.zeros((3, np.size(u)))
    c[0] = u
    return c


def run(participant: EventUnit, u: Any, times: np.ndarray) -> np.ndarray:
    """Outputs at times with constant inputs."""
    rows = [participant.start(times[0], times[-1], np.atleast_1d(np.array(u, dtype=float)))]
    rows.extend(participant.advance(a, b, held(u)) for a, b in pairwise(times))
    return np.array(rows)


def column(participant: EventUnit, rows: np.ndarray, name: str) -> np.ndarray:
    return rows[:, [port.name for port in participant.outputs].index(name)]


def height(t: float, g: float = 9.81, e: float = 0.7, h: float = 1.0) -> float:
    begin, speed = -math.sqrt(2 * h / g), math.sqrt(2 * g * h)
    while t > begin + 2 * speed / g:
        begin += 2 * speed / g
        speed *= e
    return speed * (t - begin) - 0.5 * g * (t - begin) ** 2


@BOTH
@pytest.mark.parametrize("step", [0.05, 1.0])
def test_bouncing_ball_against_the_exact_solution(fmi: str, step: float) -> None:
    ball = unit("ball", fmi, rtol=1e-9, e=0.7)
    times = np.arange(0.0, 2.0 + step / 2, step)
    rows = run(ball, [], times)
    assert column(ball, rows, "h") == pytest.approx([height(t) for t in times], abs=1e-6)
    ball.close()


@BOTH
def test_ball_comes_to_rest(fmi: str) -> None:
    ball = unit("ball", fmi, e=0.7, v_min=0.01)
    rows = run(ball, [], np.array([0.0, 10.0]))
    assert column(ball, rows, "h")[-1] == 0.0
    # rests at the first bounce after which it is slower than 0.01 m/s
    expected = math.ceil(math.log(0.01 / math.sqrt(2 * 9.81)) / math.log(0.7))
    assert column(ball, rows, "bounces")[-1] == expected
    ball.close()


@BOTH
def test_branch_switches_after_the_start(fmi: str) -> None:
    branch = unit("branch", fmi)
    rows = run(branch, [1.0], np.array([0.0, 10.0]))
    assert column(branch, rows, "x")[-1] == pytest.approx(1.9, abs=1e-9)
    assert column(branch, rows, "above")[-1] == 1.0
    branch.close()


@BOTH
def test_inputs_are_evaluated_inside_the_step(fmi: str) -> None:
    # u = t**2, so x = t**3/3 up to 1 at t = 3**(1/3), a tenth as fast from there
    branch = unit("branch", fmi)
    branch.start(0.0, 2.0, np.zeros(1))
    out = branch.advance(0.0, 2.0, np.array([[0.0], [0.0], [1.0]]))
    x = out[[port.name for port in branch.outputs].index("x")]
    assert x == pytest.approx(1.0 + 0.1 * (8 / 3 - 1.0), abs=1e-7)
    branch.close()


@BOTH
def test_time_events_on_the_exchanges_have_happened(fmi: str) -> None:
    sampler = unit("sampler", fmi, period=0.1)
    times = 0.1 * np.arange(31)
    rows = run(sampler, [2.0], times)
    # right limits: y = 2*k at t = k*0.1
    assert column(sampler, rows, "y") == pytest.approx(2.0 * np.arange(31))
    assert column(sampler, rows, "x") == pytest.approx([0.1 * k * (k - 1) for k in range(31)], abs=1e-9)
    sampler.close()


@BOTH
def test_time_events_between_exchanges(fmi: str) -> None:
    sampler = unit("sampler", fmi, period=0.3)
    rows = run(sampler, [1.0], np.array([0.0, 1.0]))
    assert column(sampler, rows, "y")[-1] == 3.0
    assert column(sampler, rows, "x")[-1] == pytest.approx(0.3 + 2 * 0.3 + 3 * 0.1, abs=1e-9)
    sampler.close()


@BOTH
def test_step_events(fmi: str) -> None:
    turns = unit("turns", fmi)
    rows = run(turns, [3.0], np.linspace(0.0, 20.0, 41))
    t = np.linspace(0.0, 20.0, 41)
    assert column(turns, rows, "y") == pytest.approx(np.sin(3.0 * t), abs=1e-6)
    # a turn is counted at the end of the step in which it was completed
    count = column(turns, rows, "turns")
    assert count[-1] == math.floor(60.0 / (2 * math.pi))
    assert (np.diff(count) >= 0).all()
    turns.close()


@BOTH
def test_state_comes_back_exactly(fmi: str) -> None:
    ball = unit("ball", fmi, e=0.7)
    run(ball, [], np.linspace(0.0, 0.6, 7))
    kept = ball.save()
    exported = ball.export_state()
    first = [ball.advance(0.6, 1.0, held([])), ball.advance(1.0, 1.5, held([]))]
    ball.restore(kept)
    ball.discard(kept)
    second = [ball.advance(0.6, 1.0, held([])), ball.advance(1.0, 1.5, held([]))]
    assert np.array_equal(first, second)
    other = unit("ball", fmi, e=0.7)
    other.import_state(0.6, 1.5, np.zeros(0), exported)
    third = [other.advance(0.6, 1.0, held([])), other.advance(1.0, 1.5, held([]))]
    assert np.array_equal(first, third)
    ball.close()
    other.close()


@BOTH
def test_failure_names_unit_time_and_inputs(fmi: str) -> None:
    failing = unit("failing", fmi, how=1.0, t_fail=1.0)
    pattern = (
        r"failing: fmi.GetDerivatives failed \(error\); its log ends: the table ends at 1 s.*at t = [12].* with u = 1"
    )
    with pytest.raises(SimulationError, match=pattern):
        run(failing, [1.0], np.array([0.0, 0.5, 2.0]))
    failing.close()


def test_request_to_end_is_an_error_with_the_time() -> None:
    failing = unit("failing", "2.0", how=9.0, t_fail=1.0)
    with pytest.raises(SimulationError, match=r"failing: the FMU asks to end the simulation at t = [12]"):
        run(failing, [1.0], np.array([0.0, 0.5, 2.0]))
    failing.close()


@BOTH
def test_discarded_points_are_avoided_and_named_in_the_end(fmi: str) -> None:
    failing = unit("failing", fmi, how=2.0, t_fail=1.0)
    failing.start(0.0, 2.0, np.ones(1))
    assert failing.advance(0.0, 0.9, held([1.0]))[0] == pytest.approx(0.9)
    with pytest.raises(SimulationError, match=r"failing: fmi.* failed \(discard\).*the table ends at 1 s"):
        failing.advance(0.9, 2.0, held([1.0]))
    failing.close()


@BOTH
def test_start_states_follow_inputs_at_the_start(fmi: str) -> None:
    follower = unit("start_at_input", fmi)
    assert follower.start(0.0, 1.0, np.array([7.0])) == pytest.approx([7.0])
    assert follower.start(0.0, 1.0, np.array([-3.0])) == pytest.approx([-3.0])
    follower.close()


def test_a_unit_that_forgets_goes_on_like_one_that_takes_up_its_state() -> None:
    # without that it would go on with an integrator for steps as short as the ones before
    c = np.array([[100.0], [1.0], [0.0]])
    first, second = (unit("capacity", "3.0", 1e-6, C=25e3) for _ in range(2))
    try:
        first.start(0.0, 100.0, c[0])
        first.advance(0.0, 6.0, c)
        state = first.export_state()
        first.forget()
        second.import_state(6.0, 100.0, c[0], state)
        assert np.array_equal(first.advance(6.0, 17.0, c), second.advance(6.0, 17.0, c))
    finally:
        first.close()
        second.close()
