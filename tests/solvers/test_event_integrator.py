"""CVODE with events on models written out by hand, against exact solutions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from heatsim.errors import SimulationError
from heatsim.solvers.event_integrator import EventIntegrator
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.participant import Discarded


class Model:
    """Rates, indicators and events given as functions of (t, y, mode)."""

    def __init__(self, rates, indicators=None, event=None, n=0, size=1, mode=0.0) -> None:  # type: ignore[no-untyped-def]
        self.name = "model"
        self.states = tuple(f"x{i}" for i in range(size))
        self.nominal = np.ones(size)
        self.n_indicators = n
        self.watches_steps = False
        self.sparsity = None
        self.next_event = math.inf
        self.mode = mode
        self.events: list[float] = []
        self._rates, self._indicators, self._event = rates, indicators, event

    def rates(self, t: float, y: np.ndarray) -> np.ndarray:
        return np.asarray(self._rates(t, y, self.mode), dtype=float)

    def indicators(self, t: float, y: np.ndarray) -> np.ndarray:
        return np.asarray(self._indicators(t, y, self.mode), dtype=float)

    def jacobian(self, t: float, y: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def step_done(self, t: float, y: np.ndarray) -> bool:
        return False

    def event(self, t: float, y: np.ndarray) -> np.ndarray:
        self.events.append(t)
        return np.asarray(self._event(self, t, y.copy()), dtype=float)

    def indicator_name(self, index: int) -> str:
        return f"model: event indicator {index + 1}"


def run(model: Model, y: list[float], stop: float, step: float, rtol: float = 1e-8) -> np.ndarray:
    integrator = EventIntegrator(model, rtol, step, Statistics())
    integrator.restart(0.0, np.array(y))
    times = np.arange(0.0, stop + 0.5 * step, step)
    rows = [np.array(y)]
    rows.extend(integrator.to(float(t), stop) for t in times[1:])
    return np.array(rows)


def bounce(model: Model, t: float, y: np.ndarray) -> np.ndarray:
    if y[0] <= 0 and y[1] < 0:
        y[1] *= -0.8
    return y


def ball() -> Model:
    return Model(lambda t, y, m: [y[1], -9.81], lambda t, y, m: [y[0]], bounce, n=1, size=2)


def height(t: float) -> float:
    """Exact height of the ball dropped from 1 m that keeps 0.8 of its speed."""
    begin, speed = -math.sqrt(2 / 9.81), math.sqrt(2 * 9.81)
    while t > begin + 2 * speed / 9.81:
        begin += 2 * speed / 9.81
        speed *= 0.8
    return speed * (t - begin) - 0.5 * 9.81 * (t - begin) ** 2


def test_bouncing_ball_against_the_exact_solution() -> None:
    found = run(ball(), [1.0, 0.0], 3.0, 0.1)
    assert found[:, 0] == pytest.approx([height(0.1 * k) for k in range(31)], abs=1e-6)


def test_events_that_come_ever_faster_are_an_error() -> None:
    with pytest.raises(SimulationError, match=r"event indicator 1 changes 20 times.* at t = 4\.06"):
        run(ball(), [1.0, 0.0], 10.0, 1.0)


def test_chattering_is_an_error() -> None:
    def switch(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = 1.0 if y[0] > 0 else -1.0
        return y

    model = Model(lambda t, y, m: [-m], lambda t, y, m: [y[0]], switch, n=1, mode=1.0)
    with pytest.raises(SimulationError, match=r"chattering.*hysteresis"):
        run(model, [0.5], 2.0, 0.5)


@pytest.mark.parametrize(("rate", "expected"), [(1.0, 1), (-1.0, 0)])
def test_an_indicator_that_is_zero_at_the_start_fires_when_it_rises_only(rate: float, expected: int) -> None:
    def count(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        return y

    model = Model(lambda t, y, m: [rate], lambda t, y, m: [y[0]], count, n=1)
    run(model, [0.0], 2.0, 0.5)
    assert len(model.events) == expected
    assert all(t < 1e-9 for t in model.events)


def test_an_indicator_that_stays_at_zero_never_fires() -> None:
    model = Model(lambda t, y, m: [1.0], lambda t, y, m: [0.0], lambda model, t, y: y, n=1)
    run(model, [0.0], 2.0, 0.5)
    assert model.events == []


def test_indicator_set_to_zero_by_an_event_rises_later() -> None:
    # x falls to zero, an event holds it there exactly; from t = 2 s on it rises
    def hold(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = 1.0
        return np.zeros(1) if len(model.events) == 1 else y

    model = Model(lambda t, y, m: [max(t - 2.0, 0.0) if m else -1.0], lambda t, y, m: [y[0]], hold, n=1)
    run(model, [1.0], 4.0, 0.25)
    assert len(model.events) == 2
    assert model.events[0] == pytest.approx(1.0, abs=1e-6)
    assert model.events[1] == pytest.approx(2.0, abs=0.02)


def test_switching_branch_without_output_near_it() -> None:
    # der(x) = 1 below x = 1, 0.1 above
    def switch(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = float(y[0] > 1.0)
        return y

    model = Model(lambda t, y, m: [0.1 if m else 1.0], lambda t, y, m: [y[0] - 1.0], switch, n=1)
    assert run(model, [0.0], 10.0, 10.0)[-1, 0] == pytest.approx(1.9, abs=1e-9)


def test_time_events_within_rounding_of_an_output_come_before_it() -> None:
    def tick(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode += 1
        model.next_event = 0.1 * (model.mode + 1)
        return y + 1.0

    model = Model(lambda t, y, m: [0.0], None, tick)
    model.next_event = 0.1
    found = run(model, [0.0], 2.0, 0.1)
    assert found[:, 0] == pytest.approx(np.arange(21.0))


def test_points_that_cannot_be_evaluated_are_avoided_or_named() -> None:
    def root(t: float, y: np.ndarray, _mode: float) -> list[float]:
        if y[0] < 0:
            raise Discarded("unit: fails at a negative level")
        return [-math.sqrt(y[0])]

    # x = (1 - t/2)**2 until t = 2 s
    model = Model(root)
    assert run(model, [1.0], 1.9, 1.9)[-1, 0] == pytest.approx(0.05**2, rel=1e-3)

    def falls(t: float, y: np.ndarray, _mode: float) -> list[float]:
        if y[0] < 0:
            raise Discarded("unit: fails at a negative level")
        return [-1.0]

    with pytest.raises(SimulationError, match="unit: fails at a negative level"):
        run(Model(falls), [1.0], 2.0, 2.0)


def test_events_at_one_instant_without_end_are_an_error() -> None:
    def again(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.next_event = t
        return y

    model = Model(lambda t, y, m: [0.0], None, again)
    model.next_event = 1.0
    with pytest.raises(SimulationError, match=r"more than 100 events at t = 1 s"):
        run(model, [0.0], 2.0, 1.0)


def test_going_over_an_event_again_and_again_is_no_chattering() -> None:
    def switch(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = float(y[0] > 1.0)
        return y

    model = Model(lambda t, y, m: [0.1 if m else 1.0], lambda t, y, m: [y[0] - 1.0], switch, n=1)
    integrator = EventIntegrator(model, 1e-8, 0.5, Statistics())
    for _ in range(50):
        model.mode = 0.0
        integrator.restart(0.5, np.array([0.5]))
        assert integrator.to(2.0, 2.0)[0] == pytest.approx(1.1, abs=1e-7)


def test_time_event_that_is_due_at_once() -> None:
    def tick(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.next_event = math.inf
        return y + 1.0

    model = Model(lambda t, y, m: [0.0], None, tick)
    model.next_event = 0.0
    integrator = EventIntegrator(model, 1e-8, 0.5, Statistics())
    integrator.restart(0.0, np.zeros(1))
    assert integrator.to(0.0, 0.0)[0] == 1.0


def test_derivative_that_becomes_nan_is_named() -> None:
    model = Model(lambda t, y, m: [math.sqrt(1.0 - t) if t < 1.0 else math.nan])
    with pytest.raises(SimulationError, match=r"model: the derivative of 'x0' is nan at t = 1"):
        run(model, [0.0], 2.0, 2.0)


def test_an_indicator_that_is_not_a_number_is_an_error() -> None:
    """Else the event at t = 5 s would be passed over."""

    def blind(t: float, y: np.ndarray, mode: float) -> list[float]:
        return [math.nan if 4.5 < t < 5.5 else y[0] - 5.0]

    def stop(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = 1.0
        return y

    model = Model(lambda t, y, mode: [1.0 - mode], blind, stop, n=1)
    with pytest.raises(SimulationError, match=r"event indicator 1 is not a number at t = [45]\.\d+ s"):
        run(model, [0.0], 10.0, 0.1)


def test_an_indicator_may_be_infinite() -> None:
    def far(t: float, y: np.ndarray, mode: float) -> list[float]:
        return [math.inf if y[0] > 5.0 else -math.inf]

    def stop(model: Model, t: float, y: np.ndarray) -> np.ndarray:
        model.mode = 1.0
        return y

    model = Model(lambda t, y, mode: [1.0 - mode], far, stop, n=1)
    assert run(model, [0.0], 10.0, 0.5)[-1, 0] == pytest.approx(5.0, abs=1e-9)
    assert len(model.events) == 1
