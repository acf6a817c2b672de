"""Gives back what the coupling took or made up: the optional correction of signals of bonds.

What a participant was given of a signal over a step is compared with what its giver gave. The difference is owed, and
is spread over the next step, so that never more than the defect of one step is missing (M. Benedikt, D. Watzenig,
J. Zehetner and A. Hofer, NEPCE - a nearly energy-preserving coupling element for weak-coupled problems and
co-simulations, 2013). Participants that advance one after the other are given different things, so that each has its
own account. Accounts belong to exchanges: a step that is not kept leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heatsim.errors import UsageError
from heatsim.solvers.coupling import Step
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.quadratures import Quadratures
from heatsim.system.bonds import Bond
from heatsim.system.checks import wires
from heatsim.system.system import System

# signals that the correction acts on; a temperature that comes with a heat flow carries no energy by itself
_CORRECTED = {
    "heat": ("Q_flow",),
    "water": ("T", "m_flow"),
    "shaft": ("torque", "speed"),
    "electric": ("power", "voltage", "current"),
}


@dataclass(frozen=True)
class _Account:
    """A signal that a participant takes by one of its inputs.

    `place` is the integral of the signal in the giver, -1 when that keeps its equations to itself.
    """

    signal: int
    taker: Slot
    column: int
    giver: str
    place: int


class EnergyCorrection:
    """Accounts of all signals of bonds that cross participants.

    Parameters
    ----------
    system
        The checked system.
    exchange, slots
        The coupling; clusters must not have advanced yet.
    books
        What each cluster integrates, by its name.

    Raises
    ------
    UsageError
        When a corrected input feeds through to a coupling signal, or no bond crosses participants.
    """

    def __init__(
        self, system: System, exchange: Exchange, slots: Sequence[Slot], books: Mapping[str, Quadratures]
    ) -> None:
        self._exchange, self._slots = exchange, tuple(slots)
        self._slot_of = {unit: slot for slot in slots for unit in slot.units}
        self._accounts: list[_Account] = []
        coupled = set(exchange.coupled.tolist())
        index = {name: i for i, name in enumerate(exchange.names)}
        done: set[int] = set()
        for bond in system.bonds.values():
            for role, path in bond.signals.items():
                signal = index[path]
                if role.partition("[")[0] not in _CORRECTED[bond.kind] or signal in done:
                    continue
                done.add(signal)
                self._refuse_feedthrough(bond, signal, coupled)
                self._refuse_exchanged(system, bond, path, coupled)
                if signal not in coupled:
                    continue
                giver = self._slot_of.get(path.partition(".")[0])
                if giver is None:
                    # without states: it gives what the exchange makes of others, and so what they were given
                    continue
                book = books.get(giver.participant.name)
                self._open(signal, giver, -1 if book is None else book.add_output(path))
        if not self._accounts:
            raise UsageError(
                "correct_energy: no bond of a kind (water, heat, shaft, electric) crosses participants; declare one "
                "with system.water_bond(…) or system.heat_bond(…)"
            )

    @property
    def nothing_owed(self) -> np.ndarray:
        """Accounts at the start, signal times s, shape (n_accounts,)."""
        return np.zeros(len(self._accounts))

    def applied(self, slot: Slot, step: Step, c: np.ndarray) -> np.ndarray:
        """Coefficients of all signals for a participant, shape (3, n_signals), with what it is owed."""
        own = [i for i, account in enumerate(self._accounts) if account.taker is slot]
        if not own:
            return c
        c = c.copy()
        for i in own:
            signal = self._accounts[i].signal
            c[0, signal] += step.point.owed[i] / step.length
            step.taken[i] = _integral(c[:, signal], step.length)
        return c

    def owed_after(self, step: Step) -> np.ndarray:
        """Accounts at the end of a step."""
        owed = step.point.owed.copy()
        for i, account in enumerate(self._accounts):
            signal, taker = account.signal, account.taker
            if account.place >= 0:
                gave = step.integrals[account.giver][account.place]
            else:
                gave = 0.5 * step.length * (step.point.stack[signal] + step.at_end[signal])
            got = step.taken[i]
            if not taker.in_graph:
                # it may not follow parabolas
                used = _integral(step.given[taker.participant.name][:, account.column], step.length)
                links = taker.links
                got = (used - links.offset[account.column] * step.length) / links.factor[account.column]
            owed[i] += gave - got
        return owed

    def _open(self, signal: int, giver: Slot, place: int) -> None:
        for slot in self._slots:
            columns = np.flatnonzero((slot.links.signal == signal) & (slot.links.factor != 0.0))
            if columns.size:
                self._accounts.append(_Account(signal, slot, int(columns[0]), giver.participant.name, place))

    def _refuse_feedthrough(self, bond: Bond, signal: int, coupled: set[int]) -> None:
        for slot in self._slots:
            for column in np.flatnonzero(slot.links.signal == signal):
                for row in np.flatnonzero(slot.participant.feedthrough[:, column]):
                    if int(slot.signals[row]) in coupled:
                        port = slot.participant.inputs[column].name
                        path = port if len(slot.units) > 1 else f"{slot.participant.name}.{port}"
                        raise _refusal(path, bond, self._exchange.names[slot.signals[row]])

    def _refuse_exchanged(self, system: System, bond: Bond, path: str, coupled: set[int]) -> None:
        """Units without states that only take part in the exchange pass on what they take."""
        for wire in wires(system):
            if wire.source_path != path or wire.target_unit in self._slot_of:
                continue
            for i in sorted(coupled):
                if self._exchange.names[i].startswith(f"{wire.target_unit}."):
                    raise _refusal(f"{wire.target_unit}.{wire.target}", bond, self._exchange.names[i])


def _integral(c: np.ndarray, length: float) -> float:
    return float(length * (c[0] + length * (c[1] / 2.0 + length * c[2] / 3.0)))


def _refusal(path: str, bond: Bond, output: str) -> UsageError:
    return UsageError(
        f"correct_energy: '{path}' in bond '{bond.name}' feeds through to '{output}', so that a correction would come "
        "back at once; put a state between, or leave correct_energy out"
    )
