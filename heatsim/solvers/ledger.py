"""Energy ledger of a co-simulation: what each side of each bond has received over time.

A bond with energy meters is counted by them. Of the others, units of the graph integrate the power of their side along
with their states, from their own outputs as they are and the signals of the other side as they were given; for opaque
units the own outputs are straight lines between exchanges. The sum over the sides is the energy that the coupling has
made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heatsim.solvers.cluster import Cluster
from heatsim.solvers.coupling import Point, Step
from heatsim.solvers.energy_correction import EnergyCorrection
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.extrapolation import at
from heatsim.solvers.quadratures import Quadratures, power
from heatsim.solvers.record import LedgerResult
from heatsim.system.bonds import LEDGER, Bond, Side, View, sides
from heatsim.system.system import System

if TYPE_CHECKING:
    from heatsim.solvers.cosimulation import CoSimulation

# what a ledger has added up so far
_BOOKS = ("received", "start", "exchanged", "largest", "when")


@dataclass
class _Entry:
    """One side of a bond: a meter, an integral of a cluster, or signals of an opaque unit."""

    bond: int
    unit: str
    meter: int = -1
    cluster: str = ""
    place: int = -1
    side: Side | None = None
    slot: Slot | None = None


class Ledger:
    """An `Observer` that keeps the books of all bonds.

    Parameters
    ----------
    system
        The checked system.
    exchange, slots
        The coupling; clusters must not have advanced yet.
    output_times
        Times of the results, s, shape (n,).
    step
        Typical time between exchanges, s.
    correct
        Whether defects are given back.

    Attributes
    ----------
    correction
        Gives defects back; None when it was not asked for.

    Raises
    ------
    UsageError
        When a correction is asked for and a corrected input feeds through to a coupling signal.
    """

    def __init__(
        self,
        system: System,
        exchange: Exchange,
        slots: Sequence[Slot],
        output_times: np.ndarray,
        step: float,
        correct: bool = False,
    ) -> None:
        self._exchange, self._slots = exchange, tuple(slots)
        self._bonds = list(system.bonds.values())
        self._index = {name: i for i, name in enumerate(exchange.names)}
        self._slot_of = {unit: slot for slot in self._slots for unit in slot.units}
        self._entries: list[_Entry] = []
        self._books: dict[str, Quadratures] = {
            slot.participant.name: Quadratures(slot.participant, step)
            for slot in self._slots
            if isinstance(slot.participant, Cluster)
        }
        for b, bond in enumerate(self._bonds):
            self._open(system, b, bond)
        self.correction = EnergyCorrection(system, exchange, self._slots, self._books) if correct else None
        for book in self._books.values():
            book.hand_over()
        self._received = np.zeros(len(self._entries))
        self._start = np.full(len(self._entries), np.nan)
        self._exchanged = np.zeros(len(self._bonds))
        self._largest = np.zeros(len(self._bonds))
        self._when = np.full(len(self._bonds), float(output_times[0]))
        self._times = output_times
        self._next = 0
        self._of = np.array([e.bond for e in self._entries], dtype=int)
        self._shown = [i for i, e in enumerate(self._entries) if e.meter < 0]
        self._history = np.zeros((output_times.size, len(self._shown)))

    def _open(self, system: System, b: int, bond: Bond) -> None:
        if bond.meters:
            self._entries += [_Entry(b, path.partition(".")[0], meter=self._index[path]) for path in bond.meters]
            return
        if bond.kind == "meters":
            return
        for side in sides(system, bond):
            slot = self._slot_of.get(side.unit)
            if slot is None:
                # without states: it takes part in the exchange only, and its outputs are what others were given
                self._entries.append(_Entry(b, side.unit, side=side))
            elif isinstance(slot.participant, Cluster):
                book = self._books[slot.participant.name]
                place = book.add_power(side, f"{bond.name} at {side.unit}")
                self._entries.append(_Entry(b, side.unit, cluster=slot.participant.name, place=place))
            else:
                self._entries.append(_Entry(b, side.unit, side=side, slot=slot))

    def correct(self, run: CoSimulation, point: Point, end: float, c: np.ndarray) -> np.ndarray:
        """Nothing to correct here: what is owed differs between participants."""
        return c

    @property
    def idle(self) -> bool:
        """Whether there is nothing to book, so that steps need not be shown."""
        return not self._entries and self.correction is None

    def accepted(self, run: CoSimulation, step: Step, given: np.ndarray) -> None:
        """Book a step."""
        if self._entries:
            self._book(step, given)

    def _book(self, step: Step, given: np.ndarray) -> None:
        before = self._received.copy()
        for i, entry in enumerate(self._entries):
            if entry.meter >= 0:
                if np.isnan(self._start[i]):
                    self._start[i] = step.point.stack[entry.meter]
                self._received[i] = step.at_end[entry.meter] - self._start[i]
            elif entry.place >= 0:
                self._received[i] += step.integrals[entry.cluster][entry.place]
            else:
                self._received[i] += self._signal_energy(entry, step, given)
        n = len(self._bonds)
        self._exchanged += 0.5 * np.bincount(self._of, np.abs(self._received - before), n)
        drift = np.bincount(self._of, self._received, n)
        worse = np.abs(drift) > np.abs(self._largest)
        self._largest[worse], self._when[worse] = drift[worse], step.end
        last = np.searchsorted(self._times, step.end, side="right")
        if self._shown and last > self._next:
            rows = slice(self._next, last)
            share = ((self._times[rows] - step.point.t) / step.length)[:, None]
            begun, done = before[self._shown], self._received[self._shown]
            self._history[rows] = begun + np.clip(share, 0.0, 1.0) * (done - begun)
        self._next = max(self._next, int(last))

    def _signal_energy(self, entry: _Entry, step: Step, given: np.ndarray) -> float:
        """Simpson's rule: exact for a straight line times a parabola."""
        side, slot, length = entry.side, entry.slot, step.length
        assert side is not None
        inputs = None if slot is None else step.given.get(slot.participant.name)
        places = {} if slot is None else {port.name: i for i, port in enumerate(slot.participant.inputs)}
        total = 0.0
        for share, weight in ((0.0, 1.0), (0.5, 4.0), (1.0, 1.0)):
            values = at(given, share * length)
            if slot is not None:
                own = slot.signals
                values[own] = (1.0 - share) * step.point.stack[own] + share * step.at_end[own]
            received = None if inputs is None else at(inputs, share * length)

            def value(view: View, values: np.ndarray = values, received: np.ndarray | None = received) -> float:
                if view.own or received is None:
                    return float(values[self._index[view.path]])
                return float((received[places[view.port]] - view.offset) / view.factor)

            total += weight * power(side, value)
        return total * length / 6.0

    def export_state(self) -> dict[str, Any]:
        """The books for a checkpoint."""
        return {name: getattr(self, f"_{name}").copy() for name in _BOOKS}

    def import_state(self, state: Mapping[str, Any]) -> None:
        """Take up books from a checkpoint."""
        for name in _BOOKS:
            setattr(self, f"_{name}", np.array(state[name], dtype=float))

    def result(self) -> LedgerResult:
        """What was found up to the last step."""
        self._history[self._next :] = self._received[self._shown]
        result = LedgerResult()
        for column, i in enumerate(self._shown):
            entry = self._entries[i]
            bond = self._bonds[entry.bond]
            name = f"{LEDGER}.{bond.name}.{entry.unit}"
            result.entries[name] = self._history[:, column]
            result.descriptions[name] = f"Energy that {entry.unit} has received over bond {bond.name}"
        for b, bond in enumerate(self._bonds):
            own = [i for i in range(len(self._entries)) if self._of[i] == b]
            if not bond.meters and own:
                result.bonds.append([bond.name, *(f"{LEDGER}.{bond.name}.{self._entries[i].unit}" for i in own)])
            exchanged, largest = float(self._exchanged[b]), float(self._largest[b])
            result.summary[bond.name] = {
                "kind": bond.kind,
                "exact": all(self._entries[i].side is None for i in own),
                "received": {self._entries[i].unit: float(self._received[i]) for i in own},
                "exchanged": exchanged,
                "drift": float(sum(self._received[i] for i in own)),
                "largest": largest,
                "time": float(self._when[b]),
                "share": abs(largest) / exchanged if exchanged > 0 else float(largest != 0),
            }
        return result
