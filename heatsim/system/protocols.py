"""What a unit written in Python has to offer.

`ContinuousUnit` gives equations that become part of the coupled right-hand side. `SampledUnit` is a digital controller:
a pure function called at its sample times, its outputs held in between.

A unit may have an attribute `optional`, names of inputs that need not be driven; they have the `start` of their port
then. A continuous unit may have a method `at_rest(u, x, p)`: from its inputs, states and parameters, all numbers by
name, the states that it comes to at rest (those that it can tell). A unit that is put into a system at rest starts from
them (`heatsim.solvers.transfer`). A sampled unit may have an attribute `linear`, parameters and the values that leave a
stair, play or noise out: `linearize` takes it so.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from heatsim.fmu.block import Port


@runtime_checkable
class ContinuousUnit(Protocol):
    """Ordinary differential equations in CasADi expressions."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Port, ...]
    states: tuple[Port, ...]

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return (state derivatives by state name, outputs by name) in CasADi expressions of the arguments."""
        ...


@runtime_checkable
class SampledUnit(Protocol):
    """Digital controller: pure, called at `offset + k*period` and at the start of a run.

    A unit that keeps a state of its own beside the memory that it returns offers two more methods: `get_state()` gives
    that state (dicts, lists, numbers, strings, arrays, bytes), `set_state(state)` takes it back. Checkpoints and steady
    states rely on them; `initial_state` resets what the unit keeps, or it would carry over from one run to the next.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Port, ...]
    period: float
    offset: float

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory before the first tick, from the inputs at the start of the run."""
        ...

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return (outputs held until the next tick, new memory)."""
        ...
