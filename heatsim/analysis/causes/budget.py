"""Where the phase of a loop goes at the period of its oscillation.

A loop that oscillates turns its signal by half a period on the way round (harmonic balance). What sensor, sampling,
dead time and integral part take of these 180° follows from their parameters; the rest is that of valve and process.
"""

from __future__ import annotations

import math
from typing import Any

from heatsim.analysis.causes.element_rules import LAGS, held_phase, lost_phase
from heatsim.analysis.causes.remedies import Situation
from heatsim.control.delay import TransportDelay
from heatsim.control.lag import Lag
from heatsim.control.sensor import SampledSensor


def phase_budget(s: Situation) -> dict[str, float]:
    """Return the phase that the known parts of a loop cost at the period of its oscillation.

    Returns
    -------
    dict
        Part -> degrees: "sensor" (lags and filters, atan(ωT)), "sampling" (half a sample time, 180°·h/P), "dead time"
        (360°·L/P), "integral part" (atan(1/(ω·Ti))), and "valve and process", what is left of 180°. Parts that cost
        nothing are left out.
    """
    found = dict.fromkeys(("sensor", "sampling", "dead time", "integral part"), 0.0)
    for name in (s.loop.controller, *s.loop.between):
        member = s.member(name)
        unit: Any = member.unit
        if member.kind == "fmu":
            continue
        for parameter in ("T",) if isinstance(unit, Lag | SampledSensor) else LAGS:
            T = member.parameter_value(parameter)
            found["sensor"] += lost_phase(T, s.period) if T is not None and T > 0.0 else 0.0
        if member.kind == "sampled":
            found["sampling"] += held_phase(float(unit.period), s.period)
        if isinstance(unit, TransportDelay) and unit.L is not None:
            found["dead time"] += 360.0 * unit.L / s.period
    controller = s.member(s.loop.controller)
    Ti = None if controller.kind == "fmu" else controller.parameter_value("Ti")
    if Ti is not None and Ti > 0.0:
        found["integral part"] = math.degrees(math.atan(s.period / (2.0 * math.pi * Ti)))
    found["valve and process"] = 180.0 - sum(found.values())
    return {part: phase for part, phase in found.items() if abs(phase) >= 0.5}


def budget_line(s: Situation) -> str:
    """The budget as a line."""
    parts = phase_budget(s)
    return "of 180° at this period take: " + ", ".join(f"{part} {phase:.0f}°" for part, phase in parts.items())
