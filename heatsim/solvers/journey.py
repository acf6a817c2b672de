"""How one participant gets over a step: in one go, or in pieces where heatsim integrates it."""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from typing import Any

import numpy as np

from heatsim.solvers.coupling import CouplingStatistics, Step
from heatsim.solvers.energy_correction import EnergyCorrection
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.extrapolation import at, lowered, shifted
from heatsim.solvers.instants import Instants


class Journey:
    """Takes participants over steps.

    Parameters
    ----------
    exchange
        The stack of signals.
    slots
        Participants.
    instants
        Breaks of the time line.
    statistics
        Counter of wall time.

    Attributes
    ----------
    correction
        Gives back what bonds took or made up; None when that was not asked for.
    """

    def __init__(
        self, exchange: Exchange, slots: Sequence[Slot], instants: Instants, statistics: CouplingStatistics
    ) -> None:
        self.correction: EnergyCorrection | None = None
        self._exchange = exchange
        self._instants = instants
        self._statistics = statistics
        self._discrete = np.flatnonzero(exchange.discrete)
        self._inputs = slice(exchange.n_outputs, exchange.n_outputs + exchange.n_inputs)
        self._known = {id(slot): self._known_columns(slot) for slot in slots}
        self._stops = {id(slot): instants.stops(self.known_inputs(slot)) for slot in slots}

    def _known_columns(self, slot: Slot) -> tuple[np.ndarray, np.ndarray]:
        """Which inputs of a participant are system inputs, and which of those."""
        indices = slot.links.signal - self._exchange.n_outputs
        columns = np.flatnonzero((indices >= 0) & (indices < self._exchange.n_inputs))
        return columns, indices[columns]

    def known_inputs(self, slot: Slot) -> np.ndarray:
        """System inputs that a participant takes."""
        return self._known[id(slot)][1]

    def advance(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """Advance one participant over a step; returns its outputs at the end and keeps them in the step.

        Parameters
        ----------
        slot
            The participant.
        step
            The step.
        c
            Coefficients of all signals, shape (3, n_signals).
        """
        began = clock.perf_counter()
        if self._discrete.size:
            c = c.copy()
            c[0, self._discrete], c[1:, self._discrete] = step.point.stack[self._discrete], 0.0
        if self.correction is not None:
            c = self.correction.applied(slot, step, c)
        step.jumped[slot.signals] = False
        advance = self._in_pieces if slot.divisible else self._in_one_go
        outputs = advance(slot, step, slot.polynomials(c))
        step.at_end[slot.signals] = outputs
        self._statistics.unit_seconds[slot.participant.name] += clock.perf_counter() - began
        return outputs

    def _in_one_go(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """A unit that brings its own solver makes one step; a known input that bends inside it becomes a chord."""
        columns, indices = self._known[id(slot)]
        if columns.size and self._instants.of(self._instants.bends, step.first, step.last):
            reached = self._instants.inputs(step.end, step.last - 1)[indices]
            begun = step.point.stack[self._inputs][indices]
            c[1, columns] = slot.links.factor[columns] * (reached - begun) / step.length
        used = step.given[slot.participant.name] = lowered(c, slot.participant.input_degree, step.length)
        outputs = slot.participant.advance(step.point.t, step.end, used)
        self._note_jump(slot, step)
        if used is not c and slot.feeds_through:
            # at the end with the inputs of the end, not with those held over the step
            outputs = slot.participant.output(step.end, at(c, step.length))
        return outputs

    def _in_pieces(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """Units that heatsim integrates stop where known inputs or equations change and where a result is wanted."""
        participant: Any = slot.participant
        line, graph = self._instants.line, slot.in_graph
        columns, indices = self._known[id(slot)]
        factor, offset = slot.links.factor[columns], slot.links.offset[columns]
        total = np.zeros(participant.integral.size if graph else 0)
        if not graph:
            step.given[participant.name] = c
        t, piece, row = step.point.t, c, 0
        for k in self._instants.of(self._stops[id(slot)], step.first, step.last):
            end = self._instants.breaks[k]
            outputs = participant.advance(t, end, piece)
            self._note_jump(slot, step)
            if total.size:
                total += participant.integral
            if row < len(step.rows) and step.rows[row] == k:
                if graph:
                    step.states[row, slot.states] = participant.x
                else:
                    step.inside[row, slot.signals] = outputs
                row += 1
            piece = shifted(c, end - step.point.t)
            piece[0, columns] = factor * line.values[k, indices] + offset
            piece[1, columns] = factor * line.slopes[k, indices]
            t = end
        outputs = participant.advance(t, step.end, piece)
        self._note_jump(slot, step)
        if total.size:
            step.integrals[participant.name] = total + participant.integral
        return np.asarray(outputs)

    @staticmethod
    def _note_jump(slot: Slot, step: Step) -> None:
        step.jumped[slot.signals] |= getattr(slot.participant, "jumped", False)
