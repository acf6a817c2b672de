"""Gauss-Seidel co-simulation: one participant after the other over a step.

Those that have advanced give their signals interpolated between the exchange and their own end of the step; of the
others they are extrapolated. So the order matters: by default it is the one that extrapolates few signals, and those
rather where they act through a state than where they feed through.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsim.errors import UsageError, near_miss
from heatsim.solvers.cosimulation import CoSimulation
from heatsim.solvers.coupling import Step
from heatsim.solvers.exchange import Slot
from heatsim.solvers.starting import with_start


class GaussSeidel:
    """The participants in their order, each with the newest signals."""

    rollback = False

    def step(self, run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
        """Advance every participant over the step, one after the other."""
        return with_start(sweep, run, step, c)


def sweep(run: CoSimulation, step: Step, c: np.ndarray) -> np.ndarray:
    """Advance the participants in their order; returns the coefficients with all their signals interpolated."""
    c = c.copy()
    for slot in run.slots:
        at_end = run.advance(slot, step, c)
        c[:, slot.signals] = step.point.history.interpolated(slot.signals, at_end, step.length)
        hold_jumped(run, step, c)
    return c


def hold_jumped(run: CoSimulation, step: Step, c: np.ndarray) -> None:
    """Hold signals that jumped inside a step at their values before: no line leads to the value at the end."""
    jumped = run.jumped(step)
    if jumped.any():
        c[0, jumped], c[1:, jumped] = step.point.stack[jumped], 0.0


def ordered(slots: Sequence[Slot], names: Sequence[str] | None) -> list[Slot]:
    """Participants in the order in which they advance.

    Parameters
    ----------
    slots
        Participants.
    names
        Names of units that come first, in this order; None leaves the choice to the graph.

    Raises
    ------
    UsageError
        When a name is unknown or comes twice.
    """
    if names is None:
        return [slots[i] for i in _least_feedback(_weights(slots))]
    units = {unit: i for i, slot in enumerate(slots) for unit in slot.units}
    for name in names:
        if name not in units:
            raise UsageError(
                f"order: no unit '{name}' that advances{near_miss(name, units)}; name units of the system that are not "
                "sampled"
            )
    if len({*names}) < len(names):
        raise UsageError("order: a unit is named twice; name each once")
    chosen = list(dict.fromkeys(units[name] for name in names))
    return [slots[i] for i in [*chosen, *(i for i in range(len(slots)) if i not in chosen)]]


def _weights(slots: Sequence[Slot]) -> np.ndarray:
    """What it costs to advance j before i: signals from i to j, those that feed through twice; shape (n, n)."""
    weights = np.zeros((len(slots), len(slots)))
    owner = {int(signal): i for i, slot in enumerate(slots) for signal in slot.signals}
    for j, slot in enumerate(slots):
        through = np.any(slot.participant.feedthrough, axis=0, keepdims=True)[0]
        for column, signal in enumerate(slot.links.signal):
            i = owner.get(int(signal), j)
            if i != j:
                weights[i, j] += 2.0 if through[column] else 1.0
    return weights


def _least_feedback(weights: np.ndarray) -> list[int]:
    """Order with little weight against it, exact without cycles (Eades, Lin and Smyth, 1993, a greedy heuristic)."""
    left = list(range(weights.shape[0]))
    first: list[int] = []
    last: list[int] = []
    while left:
        block = weights[np.ix_(left, left)]
        gives, takes = block.sum(axis=1), block.sum(axis=0)
        if (takes == 0).any():
            first.append(left.pop(int(np.argmax(takes == 0))))
        elif (gives == 0).any():
            last.append(left.pop(int(np.argmax(gives == 0))))
        else:
            first.append(left.pop(int(np.argmax(gives - takes))))
    return first + last[::-1]
