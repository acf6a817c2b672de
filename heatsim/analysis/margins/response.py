"""Frequency response from disturbances at the commands of loops to signals of a system, with and without units that tick.

A continuous system is reduced to Schur form once, after which each frequency costs a triangular solve: stable for
chains of pipe cells, whose eigenvectors are useless.

With units that tick, the response to a sinusoid is a sinusoid times a function with the common period of the units.
Its mean is taken: the component at the frequency itself, which is what an engineer gets who opens the loop, feeds in a
sinusoid and correlates (the fundamental of the harmonic transfer function, Wereley, 1990). Sampling, hold and dead time
are in it exactly. A command of a unit that ticks is disturbed and read at its ticks: where its period is that of all
units, this is the exact z-transform of the loop. A continuous command is disturbed by a continuous sinusoid; what folds
back from above half the sampling rate is not in the mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from heatsim.analysis.linear_sampling import SampledPart, tick_pattern, transition
from heatsim.analysis.linear_system import Channel, LinearPlant
from heatsim.analysis.margins.model import LoopModel

Array = np.ndarray


class Response:
    """Frequency response of a model, loops closed or opened.

    Parameters
    ----------
    model
        The system.
    plant
        `model.plant`, or `model.scaled(...)`.
    outputs
        What to read; default the commands of the loops.
    """

    def __init__(self, model: LoopModel, plant: LinearPlant | None = None, outputs: list[Channel] | None = None) -> None:
        plant = model.plant if plant is None else plant
        read = model.channels if outputs is None else outputs
        self._method = _Hybrid(model, plant, read) if model.sampled else _Continuous(model, plant, read)

    def __call__(self, omega: Array) -> Array:
        """Responses at frequencies (rad/s), shape (n_frequencies, n_outputs, n_loops)."""
        return np.array([self._method.at(float(w)) for w in np.atleast_1d(omega)])


@dataclass(frozen=True)
class _Modal:
    """Triangular form of a matrix: solves (s - A) x = b for many s."""

    triangle: Array
    basis: Array

    @classmethod
    def of(cls, matrix: Array) -> _Modal:
        if not matrix.size:
            return cls(matrix.astype(complex), matrix.astype(complex))
        return cls(*sl.schur(matrix.astype(complex), output="complex"))

    def solve(self, s: complex, right: Array) -> Array:
        if not self.triangle.size:
            return right
        shifted = s * np.eye(len(self.triangle)) - self.triangle
        return np.asarray(self.basis @ sl.solve_triangular(shifted, self.basis.conj().T @ right))


def _rows(plant: LinearPlant, read: list[Channel]) -> tuple[Array, Array, Array]:
    """Matrices of the channels on states, commands and disturbances."""
    n_x, n_c, n_q = plant.derivative.x.shape[0], plant.derivative.c.shape[1], plant.derivative.q.shape[1]
    x, c, q = np.zeros((len(read), n_x)), np.zeros((len(read), n_c)), np.zeros((len(read), n_q))
    for i, channel in enumerate(read):
        if channel.kind == "state":
            x[i, channel.index] = 1.0
        else:
            row = (plant.signals if channel.kind == "signal" else plant.inputs)[channel.index]
            x[i], c[i], q[i] = row.x, row.c, row.q
    return x, c, q


class _Continuous:
    """x' = A x + B q, y = C x + D q with states of like magnitude."""

    def __init__(self, model: LoopModel, plant: LinearPlant, read: list[Channel]) -> None:
        scale = plant.nominal
        keep = _matters(plant.derivative.x, _rows(plant, read)[0])
        a = (plant.derivative.x * scale / scale[:, None])[np.ix_(keep, keep)]
        self._modal = _Modal.of(a)
        self._b = (plant.derivative.q / scale[:, None])[keep]
        rows, _, self._d = _rows(plant, read)
        self._c = (rows * scale)[:, keep]

    def at(self, omega: float) -> Array:
        return np.asarray(self._c @ self._modal.solve(1j * omega, self._b) + self._d)


def _matters(a: Array, rows: Array) -> Array:
    """States from which the outputs can be reached; integrators beside them would make the equations singular."""
    matters = rows.any(axis=0)
    while True:
        more = matters | a[matters].any(axis=0)
        if (more == matters).all():
            return np.asarray(matters)
        matters = more


class _Hybrid:
    """One common period: jumps at the instants of ticks, exact solutions between them."""

    def __init__(self, model: LoopModel, plant: LinearPlant, read: list[Channel]) -> None:
        self._period, self._events = tick_pattern(model.parts, model.point.time)
        self._plant, self._parts = plant, model.parts
        scale = self._scale = plant.nominal
        n_x, n_c, n_q = plant.derivative.x.shape[0], plant.derivative.c.shape[1], plant.derivative.q.shape[1]
        self._n_x, self._n_c, self._n_q = n_x, n_c, n_q
        self._first = len(model.composite.outputs) + model.composite.n_inputs
        self._offsets = np.cumsum([n_x + n_c, *(len(part.step.memory) for part in model.parts)])
        owner = {c: i for i, part in enumerate(model.parts) for c in part.commands}
        # unit that ticks whose command is disturbed, or -1
        self._owner = [owner.get(c.index - self._first, -1) for c in model.channels]
        self._read_owner = [owner.get(c.index - self._first, -1) if c.kind == "signal" else -1 for c in read]
        self._read_command = [c.index - self._first for c in read]
        self._rows = _rows(plant, read)
        self._bx, self._bc = plant.derivative.q / scale[:, None], plant.derivative.c / scale[:, None]
        self._modal = _Modal.of(plant.derivative.x * scale / scale[:, None])
        self._jumps = [self._jump(due) for _, due in self._events]
        ends = [t for t, _ in self._events[1:]] + [self._period]
        self._steps = [round(end - t, 9) for (t, _), end in zip(self._events, ends, strict=True)]
        self._flows = {h: transition(plant.derivative, scale, h) for h in set(self._steps)}
        self._one_period = _Modal.of(self._propagate_matrix())

    def _jump(self, due: list[int]) -> tuple[Array, Array, Array]:
        """Jump at an instant: new z from the old one, and from the disturbances before and after the ticks."""
        plant, n_x, n_c = self._plant, self._n_x, self._n_c
        n_z, n_q = int(self._offsets[-1]), self._n_q
        z = np.eye(n_z, n_z + 2 * n_q)
        before, after = np.eye(n_q, n_z + 2 * n_q, n_z), np.eye(n_q, n_z + 2 * n_q, n_z + n_q)
        x, c = z[:n_x], z[n_x : n_x + n_c].copy()
        seen = plant.seen.x @ x + plant.seen.c @ c + plant.seen.q @ before
        coupling = plant.coupling
        for i in due:
            part, rows = self._parts[i], slice(int(self._offsets[i]), int(self._offsets[i + 1]))
            w = coupling.link[part.inputs] @ seen + coupling.to_inputs[part.inputs] @ before
            memory = z[rows].copy()
            c[part.commands] = part.step.p @ w + part.step.q @ memory
            z[rows] = part.step.r @ w + part.step.s @ memory
            at = [self._first + j for j in part.commands]
            seen[at] = coupling.keep[at, None] * c[part.commands] + coupling.to_signals[at] @ after
        z[n_x : n_x + n_c] = c
        return z[:, :n_z], z[:, n_z : n_z + n_q], z[:, n_z + n_q :]

    def _propagate_matrix(self) -> Array:
        n_x, n_c = self._n_x, self._n_c
        z = np.eye(int(self._offsets[-1]))
        for (matrix, _, _), step in zip(self._jumps, self._steps, strict=True):
            z = matrix @ z
            z[:n_x] = self._flows[step][:, : n_x + n_c] @ z[: n_x + n_c]
        return z

    def _phasors(self, omega: float) -> tuple[Array, Array]:
        """Disturbances before and after the ticks of each instant, shape (n_events, n_q)."""
        before = np.zeros((len(self._events), self._n_q), dtype=complex)
        after = before.copy()
        for j, owner in enumerate(self._owner):
            if owner < 0:
                before[:, j] = after[:, j] = [np.exp(1j * omega * t) for t, _ in self._events]
                continue
            ticks = [t for t, due in self._events if owner in due]
            last = ticks[-1] - self._period
            for k, (t, due) in enumerate(self._events):
                before[k, j] = np.exp(1j * omega * last)
                last = t if owner in due else last
                after[k, j] = np.exp(1j * omega * last)
        return before, after

    def at(self, omega: float) -> Array:
        n_x, n_c, n_q = self._n_x, self._n_c, self._n_q
        before, after = self._phasors(omega)
        continuous = np.array([owner < 0 for owner in self._owner])
        # a continuous sinusoid has the particular solution x = forced*exp(j*omega*t)
        forced = self._scale[:, None] * self._modal.solve(1j * omega, np.where(continuous, self._bx, 0.0))
        turn = np.exp(1j * omega * self._period)
        z = np.zeros((int(self._offsets[-1]), n_q), dtype=complex)
        _, end = self._run(z, omega, before, after, continuous, forced, False)
        z = self._one_period.solve(turn, end)
        held, z = self._run(z, omega, before, after, continuous, forced, True)
        # components at the frequency of held signals, of the disturbances, and of the states
        shares = np.array(
            [self._share(omega, t, h) for (t, _), h in zip(self._events, self._steps, strict=True)], dtype=complex
        )
        c0 = np.tensordot(shares, held, axes=1)
        q0 = np.diag(np.where(continuous, 1.0, shares @ after))
        x0 = self._modal.solve(1j * omega, self._bc @ c0 + self._bx @ q0) * self._scale[:, None]
        rows_x, rows_c, rows_q = self._rows
        result = rows_x @ x0 + rows_c @ c0 + rows_q @ q0
        for i, owner in enumerate(self._read_owner):
            if owner >= 0:
                ticks = [(k, t) for k, (t, due) in enumerate(self._events) if owner in due]
                values = [held[k, self._read_command[i]] * np.exp(-1j * omega * t) for k, t in ticks]
                result[i] = np.mean(values, axis=0)
        return np.asarray(result)

    def _share(self, omega: float, t: float, step: float) -> complex:
        """Part of a value held over a step in the component at a frequency."""
        angle = omega * step
        mean = (1.0 - np.exp(-1j * angle)) / (1j * angle) if angle > 1e-9 else 1.0
        return complex(np.exp(-1j * omega * t) * mean * step / self._period)

    def _run(
        self, z: Array, omega: float, before: Array, after: Array, continuous: Array, forced: Array, keep: bool
    ) -> tuple[Array, Array]:
        """One period from z: held commands after each instant, and z at the end; columns are disturbances."""
        n_x, n_c = self._n_x, self._n_c
        z, held = z.astype(complex), []
        for k, ((matrix, by_before, by_after), step) in enumerate(zip(self._jumps, self._steps, strict=True)):
            z = matrix @ z + by_before * before[k] + by_after * after[k]
            if keep:
                held.append(z[n_x : n_x + n_c].copy())
            flow = self._flows[step]
            x = flow[:, : n_x + n_c] @ z[: n_x + n_c]
            x += flow[:, n_x + n_c :] * np.where(continuous, 0.0, after[k])
            wave = np.exp(1j * omega * self._events[k][0])
            x += wave * (np.exp(1j * omega * step) * forced - flow[:, :n_x] @ forced)
            z[:n_x] = x
        return np.array(held), z


def ticks_of(parts: list[SampledPart], unit: str) -> float:
    """Period of a unit that ticks, s; 0 for another."""
    return next((float(p.member.unit.period) for p in parts if p.member.name == unit), 0.0)  # type: ignore[union-attr]
