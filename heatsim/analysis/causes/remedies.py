"""Remedies: one small change each that would calm a loop if its cause were the one supposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import xarray as xr

from heatsim.analysis.causes.oscillation import Oscillation
from heatsim.analysis.causes.structure import Anatomy
from heatsim.analysis.hunting.signals import series
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.system.inputs import Inputs
from heatsim.system.member import AnyUnit, Member
from heatsim.system.system import System


class Kind(str, Enum):
    """How much the calm after a remedy says about its cause, from most to least."""

    ELEMENT = "element"
    """An element outside of its usual range is put back into it."""
    PATH = "path"
    """A way of action between parts that are usual by themselves is cut."""
    CONDITION = "condition"
    """The plant is run at another load."""
    COUPLING = "coupling"
    """One of two loops is frozen, each of which is calm alone."""
    TUNING = "tuning"
    """The gain is reduced, which calms nearly every loop."""


@dataclass(frozen=True)
class Remedy:
    """A change to the case, and the cause that it would take away.

    Attributes
    ----------
    cause
        Cause that it is the counter-test of.
    change
        What is changed, with figures: a label of the re-run, unique among the remedies of a case.
    apply
        Returns a changed copy of a system.
    kind
        What is changed.
    evidence
        What speaks for the cause before anything is run again, in lines with figures.
    severity
        How far out of the ordinary it is, 0 (just) to 1 (grossly).
    inputs
        Changed inputs, or None. The re-run then starts from their steady state.
    frozen
        Loops that the change keeps from acting.
    """

    cause: Cause
    change: str
    apply: Callable[[System], System]
    kind: Kind
    evidence: tuple[str, ...] = ()
    severity: float = 0.0
    inputs: Inputs | None = None
    frozen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Norms:
    """What is usual; beyond it an element is suspected.

    Attributes
    ----------
    sensor_lag
        Longest usual time constant of a sensor, s: 30 (10 to 30 s for a temperature sensor in its pocket).
    sensor
        Time constant that a suspected sensor is given, s.
    sensor_fast
        The same for sensors of pressure and flow, which have no pocket, s.
    lost_phase
        Phase at the period of the oscillation, degrees, that an element may cost: 15. A sample time that costs more is
        above a twelfth of the period (Åström and Wittenmark, *Computer-Controlled Systems*, 1997, section 3.8, advise
        0.15 to 0.5 rad at crossover, so 4 to 14 degrees for the hold).
    authority, good_authority
        Least authority of a control valve, 0.25, and that of a good one, 0.5.
    oversizing, good_oversizing
        Largest usual flow of an open valve over its nominal flow, 1.5, and that of a good one, 1.25.
    tracking
        Longest usual tracking time of an anti-windup over the integral time: 10 (Åström and Hägglund, *Advanced PID
        Control*, 2006, section 3.5: between Td and Ti).
    stiction
        Stiction or backlash of a valve that counts, share of the stroke: 0.002 (tests of good valves find 0.1 to 0.5 %,
        ISA-TR75.25.02).
    hysteresis
        Least hysteresis of the limits of a tank's state of charge: 0.02.
    low_load
        Load over nominal load below which it is suspected: 0.5.
    """

    sensor_lag: float = 30.0
    sensor: float = 10.0
    sensor_fast: float = 5.0
    lost_phase: float = 15.0
    authority: float = 0.25
    good_authority: float = 0.5
    oversizing: float = 1.5
    good_oversizing: float = 1.25
    tracking: float = 10.0
    stiction: float = 0.002
    hysteresis: float = 0.02
    low_load: float = 0.5


@dataclass(frozen=True)
class Situation:
    """What a rule is given to look at.

    Attributes
    ----------
    case, ds
        The hunting case and its result.
    span
        Time span in which the oscillation was found, s.
    loop
        Parts of the loop.
    wave
        Its oscillation.
    norms
        What is usual.
    """

    case: Case
    ds: xr.Dataset
    span: tuple[float, float]
    loop: Anatomy
    wave: Oscillation
    norms: Norms

    @property
    def system(self) -> System:
        """The system of the case."""
        return self.case.system

    @property
    def period(self) -> float:
        """Period of the oscillation, s."""
        return self.wave.period

    def inside(self, path: str) -> np.ndarray:
        """Return a variable of the run, or its time, in the span."""
        time = np.asarray(self.ds["time"].values, dtype=float)
        values = time if path == "time" else series(self.ds, path)
        return values[(time >= self.span[0]) & (time <= self.span[1])]

    def member(self, name: str) -> Member:
        """Return a unit by name."""
        return self.system.members[name]


def set_values(values: Mapping[str, float]) -> Callable[[System], System]:
    """Change that sets parameters by path."""

    def apply(system: System) -> System:
        other = system.copy()
        for path, value in values.items():
            other.set(path, value)
        return other

    return apply


def replace_unit(name: str, unit: AnyUnit) -> Callable[[System], System]:
    """Change that puts another unit in the place of one."""
    return lambda system: system.copy().replace(name, unit)


Rule = Callable[[Situation], Iterable[Remedy]]
"""Looks at a hunting loop and proposes remedies, or none."""
