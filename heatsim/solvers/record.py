"""What a run leaves behind before it becomes a Dataset: raw arrays and how they were made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from heatsim.errors import SimulationError
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.buffered import Buffered
from heatsim.solvers.compose import Composite
from heatsim.system.system import System

_CHUNK = 512

PIECE = 4 * _CHUNK
"""Rows in memory while a run streams."""


@dataclass(frozen=True)
class LedgerResult:
    """What a ledger has found.

    Attributes
    ----------
    entries
        Name (`ledger.bond.unit`) -> energy that the unit has received over the bond at the output times, J; for bonds
        without meters.
    descriptions
        One sentence for each entry.
    bonds
        `[name, entry, …]` of the bonds without meters, as in the attribute `bonds` of a Dataset.
    summary
        Bond -> `kind`, `exact`, `received` (J by unit at the end), `exchanged` (J), `drift` (J at the end), `largest`
        (J, drift of the largest magnitude), `time` (s) of that, and `share` of the exchanged energy.
    """

    entries: dict[str, np.ndarray] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    bonds: list[list[str]] = field(default_factory=list)
    summary: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    system, composite
        What was run.
    alone
        The FMU, when one FMU was run by itself; its variables then have no unit in their names.
    time
        Output times, s, shape (n,).
    x, u, y
        States, externals (system inputs, then commands) and outputs, shape (n, number of each); no rows when the run
        was streamed.
    settings
        Method, tolerances, step, …
    stats
        Steps, evaluations, wall time.
    ledger
        Energy over the bonds, of a co-simulation.
    kept
        Memory and hidden states of the sampled units at the end.
    """

    system: System
    composite: Composite
    alone: Fmu | None
    time: np.ndarray
    x: np.ndarray
    u: np.ndarray
    y: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)
    stats: dict[str, float] = field(default_factory=dict)
    ledger: LedgerResult = field(default_factory=LedgerResult)
    kept: dict[str, Any] = field(default_factory=dict)


class Sink(Protocol):
    """Takes the results of a run in pieces, in the order of time, instead of keeping them in memory."""

    def begin(self, system: System, composite: Composite, alone: Fmu | None, time: np.ndarray, rows: int) -> None:
        """Called once before the first piece: output times of shape (n,), and the most rows that a piece has."""
        ...

    def write(self, first: int, x: np.ndarray, u: np.ndarray, y: np.ndarray) -> None:
        """Rows from index `first` on: states, externals and outputs of shape (n_rows, number of each)."""
        ...


RowCheck = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], None]


class Recorder:
    """Takes states and externals at the output times as a method produces them, in the order of time.

    Without a sink all rows stay in memory. With one, a piece of them does; it is checked, completed by the outputs and
    handed on when it is full, so that memory does not grow with the length of the run.

    Parameters
    ----------
    composite
        What is run.
    time
        Output times, s, shape (n,).
    sink
        Where the results go; None keeps them.
    check
        Called with the times, states, outputs and externals of each piece, to raise when a value is impossible.

    Attributes
    ----------
    time
        Output times, s, shape (n,).
    outputs
        What evaluates the outputs.
    """

    def __init__(
        self, composite: Composite, time: np.ndarray, sink: Sink | None = None, check: RowCheck | None = None
    ) -> None:
        self.time = time
        self._check = check
        self._composite = composite
        self._sink = sink
        self.outputs = OutputEvaluator(composite)
        rows = time.size if sink is None else min(PIECE, time.size)
        self._x = np.full((rows, len(composite.states)), np.nan)
        self._u = np.full((rows, len(composite.externals)), np.nan)
        self._begin = 0  # index of the output time of the first row in memory

    def put(self, first: int, x: np.ndarray, u: np.ndarray) -> None:
        """Take rows from index `first` on: states and externals of shape (n_rows, n) or (n,) for one row."""
        x, u = np.atleast_2d(x), np.atleast_2d(u)
        done = 0
        while done < u.shape[0]:
            if first + done >= self._begin + self._u.shape[0]:
                self._hand_on()
            row = first + done - self._begin
            if row < 0:
                raise ValueError(f"output {first + done} comes after {self._begin}, which was handed on")
            count = min(u.shape[0] - done, self._u.shape[0] - row)
            self._x[row : row + count] = x[done : done + count]
            self._u[row : row + count] = u[done : done + count]
            done += count

    def finish(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """States, externals and outputs, shape (n, number of each); no rows when a sink has got them.

        Raises
        ------
        SimulationError
            When a value is missing or not finite, or an assertion of a model does not hold.
        """
        if self._sink is None:
            return self._x, self._u, self._evaluated(self.time, self._x, self._u)
        while self._begin < self.time.size:
            self._hand_on()
        empty = len(self._composite.states), len(self._composite.externals), len(self._composite.outputs)
        return np.zeros((0, empty[0])), np.zeros((0, empty[1])), np.zeros((0, empty[2]))

    def _hand_on(self) -> None:
        """Give the piece in memory to the sink and make room for the next."""
        assert self._sink is not None
        rows = min(self._u.shape[0], self.time.size - self._begin)
        time = self.time[self._begin : self._begin + rows]
        x, u = self._x[:rows], self._u[:rows]
        self._sink.write(self._begin, x, u, self._evaluated(time, x, u))
        self._begin += rows
        self._x[:], self._u[:] = np.nan, np.nan

    def _evaluated(self, time: np.ndarray, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Outputs of checked rows."""
        check_complete(self._composite, time, x, u)
        y = self.outputs(time, x, u)
        check_assertions(self._composite, time, x, u, y)
        if self._check is not None:
            self._check(time, x, y, u)
        return y


class OutputEvaluator:
    """Outputs at recorded points; keeps the mapped functions from call to call.

    Attributes
    ----------
    function
        Outputs as function of (t, x, u).
    """

    def __init__(self, composite: Composite) -> None:
        self._composite = composite
        self.function = composite.output
        self._mapped: dict[int, Buffered] = {}

    def __call__(self, time: np.ndarray, x: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Outputs, shape (n, n_outputs).

        Raises
        ------
        SimulationError
            When an output is not finite; names it and the time.
        """
        composite = self._composite
        y = np.zeros((time.size, len(composite.outputs)))
        if not composite.outputs:
            return y
        for first in range(0, time.size, _CHUNK):
            count = min(_CHUNK, time.size - first)
            if count not in self._mapped:
                calls_binaries = not self.function.is_a("SXFunction")
                self._mapped[count] = Buffered(self.function.map(count), ("t", "x", "u"), calls_binaries)
            piece = slice(first, first + count)
            y[piece] = self._mapped[count](time[None, piece], x[piece].T, u[piece].T).T
        bad = ~np.isfinite(y)
        if bad.any():
            row = int(np.argmax(bad.any(axis=1)))
            column = int(np.argmax(bad[row]))
            raise SimulationError(
                f"output '{composite.outputs[column]}' is {y[row, column]} at t = {time[row]:g} s; "
                f"{composite.unsolved(y[row]) or 'check the inputs and parameters of its unit'}"
            )
        return y


def check_complete(composite: Composite, time: np.ndarray, x: np.ndarray, u: np.ndarray) -> None:
    """Every state and external has a value at every output time."""
    for paths, values in ((composite.states, x), (composite.externals, u)):
        bad = ~np.isfinite(values)
        if bad.any():
            row = int(np.argmax(bad.any(axis=1)))
            column = int(np.argmax(bad[row]))
            raise SimulationError(
                f"'{paths[column]}' is {values[row, column]} at t = {time[row]:.9g} s; check its inputs and parameters"
            )


def check_assertions(composite: Composite, time: np.ndarray, x: np.ndarray, u: np.ndarray, y: np.ndarray) -> None:
    """Evaluate the assertions of the models at the recorded points.

    Raises
    ------
    SimulationError
        When one does not hold; names the unit, the message of the model and the time.
    """
    signals = np.concatenate([y, u], axis=1)
    for name, block in composite.blocks.items():
        if block.checks is None:
            continue
        function, messages = block.checks
        inputs = np.zeros((time.size, len(block.inputs)))
        for i, source in enumerate(composite.sources[name]):
            index = source.output
            if source.external is not None:
                index = y.shape[1] + source.external
            inputs[:, i] = source.offset if index is None else source.factor * signals[:, index] + source.offset
        states = x[:, composite.state_slices[name]]
        holds = np.concatenate(
            [
                np.asarray(
                    function.map(time[piece].size)(
                        time[None, piece],
                        states[piece].T,
                        inputs[piece].T,
                        np.repeat(block.parameter_values[:, None], time[piece].size, axis=1),
                    )
                ).T
                for piece in (slice(first, first + _CHUNK) for first in range(0, time.size, _CHUNK))
            ]
        )
        broken = ~(holds > 0.5)
        if broken.any():
            row = int(np.argmax(broken.any(axis=1)))
            message = messages[int(np.argmax(broken[row]))]
            raise SimulationError(
                f"{name}: an assertion of the model does not hold at t = {time[row]:g} s: {message}; "
                "check the inputs and parameters of this unit"
            )
