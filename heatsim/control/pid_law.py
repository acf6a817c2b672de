"""The law of the PID controllers, once for expressions (continuous) and once for numbers (sampled).

Everything that a PID computes from its inputs and its memory at one instant stands here; how the memory moves on from
there is the matter of the units (a derivative in `PID`, a step in `SampledPID`).

Sources: Åström and Hägglund, *Advanced PID Control* (2006): set-point weights and derivative filter (section 3.4),
back-calculation (3.5), bumpless change of mode and of parameters, digital form (chapter 13).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import casadi as ca


@dataclass(frozen=True)
class Arithmetic:
    """Minimum, maximum and choice for one kind of quantity."""

    least: Callable[[Any, Any], Any]
    greatest: Callable[[Any, Any], Any]
    choose: Callable[[Any, Any, Any], Any]


EXPRESSIONS = Arithmetic(ca.fmin, ca.fmax, ca.if_else)
NUMBERS = Arithmetic(min, max, lambda condition, yes, no: yes if condition else no)


@dataclass(frozen=True)
class Action:
    """What the law gives at one instant.

    Attributes
    ----------
    y
        Command, limited in value and rate.
    error
        Set point minus measured value, as it is.
    acting
        The same after dead band and set-point weight: what proportional and integral part see.
    excess
        Command that the integral has to follow, minus the command before limits.
    slope
        What the derivative part differentiates: weighted set point minus measured value.
    manual
        Whether the command is the operator's.
    """

    y: Any
    error: Any
    acting: Any
    excess: Any
    slope: Any
    manual: Any


def limited(math: Arithmetic, value: Any, low: Any, high: Any) -> Any:
    """Value between two limits; the upper one wins when they cross."""
    return math.least(math.greatest(value, low), high)


def integral_rate(k: Any, Ti: Any, error: Any) -> Any:
    """Rate of the integral part without anti-windup, command per second."""
    return k / Ti * error


def derivative_time(math: Arithmetic, p: Mapping[str, Any]) -> Any:
    """Time constant Td/N of the derivative filter, s; without derivative action its memory only follows along."""
    return math.choose(p["Td"] > 0.0, p["Td"] / p["N"], 1.0)


def act(
    math: Arithmetic,
    u: Mapping[str, Any],
    p: Mapping[str, Any],
    memory: Mapping[str, Any],
    measured: Any,
    step: Any,
    manual_share: Any,
    sample: Any,
) -> Action:
    """Evaluate the law at one instant.

    Parameters
    ----------
    math
        For expressions or numbers.
    u, p
        Inputs and parameters by name.
    memory
        `integral`, `derivative`, `reference`, `command`: states or memory of the unit.
    measured
        Filtered measurement.
    step
        Time over which the command may move by `rate*step`, s.
    manual_share
        Share of the way to the operator's command that is gone in `step`.
    sample
        Sample time, s; 0 when continuous.
    """
    k = p["k"] * u["k_factor"]
    setpoint, band = u["setpoint"], p["dead_band"]
    error = setpoint - measured
    # chosen by the width: a minimum and maximum that coincide have no derivative
    outside = math.choose(band > 0.0, error - limited(math, error, -band, band), error)
    seen = setpoint - outside
    # The weight as a filter of the set point: the same transfer function as P = k(b·r − y), and neither a change of k
    # nor a start with the integral of another controller moves the command.
    acting = p["b"] * setpoint + (1.0 - p["b"]) * memory["reference"] - seen
    slope = p["c"] * setpoint - seen
    derivative = k * p["Td"] / (derivative_time(math, p) + sample) * (slope - memory["derivative"])
    unlimited = k * acting + memory["integral"] + derivative + u["feedforward"]

    manual = u["manual"] > 0.5
    last = memory["command"]
    operator = last + manual_share * (u["y_manual"] - last)
    furthest = p["rate"] * step
    wanted = limited(math, math.choose(manual, operator, unlimited), u["y_min"], u["y_max"])
    y = limited(math, wanted, last - furthest, last + furthest)
    followed = math.choose(manual, y, y + u["tracking"] * (u["track"] - y))
    return Action(y, error, acting, followed - unlimited, slope, manual)
