"""What the co-simulation methods see of a unit, or of a group of units merged into one graph.

A participant carries its own state through time. Between two exchanges its inputs are polynomials of the time since the
exchange, `u(t + tau) = c[0] + c[1]*tau + c[2]*tau**2`; a participant that cannot use a slope (most Co-Simulation FMUs)
says so by `input_degree` and is given what it can use.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from heatsim.errors import SimulationError
from heatsim.fmu.block import Port


class Discarded(SimulationError):
    """Something cannot be evaluated at a point; an integrator that only tried it may try another one."""


class Ended(SimulationError):
    """A unit has come to its end and cannot go back: it asks to stop, or must not or cannot be called any more."""


def kind_of(status: str) -> type[SimulationError]:
    """Error of a run for the status of an FMU's call that failed."""
    return {"discard": Discarded, "fatal": Ended, "terminated": Ended}.get(status, SimulationError)


class Participant(Protocol):
    """A unit that advances by itself from one exchange to the next.

    Attributes
    ----------
    name
        Name for messages; the name of the unit in the system, or those of a group.
    inputs, outputs
        Ports in the order of the vectors below.
    input_degree
        Highest degree of the polynomials that its inputs may follow inside a step: 0 held, 1 linear, 2 quadratic.
    can_rollback
        Whether `save` and `restore` bring back an earlier state exactly (tested, not believed).
    feedthrough
        Boolean, shape (n_outputs, n_inputs): output i depends directly on input j.

    A participant with events has `jumped` too: whether its outputs, or which of them, jumped inside the last step. One
    that may be advanced in pieces without a change of the method says so by `divisible`.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    @property
    def input_degree(self) -> int: ...

    @property
    def can_rollback(self) -> bool: ...

    @property
    def feedthrough(self) -> np.ndarray: ...

    def start(self, t: float, stop: float, u: np.ndarray) -> np.ndarray:
        """Initialise at `t` with these inputs; returns the outputs, shape (n_outputs,)."""
        ...

    def output(self, t: float, u: np.ndarray) -> np.ndarray:
        """Outputs at the present time with these inputs; no time passes, and the state does not change."""
        ...

    def advance(self, t: float, end: float, c: np.ndarray) -> np.ndarray:
        """Advance from `t` to `end` with inputs of coefficients `c`, shape (3, n_inputs); returns the outputs at `end`.

        Raises
        ------
        SimulationError
            Names the unit, the time, the step, its inputs, and its own last log lines.
        """
        ...

    def save(self) -> Any:
        """Keep the present state; `restore` may be called with it any number of times until `discard`."""
        ...

    def restore(self, token: Any) -> None:
        """Go back to a kept state."""
        ...

    def discard(self, token: Any) -> None:
        """Free a kept state."""
        ...

    def export_state(self) -> bytes:
        """State for a checkpoint on disk; raises FmuError with the unit's name when it cannot give it."""
        ...

    def import_state(self, t: float, stop: float, u: np.ndarray, state: bytes) -> None:
        """Take up a state from a checkpoint instead of `start`."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...
