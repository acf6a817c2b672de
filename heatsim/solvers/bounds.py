"""Physical bounds: a state or output outside of what its unit declares (min, max) is no result.

What counts are the bounds that a port declares. An absolute temperature that declares no minimum has one at 0 K: a port
in K with a nominal value of 100 K or more; temperature differences are smaller. FMUs of other tools often declare no
nominal value; what begins at 200 K or more is an absolute temperature too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from heatsim.errors import HeatsimWarning, SimulationError, UsageError, caller_level, near_miss
from heatsim.fmu.block import Port
from heatsim.solvers.compose import Composite
from heatsim.solvers.coupling import Point, Step
from heatsim.system.system import System

if TYPE_CHECKING:
    from heatsim.solvers.cosimulation import CoSimulation

POLICIES = ("error", "warn", "off")

# what integrators and rounding may leave, relative to the larger of bound and nominal value
_TOLERANCE = 1e-4
_ABSOLUTE = 100.0
_SURELY_ABSOLUTE = 200.0


class Bounds:
    """Bounds of all states and signals of a system.

    Parameters
    ----------
    system, composite
        What is run.
    policy
        "error", "warn" (once for each variable), or "off".

    Attributes
    ----------
    active
        Whether there is anything to check.
    hint
        Gives the next step to take for a message, or None for the ordinary one.
    """

    def __init__(self, system: System, composite: Composite, policy: str = "error") -> None:
        check_policy(policy)
        self._policy = policy
        opaque = _opaque_ports(system, composite)
        groups = (
            (composite.states, composite.state_ports),
            (composite.outputs, composite.output_ports),
            (composite.externals, [opaque.get(path) for path in composite.externals]),
        )
        self._names = tuple(path for paths, _ in groups for path in paths)
        ports = [port for _, group in groups for port in group]
        limits = np.array([_limits(port) for port in ports], dtype=float).reshape(len(ports), 2)
        self._units = ["" if port is None else port.unit for port in ports]
        nominal = np.array([1.0 if port is None else abs(port.nominal) or 1.0 for port in ports])
        slack = _TOLERANCE * np.maximum(nominal[:, None], np.where(np.isfinite(limits), np.abs(limits), 0.0))
        self._declared, self._slack = limits, slack
        self._undecided = np.array(
            [i for i, unit in enumerate(self._units) if unit == "K" and not np.isfinite(limits[i, 0])], dtype=int
        )
        self._arrange()
        self._warned: set[int] = set()
        self.active = policy != "off" and self._bounded.size + self._undecided.size > 0
        self.hint: Callable[[], str | None] = lambda: None

    def check(self, time: np.ndarray, x: np.ndarray, y: np.ndarray, u: np.ndarray) -> None:
        """Check rows of states, outputs and externals, shape (n, number of each), at times of shape (n,).

        Raises
        ------
        SimulationError
            For the first value outside of its bounds when these are errors; names unit, variable, value, bound, time.
        """
        if not self.active:
            return
        everything = np.concatenate([x, y, u], axis=1)
        if self._undecided.size and time.size:
            self._decide(everything[0])
        values = everything[:, self._bounded]
        outside = (values < self._lowest) | (values > self._highest)
        if not outside.any():
            return
        for column in np.flatnonzero(outside.any(axis=0)):
            row = int(np.argmax(outside[:, column]))
            self._tell(int(self._bounded[column]), float(values[row, column]), float(time[row]))

    def _arrange(self) -> None:
        """What is bounded, and where it is outside."""
        self._bounded = np.flatnonzero(np.isfinite(self._declared).any(axis=1))
        self._lowest = (self._declared[:, 0] - self._slack[:, 0])[self._bounded]
        self._highest = (self._declared[:, 1] + self._slack[:, 1])[self._bounded]

    def _decide(self, first: np.ndarray) -> None:
        """Tell absolute temperatures from differences by the first values, shape (n,)."""
        absolute = self._undecided[first[self._undecided] >= _SURELY_ABSOLUTE]
        self._declared[absolute, 0] = 0.0
        self._undecided = np.zeros(0, dtype=int)
        self._arrange()

    def _tell(self, i: int, value: float, time: float) -> None:
        if i in self._warned:
            return
        low, high = self._declared[i]
        side, bound = ("below its minimum", low) if value < low else ("above its maximum", high)
        text = (
            f"'{self._names[i]}' = {value:.6g} {self._units[i]} lies {side} of {bound:g} {self._units[i]} at "
            f"t = {time:.9g} s; "
        )
        advice = self.hint() or (
            "check the inputs and parameters of its unit, or run with bounds='warn' to see what follows"
        )
        if self._policy == "error":
            raise SimulationError(text + advice)
        self._warned.add(i)
        warnings.warn(text + advice, HeatsimWarning, stacklevel=caller_level())


class BoundsWatch:
    """An `Observer` that checks the bounds at each exchange of a co-simulation.

    Parameters
    ----------
    bounds
        The bounds.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds

    @property
    def idle(self) -> bool:
        """Whether there is nothing to look at between outputs."""
        return not self._bounds.active

    def correct(self, run: CoSimulation, point: Point, end: float, c: np.ndarray) -> np.ndarray:
        """Check the exchange at the start of a step."""
        n = run.exchange.n_outputs
        externals = run.exchange.externals(point.stack)
        self._bounds.check(np.array([point.t]), point.x[None, :], point.stack[None, :n], externals[None, :])
        return c

    def accepted(self, run: CoSimulation, step: Step, given: np.ndarray) -> None:
        """Nothing to keep."""


def check_policy(policy: str) -> None:
    """Raise UsageError for an unknown policy."""
    if policy not in POLICIES:
        raise UsageError(
            f"bounds '{policy}' is unknown{near_miss(str(policy), POLICIES)}; choose one of {', '.join(POLICIES)}"
        )


def _opaque_ports(system: System, composite: Composite) -> dict[str, Port]:
    return dict(_opaque_outputs(system, composite))


def _opaque_outputs(system: System, composite: Composite) -> Iterator[tuple[str, Port]]:
    for name in composite.opaque_slices:
        for port in system.members[name].ports["outputs"].values():
            yield f"{name}.{port.name}", port


def _limits(port: Port | None) -> tuple[float, float]:
    if port is None:
        return -np.inf, np.inf
    low = -np.inf if port.minimum is None else port.minimum
    if port.minimum is None and port.unit == "K" and abs(port.nominal) >= _ABSOLUTE:
        low = 0.0
    return low, np.inf if port.maximum is None else port.maximum
