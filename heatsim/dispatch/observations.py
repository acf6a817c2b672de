"""What the meters of a run say, interval by interval: the data that a plant's records are identified from.

Energies come from meters, so they are exact whatever the output step; temperatures are means of samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.analysis import measures
from heatsim.analysis.shortage import starved
from heatsim.errors import UsageError, near_miss

SAMPLES = 3
"""Fewest output intervals in an interval of the observations: temperatures are means of samples."""


@dataclass(frozen=True)
class Meters:
    """A run with the edges of the intervals; signs are turned so that all flows count positive as named.

    Attributes
    ----------
    dataset
        Run of a plant.
    edges
        Edges of the intervals, s.
    """

    dataset: xr.Dataset
    edges: np.ndarray

    @property
    def time(self) -> np.ndarray:
        """Output times, s."""
        return np.asarray(self.dataset["time"].values, dtype=float)

    def has(self, *names: str) -> bool:
        """Return whether the run holds all of the variables."""
        return all(name in self.dataset for name in names)

    def values(self, name: str) -> np.ndarray:
        """Return a variable at the output times, elements of an array in columns.

        Raises
        ------
        UsageError
            If the run does not hold it, or it is not finite everywhere.
        """
        if name not in self.dataset:
            hint = near_miss(name, [str(one) for one in self.dataset.data_vars])
            raise UsageError(
                f"the run does not hold '{name}', which dispatch reads from it{hint}; keep it in variables="
            )
        data = np.asarray(self.dataset[name].transpose("time", ...).values, dtype=float)
        if not np.all(np.isfinite(data)):
            raise UsageError(f"the run: '{name}' holds values that are not finite")
        return data.reshape(self.time.size, -1)

    def at_edges(self, name: str) -> np.ndarray:
        """Return a variable at the edges."""
        return np.interp(self.edges, self.time, self.values(name).sum(axis=1))

    def power(self, meter: str, sign: float = 1.0) -> np.ndarray:
        """Return the mean power of a meter in each interval, W."""
        return sign * np.diff(self.at_edges(meter)) / np.diff(self.edges)

    def mean(self, name: str) -> np.ndarray:
        """Return the mean of samples in each interval (trapezoidal rule)."""
        return self._mean(self.values(name).sum(axis=1))

    def _mean(self, data: np.ndarray) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(0.5 * (data[1:] + data[:-1]) * np.diff(self.time))])
        return np.diff(np.interp(self.edges, self.time, total)) / np.diff(self.edges)

    def starved(self) -> np.ndarray:
        """Return the intervals in which consumers lacked more heat than late valves explain."""
        return starved(self.power("grid.E_demand"), self.power("grid.E_in_consumers", -1.0))

    def machines(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return from the capacities of machines, for each interval: machines running, starts, stops, mean capacity.

        The mean capacity is that of the machines that run, 1.
        """
        capacity = self.values(name)
        on = np.stack([measures.running(one) for one in capacity.T], axis=1)
        changes = np.diff(on.astype(int), axis=0)
        # A change between two samples belongs to the interval in which the later one lies.
        where = np.searchsorted(self.edges, self.time[1:] - 1e-6) - 1
        inside = (where >= 0) & (where < self.edges.size - 1)
        starts, stops = (np.zeros(self.edges.size - 1) for _ in range(2))
        np.add.at(starts, where[inside], (changes > 0).sum(axis=1)[inside])
        np.add.at(stops, where[inside], (changes < 0).sum(axis=1)[inside])
        running = self._mean(on.sum(axis=1).astype(float))
        load = self._mean(capacity.sum(axis=1)) / np.maximum(running, 1e-9)
        return running, starts, stops, np.where(running > 1e-9, load, 0.0)


def meters(dataset: xr.Dataset, step: float) -> Meters:
    """Return the meters of a run over equal intervals.

    Parameters
    ----------
    dataset
        Run of a plant.
    step
        Length of an interval, s; what is left at the end of the run is not used.

    Raises
    ------
    UsageError
        If the run is shorter than two intervals or its output is too coarse.
    """
    if dataset.sizes.get("time", 0) < 2:
        raise UsageError("the run has fewer than two output times; calibrate with a longer one")
    time = np.asarray(dataset["time"].values, dtype=float)
    number = int((time[-1] - time[0]) / step + 1e-6)
    if number < 2:
        hours = (time[-1] - time[0]) / 3600.0
        raise UsageError(f"the run has {hours:g} h, less than two intervals of {step / 3600.0:g} h; run longer")
    coarse = float(np.max(np.diff(time)))
    if coarse * SAMPLES > step * (1.0 + 1e-9):
        raise UsageError(
            f"the run's output every {coarse:g} s is too coarse for intervals of {step:g} s; "
            f"use output_step={step / SAMPLES:g} or less"
        )
    return Meters(dataset, time[0] + step * np.arange(number + 1))
