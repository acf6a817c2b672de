"""Units in a module of their own, as users write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import casadi as ca
import numpy as np

from heatsim.system import Port


class Side(Enum):
    """Which contact a switch closes."""

    HOT = 1
    COLD = 2


@dataclass
class Limits:
    """Thresholds of a switch, K."""

    low: float = 300.0
    high: float = float("inf")


@dataclass
class Switch:
    """Sampled two-point controller; a dataclass, so that its arguments are its fields."""

    limits: Limits
    side: Side = Side.HOT
    table: np.ndarray = field(default_factory=lambda: np.array([[0.0, 1.0], [2.0, 3.0]]))
    period: float = 30.0
    offset: float = 0.0

    inputs = (Port("T", "K"),)
    outputs = (Port("y", "1"),)
    parameters = (Port("gain", "1", start=1.0),)

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        return {"on": 0.0}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        on = float(self.limits.low < u["T"] < self.limits.high) * p["gain"]
        return {"y": on + self.table[1, 0]}, {"on": on}


class Curve:
    """Table of a pump: an interpolation that has no symbols, so only its class and arguments can be written."""

    outputs = (Port("dp", "Pa"),)
    inputs = (Port("V_flow", "m3/s"),)
    states = ()
    parameters = ()

    def __init__(self, flows: tuple[float, ...], pressures: tuple[float, ...]) -> None:
        self._flows = flows
        self._pressures = pressures

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        curve = ca.interpolant("curve", "linear", [list(self._flows)], list(self._pressures))
        return {}, {"dp": curve(u["V_flow"])}


class Forgetful(Switch):
    """Keeps what it was given under another name, changed."""

    def __init__(self, low: float) -> None:
        super().__init__(Limits(2.0 * low))

    @property
    def low(self) -> float:
        return self.limits.low


class Secretive(Switch):
    """Keeps an argument nowhere."""

    def __init__(self, threshold: float) -> None:
        super().__init__(Limits(threshold))


class Callback(Switch):
    """Is given a function."""

    def __init__(self, rule: Any) -> None:
        super().__init__(Limits())
        self.rule = rule
