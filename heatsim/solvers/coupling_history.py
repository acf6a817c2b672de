"""What a co-simulation has to remember besides the states of its participants, for a checkpoint.

That is the exchange itself, the signals at the exchanges before it, magnitudes met so far, the lengths of steps, and
the books of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.solvers.coupling import Point
from heatsim.solvers.extrapolation import History

if TYPE_CHECKING:
    from heatsim.solvers.cosimulation import CoSimulation


def history_of(run: CoSimulation, point: Point) -> dict[str, Any]:
    """All that a run remembers at an exchange, as a tree of numbers and arrays."""
    history = point.history
    return {
        "signals": list(run.exchange.names),
        "stack": point.stack.copy(),
        "broken": point.broken.copy(),
        "owed": point.owed.copy(),
        "times": list(history.times),
        "values": [values.copy() for values in history.values],
        "age": np.zeros(0, dtype=int) if history.age is None else history.age.copy(),
        "scale": run.scale.copy(),
        "state_scale": run.state_scale.copy(),
        "control": numbers_of(run.control),
        "observers": [_observed(observer) for observer in run.observers],
    }


def opaque_states(run: CoSimulation) -> dict[str, bytes]:
    """State of each participant that keeps it to itself.

    Raises
    ------
    FmuError
        When one cannot give it; names the unit.
    """
    return {slot.participant.name: slot.participant.export_state() for slot in run.slots if not slot.in_graph}


def put_history(run: CoSimulation, x: np.ndarray, kept: Mapping[str, Any], opaque: Mapping[str, bytes]) -> Point:
    """Take up what `history_of` gave, and the states of all participants; returns the exchange at the start.

    Raises
    ------
    UsageError
        When it was kept by another coupling of the units.
    """
    if list(kept["signals"]) != list(run.exchange.names) or len(kept["observers"]) != len(run.observers):
        raise UsageError("the checkpoint was taken of another coupling of these units; use its method and clusters")
    t = float(run.line.breaks[0])
    stack = np.array(kept["stack"], dtype=float)
    for slot in run.slots:
        if slot.in_graph:
            slot.participant.x = x[slot.states].copy()  # type: ignore[attr-defined]
        else:
            take_up(slot.participant, t, run.stop, slot.inputs(stack), opaque)
    run.scale, run.state_scale = np.array(kept["scale"]), np.array(kept["state_scale"])
    for name, value in kept["control"].items():
        setattr(run.control, name, value)
    for observer, state in zip(run.observers, kept["observers"], strict=True):
        if state:
            observer.import_state(state)  # type: ignore[attr-defined]
    age = np.array(kept["age"], dtype=int)
    values = tuple(np.array(v, dtype=float) for v in kept["values"])
    history = History(run.degree, tuple(kept["times"]), values, age if age.size else None)
    broken, owed = np.array(kept["broken"], dtype=bool), np.array(kept["owed"], dtype=float)
    given = stack.copy()
    run.exchange.put_known(given, run.line.values[0], run.sampled.commands)
    if np.array_equal(given, stack):
        return Point(t, 0, x, stack, history, broken, owed)
    # inputs are others than they were: an exchange at which they jump
    moved = (given != stack)[run.exchange.n_outputs :][: run.exchange.direct.shape[1]]
    run.exchange.settle(t, x, given)
    broken = (run.exchange.direct @ moved) | run.exchange.known
    age = np.where(broken, 0, age) if age.size else age
    history = History(run.degree, history.times, (given, *values[1:]), age if age.size else None)
    return Point(t, 0, x, given, history, broken, owed)


def take_up(participant: Any, t: float, stop: float, u: np.ndarray, opaque: Mapping[str, bytes]) -> None:
    """Give a participant its own state back.

    Raises
    ------
    UsageError
        When there is none for it.
    """
    if participant.name not in opaque:
        raise UsageError(
            f"{participant.name}: keeps its state to itself, and start_from holds none of it; start from a checkpoint"
        )
    participant.import_state(t, stop, u, opaque[participant.name])


def numbers_of(thing: object) -> dict[str, float]:
    """Attributes of an object that are plain numbers, by which step controls keep their state."""
    return {name: value for name, value in vars(thing).items() if isinstance(value, int | float)}


def _observed(observer: object) -> dict[str, Any]:
    give = getattr(observer, "export_state", None)
    return {} if give is None else dict(give())
