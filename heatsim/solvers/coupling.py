"""What the parts of a co-simulation say to each other: instants of exchange, steps between them, and who takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from heatsim.solvers.extrapolation import History

if TYPE_CHECKING:
    from heatsim.solvers.cosimulation import CoSimulation


@dataclass
class CouplingStatistics:
    """Work done by the coupling.

    Attributes
    ----------
    steps_accepted, steps_rejected
        Steps from one exchange to the next.
    iterations
        Times that the participants went over a step to make it converge, the last one included.
    exchanges
        Instants of exchange.
    unit_seconds
        Wall time that each participant took to advance, s.
    """

    steps_accepted: int = 0
    steps_rejected: int = 0
    iterations: int = 0
    exchanges: int = 0
    unit_seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """An instant of exchange.

    Attributes
    ----------
    t
        Time, s.
    k
        Index of the last break of the time line at or before it.
    x
        States of the graph, shape (n_states,).
    stack
        Consistent signals, right limits, shape (n_signals,).
    history
        Signals at the last exchanges, this one included.
    broken
        Signals that jumped since the exchange before, boolean, shape (n_signals,).
    owed
        What the energy correction has to give back, signal times s, shape (n_accounts,).
    """

    t: float
    k: int
    x: np.ndarray
    stack: np.ndarray
    history: History
    broken: np.ndarray
    owed: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass
class Step:
    """A step on trial.

    Attributes
    ----------
    point
        Exchange at its start.
    end
        Its end, s.
    first, last
        Breaks strictly inside are `first`, …, `last - 1`.
    rows
        Breaks strictly inside at which there is an output.
    states
        States of the graph there, shape (n_rows, n_states); participants fill in their columns.
    at_end
        Left limits of the signals at the end as participants give them; NaN where none did, until it is accepted.
    inside
        Signals at the rows as opaque units give them, shape (n_rows, n_signals); NaN where none did.
    jumped
        Signals that jumped inside the step, boolean, shape (n_signals,).
    integrals
        Integrals over the step of what participants integrate besides their states, by name.
    given
        Coefficients of the inputs that units with solvers of their own were given, shape (3, n_inputs), by name.
    taken
        Integral over the step of corrected signals as each participant was given them, by account.
    """

    point: Point
    end: float
    first: int
    last: int
    rows: list[int]
    states: np.ndarray
    at_end: np.ndarray
    inside: np.ndarray
    jumped: np.ndarray
    integrals: dict[str, np.ndarray] = field(default_factory=dict)
    given: dict[str, np.ndarray] = field(default_factory=dict)
    taken: dict[int, float] = field(default_factory=dict)

    @property
    def length(self) -> float:
        """Duration, s."""
        return self.end - self.point.t


class Method(Protocol):
    """Takes all participants over one step.

    Attributes
    ----------
    rollback
        Whether it goes over a step more than once.
    """

    rollback: bool

    def step(self, run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
        """Advance every participant once from the start to the end of the step.

        Parameters
        ----------
        run
            Offers `advance`.
        step
            The step.
        c
            Coefficients of all signals, extrapolated, shape (3, n_signals).

        Returns
        -------
        numpy.ndarray
            Coefficients of the signals that the participants were given last.
        """
        ...


class Control(Protocol):
    """Chooses the next step and takes it.

    Attributes
    ----------
    rollback
        Whether it goes back where a step was too long.
    adapts
        Whether steps differ in length.
    """

    rollback: bool
    adapts: bool

    def take(self, run: CoSimulation, point: Point) -> Point:
        """Take the next step; returns the exchange at its end."""
        ...


class Shortcut(Protocol):
    """Takes several plain steps at once."""

    def fits(self) -> bool:
        """Whether the run may use it."""
        ...

    def take(self, point: Point) -> Point | None:
        """Exchange at the end of some steps, or None when the next one is not plain."""
        ...


class Observer(Protocol):
    """Sees every accepted step; may correct the signals of the next."""

    def correct(self, run: CoSimulation, point: Point, end: float, c: np.ndarray) -> np.ndarray:
        """Coefficients for the step from those extrapolated, shape (3, n_signals)."""
        ...

    def accepted(self, run: CoSimulation, step: Step, given: np.ndarray) -> None:
        """A step was accepted; `given` are the coefficients that participants got as inputs, shape (3, n_signals)."""
        ...
