"""A run as the key figures see it: looks up variables, says which one a group of figures lacks, reads meters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.analysis.measures import integrate
from heatsim.errors import UsageError, near_miss

MWH = 3.6e9
"""One MWh in J."""


@dataclass(frozen=True)
class Energy:
    """An energy over the run (J), its increments over the output intervals (J), and where it comes from."""

    value: float
    increments: np.ndarray
    source: str

    def __add__(self, other: Energy) -> Energy:
        return Energy(self.value + other.value, self.increments + other.increments, f"{self.source}, {other.source}")


@dataclass(frozen=True)
class Run:
    """A Dataset and the group of key figures that is being worked out, for messages."""

    ds: xr.Dataset
    group: str

    @property
    def time(self) -> np.ndarray:
        """Output times, s."""
        return self.ds["time"].values

    @property
    def hours(self) -> float:
        """Length of the run, h."""
        return float(self.time[-1] - self.time[0]) / 3600.0

    def values(self, name: str) -> np.ndarray:
        """Return a variable over time, time first.

        Raises
        ------
        UsageError
            If the run does not hold it, or it is not finite everywhere.
        """
        if name not in self.ds.data_vars:
            hint = near_miss(name, [str(variable) for variable in self.ds.data_vars])
            raise UsageError(
                f"KPI group '{self.group}' needs '{name}', which the run does not hold{hint}; "
                f"keep it, or leave the group out with groups=[…]"
            )
        data = np.asarray(self.ds[name].transpose("time", ...).values, dtype=float)
        if not np.all(np.isfinite(data)):
            raise UsageError(f"KPI group '{self.group}': '{name}' holds values that are not finite")
        return data

    def has(self, name: str) -> bool:
        """Return whether the run holds a variable."""
        return name in self.ds.data_vars

    def metered(self, name: str, sign: float = 1.0) -> Energy:
        """Return an energy from its meter (an array's elements added up), times `sign`."""
        data = sign * self.values(name).reshape(self.time.size, -1).sum(axis=1)
        return Energy(float(data[-1] - data[0]), np.diff(data), f"meter {name}")

    def sampled(self, name: str) -> Energy:
        """Return an energy from a sampled power (trapezoidal rule), for flows without a meter."""
        data = self.values(name).reshape(self.time.size, -1).sum(axis=1)
        increments = 0.5 * (data[1:] + data[:-1]) * np.diff(self.time)
        return Energy(integrate(self.time, data), increments, f"sampled {name}")

    def energy(self, meter: str, power: str) -> Energy:
        """Return an energy from its meter when the run holds one, else from the sampled power."""
        return self.metered(meter) if self.has(meter) else self.sampled(power)
