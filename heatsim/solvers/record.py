"""What a run leaves behind before it becomes a Dataset: raw arrays and how they were made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.compose import Composite
from heatsim.system.system import System

_CHUNK = 512


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
        States, externals (system inputs, then commands) and outputs, shape (n, number of each).
    settings
        Method, tolerances, step, …
    stats
        Steps, evaluations, wall time.
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


class Recorder:
    """Takes states and externals at the output times as a method produces them, in order.

    Attributes
    ----------
    time
        Output times, s, shape (n,).
    x, u
        States and externals, shape (n, number of each); NaN where nothing was put yet.
    """

    def __init__(self, composite: Composite, time: np.ndarray) -> None:
        self.time = time
        self.x = np.full((time.size, len(composite.states)), np.nan)
        self.u = np.full((time.size, len(composite.externals)), np.nan)

    def put(self, first: int, x: np.ndarray, u: np.ndarray) -> None:
        """Take rows from index `first` on: states and externals of shape (n_rows, n) or (n,) for one row."""
        x, u = np.atleast_2d(x), np.atleast_2d(u)
        rows = slice(first, first + u.shape[0])
        self.x[rows], self.u[rows] = x, u


def evaluate_outputs(composite: Composite, time: np.ndarray, x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Outputs at recorded points, shape (n, n_outputs).

    Raises
    ------
    SimulationError
        When an output is not finite; names it and the time.
    """
    n = time.size
    y = np.zeros((n, len(composite.outputs)))
    if not composite.outputs:
        return y
    mapped: dict[int, ca.Function] = {}
    for first in range(0, n, _CHUNK):
        count = min(_CHUNK, n - first)
        if count not in mapped:
            mapped[count] = composite.output.map(count)
        piece = slice(first, first + count)
        y[piece] = np.asarray(mapped[count](time[None, piece], x[piece].T, u[piece].T)).T
    bad = ~np.isfinite(y)
    if bad.any():
        row = int(np.argmax(bad.any(axis=1)))
        column = int(np.argmax(bad[row]))
        raise SimulationError(
            f"output '{composite.outputs[column]}' is {y[row, column]} at t = {time[row]:g} s; check the inputs "
            "and parameters of its unit"
        )
    return y


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
