"""Relative gains and interaction of two loops against their closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import heatsim as hs
from heatsim.control import PID, SampledPID
from heatsim.errors import UsageError
from heatsim.system import Port, System

# Wood and Berry's distillation column without its dead times (1973): relative gain 2.01
GAINS = np.array([[12.8, -18.9], [6.6, -19.4]])
TIMES = np.array([[16.7, 21.0], [10.9, 14.4]])


class Column:
    """Four first-order lags."""

    inputs = (Port("u1", "1"), Port("u2", "1"))
    outputs = (Port("y1", "1"), Port("y2", "1"))
    states = tuple(Port(f"x{i}{j}", "1") for i in (1, 2) for j in (1, 2))
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        rates = {
            f"x{i + 1}{j + 1}": (GAINS[i, j] * u[f"u{j + 1}"] - x[f"x{i + 1}{j + 1}"]) / TIMES[i, j]
            for i in (0, 1)
            for j in (0, 1)
        }
        return rates, {"y1": x["x11"] + x["x12"], "y2": x["x21"] + x["x22"]}


def _column(pairs: tuple[int, int] = (1, 2), period: float = 0.0, k: tuple[float, float] = (0.05, -0.03)) -> System:
    system = System("column").add("column", Column())
    for i, (target, gain) in enumerate(zip(pairs, k, strict=True), start=1):
        settings = {"k": gain, "Ti": 20.0, "T_filter": 0.0}
        unit = SampledPID(**settings, period=period) if period else PID(**settings)
        system.add(f"c{i}", unit, inputs={"y_min": -9.0, "y_max": 9.0, "setpoint": 0.3})
        system.connect(f"column.y{i}", f"c{i}.measurement").connect(f"c{i}.y", f"column.u{target}")
    return system


def _array(matrix: np.ndarray) -> np.ndarray:
    return matrix * np.linalg.inv(matrix).T


@pytest.mark.parametrize("period", [0.0, 1.0])
def test_relative_gains_of_wood_and_berry(period: float) -> None:
    system = _column(period=period)
    found = hs.relative_gain(system, hs.trim(system), ["c1", "c2"], omega=[0.01, 0.1])
    assert found.static == pytest.approx(_array(GAINS), rel=1e-4)
    assert found.static[0, 0] == pytest.approx(2.01, abs=0.01)
    assert found.gains == pytest.approx(GAINS, rel=1e-4)
    assert found.niederlinski == pytest.approx(np.linalg.det(GAINS) / (GAINS[0, 0] * GAINS[1, 1]), rel=1e-4)
    for omega, dynamic in zip(found.omega, found.dynamic, strict=True):
        expected = _array(GAINS / (1 + 1j * omega * TIMES))
        assert np.abs(dynamic - expected).max() < (0.01 if period else 1e-6)
    assert any("take away 50%" in text for text in found.advice)
    assert "Niederlinski" in str(found)


class Tank:
    """A level, which integrates, and a temperature, which may do so too."""

    inputs = (Port("u1", "1"), Port("u2", "1"))
    outputs = (Port("y1", "1"), Port("y2", "1"))
    states = (Port("level", "1"), Port("temperature", "1"))
    parameters = ()
    rates = np.array([[0.010, 0.005], [-0.004, 0.020]])

    def __init__(self, leak: float) -> None:
        self.leak = leak

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        level, temperature = (row[0] * u["u1"] + row[1] * u["u2"] for row in self.rates)
        rates = {"level": level, "temperature": temperature - self.leak * x["temperature"]}
        return rates, {"y1": x["level"], "y2": x["temperature"]}


@pytest.mark.parametrize("leak", [0.0, 0.01])
def test_relative_gains_of_processes_that_integrate(leak: float) -> None:
    system = System("tank").add("tank", Tank(leak))
    for i in (1, 2):
        system.add(f"c{i}", PID(k=5.0, Ti=100.0), inputs={"y_min": -9.0, "y_max": 9.0, "setpoint": 0.3})
        system.connect(f"tank.y{i}", f"c{i}.measurement").connect(f"c{i}.y", f"tank.u{i}")
    found = hs.relative_gain(system, {}, ["c1", "c2"])
    assert found.static == pytest.approx(_array(Tank.rates), rel=1e-4)
    rates = Tank.rates / [[1.0], [leak or 1.0]]
    assert found.gains == pytest.approx(rates, rel=1e-4)
    assert found.niederlinski == pytest.approx(np.linalg.det(rates) / np.prod(np.diag(rates)), rel=1e-4)


def test_pairing_the_wrong_way_round_is_called_so() -> None:
    # y1 by u2 and y2 by u1; gains so small that nothing grows within a day
    system = _column(pairs=(2, 1), k=(-1e-6, 1e-6))
    found = hs.relative_gain(system, hs.trim(system, hold=["c*.integral"]), ["c1", "c2"])
    assert found.static[0, 0] == pytest.approx(1 - 2.01, abs=0.01)
    assert found.niederlinski < 0
    assert any("its sign turns" in text for text in found.advice)
    assert any("better paired" in text for text in found.advice)


def test_interaction_is_what_closing_the_other_loop_changes() -> None:
    system = _column()
    point = hs.trim(system)
    found = hs.relative_gain(system, point, ["c1", "c2"])
    w = found.omega
    g = GAINS / (1 + 1j * w[:, None, None] * TIMES)
    controllers = [k * (1 + 1 / (20j * w)) for k in (0.05, -0.03)]
    second = g[:, 1, 1] * controllers[1]
    alone = g[:, 0, 0] * controllers[0]
    closed = alone - g[:, 0, 1] * g[:, 1, 0] * controllers[0] * controllers[1] / (1 + second)
    expected = np.abs(alone / (1 + alone) * (closed / alone - 1)).max()
    assert found.interaction["c1"] == pytest.approx(expected, rel=1e-6)
    # the small gain says the same as the eigenvalues here
    assert (found.interaction["c1"] < 1) <= hs.loop_margins(system, point)["c1"].stable


def test_wrong_calls_are_refused() -> None:
    system = _column()
    point = hs.trim(system)
    with pytest.raises(UsageError, match="two different loops"):
        hs.relative_gain(system, point, ["c1"])
    with pytest.raises(UsageError, match="no control loop 'c3'"):
        hs.relative_gain(system, point, ["c1", "c3"])
