"""Sensors: the lag of a thermometer in its pocket, and a digital transmitter with resolution and noise."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from heatsim.control.lag import Lag
from heatsim.control.sampled_pid import gone
from heatsim.errors import UsageError
from heatsim.system import Port


class Sensor(Lag):
    """Sensor with a first-order lag, continuous: `T·der(y) = u − y`.

    Immersed thermometers answer in 10 to 30 s, clamped to the outside of a pipe in minutes; a pressure transmitter
    in less than a second.

    Parameters
    ----------
    T
        Time constant, s.
    options
        `unit`, `nominal`, `start` (the value at the start of a run that is not trimmed) and `description`, as for
        `Lag`.
    """

    def __init__(self, *, T: float = 20.0, **options: Any) -> None:
        super().__init__(T=T, **options)


@dataclass(kw_only=True, eq=False)
class SampledSensor:
    """Digital transmitter: samples, filters, adds noise and rounds to its resolution.

    ::

        value ← value + (1 − exp(−period/T))·(u − value)
        y     = round((value + noise·n)/resolution)·resolution,   n standard normal

    The noise belongs to the instant and the seed, so a run repeats exactly and a resumed one goes on as it would have.
    With noise a system has no steady state: find that of a twin without (`Case.of`).

    Parameters
    ----------
    period
        Sample time, s.
    T
        Time constant of its filter, s; 0 for none.
    resolution
        Smallest step of the output, in its unit; 0 for none.
    noise
        Standard deviation of the noise, in its unit; 0 for none.
    seed
        Of the noise.
    unit, nominal, start, description
        Unit, magnitude, value before the first tick, and meaning of the signal.
    offset
        Ticks at `offset + n*period`, s.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    period: float
    T: float = 0.0
    resolution: float = 0.0
    noise: float = 0.0
    seed: int = 0
    unit: str = "1"
    nominal: float = 1.0
    start: float = 0.0
    description: str = "Signal"
    offset: float = 0.0
    inputs: tuple[Port, ...] = field(init=False, repr=False)
    outputs: tuple[Port, ...] = field(init=False, repr=False)
    parameters: tuple[Port, ...] = field(init=False, repr=False)

    linear: ClassVar[dict[str, float]] = {"resolution": 0.0, "noise": 0.0}

    def __post_init__(self) -> None:
        for label, value in (("T", self.T), ("resolution", self.resolution), ("noise", self.noise)):
            if not 0 <= value < math.inf:
                raise UsageError(f"SampledSensor: {label} must be 0 or positive, not {value!r}")
        if not 0 < self.period < math.inf:
            raise UsageError(f"SampledSensor: period must be a positive time in s, not {self.period!r}")
        unit, nominal, description = self.unit, self.nominal, self.description
        self.inputs = (Port("u", unit, nominal=nominal, description=description),)
        self.outputs = (
            Port("y", unit, start=self.start, nominal=nominal, description=f"{description}, as transmitted"),
        )
        self.parameters = (
            Port("T", "s", start=self.T, minimum=0.0, description="Time constant of the filter"),
            Port("resolution", unit, start=self.resolution, minimum=0.0, description="Smallest step of the output"),
            Port("noise", unit, start=self.noise, minimum=0.0, description="Standard deviation of the noise"),
        )

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory of a transmitter whose filter has settled."""
        return {"value": u["u"]}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Sample once; returns outputs and the new memory."""
        value = state["value"] + gone(self.period, p["T"]) * (u["u"] - state["value"])
        y = value
        if p["noise"] > 0.0:
            y += p["noise"] * self._normal(t)
        if p["resolution"] > 0.0:
            y = round(y / p["resolution"]) * p["resolution"]
        return {"y": y}, {"value": value}

    def _normal(self, t: float) -> float:
        """Standard normal number of a tick; ticks before t = 0 have theirs too."""
        tick = round((t - self.offset) / self.period)
        return float(np.random.default_rng([self.seed, int(tick < 0), abs(tick)]).standard_normal())
