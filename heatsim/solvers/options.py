"""What a caller may choose about a co-simulation, and whether it makes sense."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from heatsim.errors import UsageError, near_miss
from heatsim.solvers.extrapolation import DEGREES
from heatsim.solvers.segments import time_tolerance
from heatsim.system.protocols import SampledUnit
from heatsim.system.system import System

METHODS = ("monolithic", "jacobi", "gauss_seidel", "iterated")
CONTROLS = ("constant", "adaptive", "rollback")
_TOLERANCES = (1e-10, 1.0)
TOLERANCE = 1e-4


@dataclass(frozen=True)
class CouplingOptions:
    """How units are coupled; `heatsim.simulation.simulate` documents each.

    Attributes
    ----------
    method, step, extrapolation, order, clusters, step_control, tolerance
        As the keywords of `simulate`; None stands for the default.
    """

    method: str = "monolithic"
    step: float | None = None
    extrapolation: str = "linear"
    order: Sequence[str] | None = None
    clusters: str | Sequence[Sequence[str]] | None = None
    step_control: str = "constant"
    tolerance: float | None = None

    @property
    def degree(self) -> int:
        """Degree of the extrapolation."""
        return DEGREES[self.extrapolation]

    @property
    def accuracy(self) -> float:
        """Tolerance, or its default."""
        return TOLERANCE if self.tolerance is None else self.tolerance

    def settings(self) -> dict[str, Any]:
        """What a result says of these choices; only what had an effect."""
        if self.method == "monolithic":
            return {}
        chosen: dict[str, Any] = {"step": self.step, "extrapolation": self.extrapolation}
        if self.step_control != "constant":
            chosen["step_control"] = self.step_control
        if self.step_control != "constant" or self.method == "iterated":
            chosen["tolerance"] = self.accuracy
        for what in ("order", "clusters"):
            value = getattr(self, what)
            if value is not None:
                chosen[what] = value if isinstance(value, str) else json.dumps([*value])
        return chosen

    def check(self, start: float, stop: float) -> None:
        """Raise UsageError for the first choice that makes no sense, before anything is built or run."""
        self._check_names()
        for what, value, known in (
            ("method", self.method, METHODS),
            ("extrapolation", self.extrapolation, tuple(DEGREES)),
            ("step_control", self.step_control, CONTROLS),
        ):
            if value not in known:
                raise UsageError(
                    f"{what} '{value}' is unknown{near_miss(str(value), known)}; choose one of {', '.join(known)}"
                )
        for what, number in (("step", self.step), ("tolerance", self.tolerance)):
            if number is None:
                continue
            if isinstance(number, bool) or not isinstance(number, int | float | np.number) or not math.isfinite(number):
                raise UsageError(f"{what} must be a finite number of SI units, not {number!r}")
        if self.method == "monolithic":
            self._check_monolithic()
        else:
            self._check_coupled(start, stop)

    def _check_names(self) -> None:
        if self.order is not None and (isinstance(self.order, str) or not isinstance(self.order, Sequence)):
            raise UsageError(f"order={self.order!r} is no list; name the units in their order, e.g. ['tank', 'pump']")
        if self.clusters is not None and not isinstance(self.clusters, str | Sequence):
            raise UsageError(
                f"clusters={self.clusters!r} is unknown; choose 'units', 'graph' or lists of names, e.g. "
                "[['tank', 'pump']]"
            )

    def _check_monolithic(self) -> None:
        if self.step is not None:
            raise UsageError(
                "step= belongs to method 'jacobi' and the other methods of co-simulation; the monolithic method "
                "chooses its own steps"
            )
        for what in ("order", "clusters", "tolerance"):
            if getattr(self, what) is not None:
                raise UsageError(
                    f"{what}= belongs to the methods of co-simulation; leave it out, or choose method 'jacobi', "
                    "'gauss_seidel' or 'iterated'"
                )
        if self.step_control != "constant":
            raise UsageError(
                "step_control= belongs to the methods of co-simulation; the monolithic method chooses its own steps"
            )

    def _check_coupled(self, start: float, stop: float) -> None:
        if self.step is None:
            raise UsageError(f"method '{self.method}' needs step=, the time between exchanges in s, e.g. step=2")
        if self.step <= 0:
            raise UsageError(f"step must be positive, not {self.step:g} s")
        if self.tolerance is not None and not _TOLERANCES[0] <= self.tolerance <= _TOLERANCES[1]:
            raise UsageError(
                f"tolerance must lie between {_TOLERANCES[0]:g} and {_TOLERANCES[1]:g}, not {self.tolerance:g}"
            )
        if self.tolerance is not None and self.method != "iterated" and self.step_control == "constant":
            raise UsageError(
                f"tolerance= has no effect on method '{self.method}' with constant steps; leave it out, or choose "
                "step_control='adaptive'"
            )
        if self.order is not None and self.method == "jacobi":
            raise UsageError("order= has no effect on method 'jacobi', whose units advance at once; leave it out")
        if self.step_control == "constant":
            whole = (stop - start) / self.step
            if abs(whole - round(whole)) * self.step > time_tolerance(start, stop):
                raise UsageError(
                    f"stop - start = {stop - start:g} s is no multiple of step = {self.step:g} s; change one of them"
                )

    def check_periods(self, system: System, start: float) -> None:
        """With constant steps sampled units tick at multiples of the step only."""
        if self.step is None or self.step_control != "constant":
            return
        for member in system.members.values():
            if member.kind != "sampled":
                continue
            unit = cast(SampledUnit, member.unit)
            for what, value in (("period", float(unit.period)), ("offset", float(unit.offset) - start)):
                if abs(value / self.step - round(value / self.step)) > 1e-9 * max(1.0, abs(value / self.step)):
                    raise UsageError(
                        f"{member.name}: its sample {what} of {value:g} s is no multiple of step = {self.step:g} s; "
                        "change one of them, or choose step_control='adaptive'"
                    )
