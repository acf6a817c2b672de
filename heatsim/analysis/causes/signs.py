"""What the signals of the hunting run say: forcing inputs, order in time, coherence, symptoms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from heatsim.analysis.causes.oscillation import lag, wave
from heatsim.analysis.causes.reruns import Oscillation
from heatsim.analysis.causes.wording import span as shown_span
from heatsim.system.system import System

PURE = 0.5
"""Least share of an input's power at the period (and two harmonics) of a loop for it to be a suspect."""


def swinging_inputs(system: System, ds: xr.Dataset, span: tuple[float, float], period: float) -> dict[str, float]:
    """Return the system inputs that swing with a period in a span: name -> share of their power there."""
    time = np.asarray(ds["time"].values, dtype=float)
    inside = (time >= span[0]) & (time <= span[1])
    found = {}
    for name in system.inputs:
        if name not in ds:
            continue
        values = ds[name].transpose("time", ...).values[inside].reshape(int(inside.sum()), -1)
        for column in values.T:
            size = float(np.max(np.abs(column)))
            if not np.ptp(column) > 1e-9 * size:
                continue
            own = wave(time[inside], column, None, 1e-9 * size)
            # the period of the input itself, for a step has power at every period
            if own.purity > PURE and abs(own.period / period - 1.0) < 0.1:
                found[name] = own.purity
    return found


def order_in_time(waves: Mapping[str, Oscillation], loop: str) -> tuple[str, ...]:
    """Return lines on who leads whom: when the oscillations began, and their phase against that of a loop."""
    own = waves[loop]
    others = {n: w for n, w in waves.items() if n != loop and abs(w.period / own.period - 1.0) < 0.1}
    if not others:
        return ()
    lines = []
    first = min(waves, key=lambda name: waves[name].onset)
    if own.onset - waves[first].onset > 0.5 * own.period:
        lines.append(
            f"{first} reached half of its final size {shown_span(own.onset - waves[first].onset)} before {loop}"
        )
    nearest = sorted(others.items(), key=lambda item: -item[1].command.amplitude)[:3]
    lags = [(name, lag(own.measurement, other.measurement)) for name, other in nearest]
    words = [f"{name} {abs(x):.0f}° {'after' if x >= 0 else 'before'} it" for name, x in lags]
    lines.append(f"with the same period move {', '.join(words)}")
    return tuple(lines)
