"""Rules for the elements of a loop: sensor, sampling, actuator, anti-windup. Each is put back to what is usual."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from heatsim.analysis.causes.remedies import Kind, Remedy, Situation, replace_unit, set_values
from heatsim.analysis.causes.wording import size, span
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.control.delay import TransportDelay
from heatsim.control.lag import Lag
from heatsim.control.positioner import Positioner
from heatsim.control.sensor import SampledSensor

LAGS = ("T_sensor", "T_filter")
"""Parameters of a controller with the time constant of its sensor or filter."""


def lost_phase(T: float, period: float) -> float:
    """Phase that a first-order lag costs at a period, degrees."""
    return math.degrees(math.atan(2.0 * math.pi * T / period))


def held_phase(sample_time: float, period: float) -> float:
    """Phase that sampling and holding costs at a period, degrees: a delay of half a sample time."""
    return 180.0 * sample_time / period


def sensors(s: Situation) -> Iterator[Remedy]:
    """Sensor or filter that is slower than sensors are, and costs phase at the period of the oscillation."""
    for name in (s.loop.controller, *s.loop.between):
        member = s.member(name)
        if member.kind == "fmu":
            continue
        for parameter in ("T",) if isinstance(member.unit, Lag | SampledSensor) else LAGS:
            lag = member.parameter_value(parameter)
            if lag is None or lag <= s.norms.sensor_lag:
                continue
            usual = s.norms.sensor if s.loop.loop.unit == "K" else s.norms.sensor_fast
            phase, less = lost_phase(lag, s.period), lost_phase(usual, s.period)
            if phase - less < s.norms.lost_phase:
                continue
            yield Remedy(
                Cause.SENSOR_LAG,
                f"{name}.{parameter} {span(usual)} instead of {span(lag)}",
                set_values({f"{name}.{parameter}": usual}),
                Kind.ELEMENT,
                (
                    f"{name} sees the measurement with a lag of {span(lag)} (usual: 10 to 30 s), which costs "
                    f"{phase:.0f}° of phase at the period of {span(s.period)}, {less:.0f}° with {span(usual)}",
                ),
                min((phase - less) / 60.0, 1.0),
            )


def sampling(s: Situation) -> Iterator[Remedy]:
    """Controller or sensor that samples so rarely that the held value is late at the period of the oscillation."""
    for name in (s.loop.controller, *s.loop.between):
        member = s.member(name)
        unit: Any = member.unit
        if member.kind != "sampled" or isinstance(unit, TransportDelay):
            continue
        sample_time = float(unit.period)
        phase = held_phase(sample_time, s.period)
        if phase < s.norms.lost_phase:
            continue
        faster: Any = copy.copy(unit)
        faster.period = sample_time / 10.0
        yield Remedy(
            Cause.SLOW_SAMPLING,
            f"{name} sampled every {span(sample_time / 10.0)} instead of {span(sample_time)}",
            replace_unit(name, faster),
            Kind.ELEMENT,
            (
                f"{name} samples every {span(sample_time)}, {s.period / sample_time:.1f} times a period of "
                f"{span(s.period)}: sampling and holding cost {phase:.0f}° of phase (at 12 samples a period: 15°)",
            ),
            min(phase / 60.0, 1.0),
        )


def stuck_actuators(s: Situation) -> Iterator[Remedy]:
    """Actuator with stiction or backlash."""
    for name in s.loop.between:
        member = s.member(name)
        if not isinstance(member.unit, Positioner):
            continue
        for cause, parameters, word in (
            (Cause.STICTION, ("S", "J"), "stiction"),
            (Cause.BACKLASH, ("backlash",), "backlash"),
        ):
            values = {p: v for p in parameters if (v := member.parameter_value(p)) is not None and v > 0.0}
            if not values or max(values.values()) < s.norms.stiction:
                continue
            worst = max(values.values())
            moved = s.wave.command.amplitude
            yield Remedy(
                cause,
                f"{name} without {word}",
                set_values({f"{name}.{parameter}": 0.0 for parameter in values}),
                Kind.ELEMENT,
                (
                    f"{name} has a {word} of {100 * worst:.2g} % of its stroke; the command moves by "
                    f"±{size(moved, s.loop.loop.command_unit)}",
                ),
                min(worst / 0.03, 1.0),
            )


def windup(s: Situation) -> Iterator[Remedy]:
    """Integral part without anti-windup at a command that reaches its limits."""
    member = s.member(s.loop.controller)
    if member.kind == "fmu":
        return
    Tt, Ti = member.parameter_value("Tt"), member.parameter_value("Ti")
    if Tt is None or Ti is None or not Tt > s.norms.tracking * Ti:
        return
    limited = share_at_limits(s)
    if limited < 0.02:
        return
    yield Remedy(
        Cause.WINDUP,
        f"{s.loop.controller} with back-calculation, Tt = {span(Ti)}",
        set_values({f"{s.loop.controller}.Tt": Ti}),
        Kind.ELEMENT,
        (
            f"the command is at a limit for {100 * limited:.0f} % of the time, and the integral part is not kept from "
            f"winding up (tracking time {'none' if Tt > 100.0 * Ti else span(Tt)}, integral time {span(Ti)})",
        ),
        min(0.5 + limited, 1.0),
    )


def share_at_limits(s: Situation) -> float:
    """Share of the time that the command is at one of its limits."""
    signals = s.wave.signals
    near = 0.005 * max(signals.command_range, 1e-12)
    at = np.zeros(signals.time.size, dtype=bool)
    for limit in (signals.y_min, signals.y_max):
        if limit is not None:
            at |= np.abs(signals.command - limit) < near
    return float(np.mean(at))
