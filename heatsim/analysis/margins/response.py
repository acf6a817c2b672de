"""Frequency response from disturbances at the commands of loops to signals of a system, also with units that tick.

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

import numpy as np
import scipy.linalg as sl

from heatsim.analysis.linear_sampling import tick_pattern, transition
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

    def __init__(
        self, model: LoopModel, plant: LinearPlant | None = None, outputs: list[Channel] | None = None
    ) -> None:
        plant = model.plant if plant is None else plant
        read = model.channels if outputs is None else outputs
        self._count = len(model.channels)
        self._method = _Hybrid(model, plant, read) if model.sampled else _Continuous(plant, read)

    def column(self, omega: Array, loop: int) -> Array:
        """Response of all outputs to one disturbance at frequencies (rad/s), shape (n_frequencies, n_outputs)."""
        return self._method.at(np.atleast_1d(np.asarray(omega, dtype=float)), loop).T

    def __call__(self, omega: Array) -> Array:
        """Responses to all disturbances, shape (n_frequencies, n_outputs, n_loops)."""
        return np.stack([self.column(omega, j) for j in range(self._count)], axis=-1)


class _Triangle:
    """Schur form of a matrix A: solves (s - A) x = b for many s."""

    def __init__(self, matrix: Array) -> None:
        self._empty = not matrix.size
        if not self._empty:
            triangle, self.basis = sl.schur(matrix, output="complex")
            self._triangle = np.asfortranarray(triangle)
            self._diagonal = np.arange(len(triangle))

    def solve(self, s: Array, right: Array) -> Array:
        """Column k of the result belongs to s[k] and to column k of `right`, or to its only one."""
        if self._empty:
            return np.zeros((right.shape[0], s.size), dtype=complex)
        turned = self.basis.conj().T @ right
        result = np.empty((len(turned), s.size), dtype=complex)
        values = self._triangle[self._diagonal, self._diagonal].copy()
        work = self._triangle.copy(order="F")
        for k, value in enumerate(s):
            work[self._diagonal, self._diagonal] = values - value
            result[:, k], _ = sl.lapack.ztrtrs(work, -turned[:, min(k, turned.shape[1] - 1)])
        return np.asarray(self.basis @ result)


def _rows(plant: LinearPlant, read: list[Channel]) -> tuple[Array, Array, Array]:
    """Matrices of the channels on states, commands and disturbances."""
    vectors = {"signal": plant.signals, "input": plant.inputs}
    n_x, n_c, n_q = plant.derivative.x.shape[0], plant.derivative.c.shape[1], plant.derivative.q.shape[1]
    x, c, q = np.zeros((len(read), n_x)), np.zeros((len(read), n_c)), np.zeros((len(read), n_q))
    for i, channel in enumerate(read):
        if channel.kind == "state":
            x[i, channel.index] = 1.0
        else:
            row = vectors[channel.kind][channel.index]
            x[i], c[i], q[i] = row.x, row.c, row.q
    return x, c, q


class _Continuous:
    """x' = A x + B q, y = C x + D q with states of like magnitude."""

    def __init__(self, plant: LinearPlant, read: list[Channel]) -> None:
        scale = plant.nominal
        rows, _, self._d = _rows(plant, read)
        keep = _matters(plant.derivative.x, rows)
        self._triangle = _Triangle((plant.derivative.x * scale / scale[:, None])[np.ix_(keep, keep)])
        self._b = (plant.derivative.q / scale[:, None])[keep]
        self._c = (rows * scale)[:, keep]

    def at(self, omega: Array, j: int) -> Array:
        return np.asarray(self._c @ self._triangle.solve(1j * omega, self._b[:, [j]]) + self._d[:, [j]])


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
        self._n_x, n_c = plant.derivative.x.shape[0], plant.derivative.c.shape[1]
        self._held = slice(self._n_x, self._n_x + n_c)
        self._first = len(model.composite.outputs) + model.composite.n_inputs
        self._offsets = np.cumsum([self._n_x + n_c, *(len(part.step.memory) for part in model.parts)])
        owner = {self._first + c: i for i, part in enumerate(model.parts) for c in part.commands}
        # unit that ticks whose command is disturbed or read, or -1
        self._owner = [owner.get(c.index, -1) for c in model.channels]
        self._reader = [owner.get(c.index, -1) if c.kind == "signal" else -1 for c in read]
        self._command = [c.index - self._first for c in read]
        self._rows = _rows(plant, read)
        self._bx, self._bc = plant.derivative.q / scale[:, None], plant.derivative.c / scale[:, None]
        self._triangle = _Triangle(plant.derivative.x * scale / scale[:, None])
        self._jumps = [self._jump(due) for _, due in self._events]
        ends = [t for t, _ in self._events[1:]] + [self._period]
        self._steps = [round(end - t, 9) for (t, _), end in zip(self._events, ends, strict=True)]
        self._flows = {h: transition(plant.derivative, scale, h) for h in set(self._steps)}
        z = np.eye(int(self._offsets[-1]))
        for (matrix, _, _), step in zip(self._jumps, self._steps, strict=True):
            z = matrix @ z
            z[: self._n_x] = self._flows[step][:, : self._held.stop] @ z[: self._held.stop]
        self._one_period = _Triangle(z)

    def _jump(self, due: list[int]) -> tuple[Array, Array, Array]:
        """Jump at an instant: new z from the old one, and from the disturbances before and after the ticks."""
        plant, n_z, n_q = self._plant, int(self._offsets[-1]), self._plant.seen.q.shape[1]
        z = np.eye(n_z, n_z + 2 * n_q)
        before, after = np.eye(n_q, n_z + 2 * n_q, n_z), np.eye(n_q, n_z + 2 * n_q, n_z + n_q)
        x, c = z[: self._n_x], z[self._held].copy()
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
        z[self._held] = c
        return z[:, :n_z], z[:, n_z : n_z + n_q], z[:, n_z + n_q :]

    def _phasors(self, omega: Array, j: int) -> tuple[Array, Array]:
        """A disturbance before and after the ticks of each instant, shape (n_events, n_frequencies)."""
        instants = np.array([t for t, _ in self._events])
        owner = self._owner[j]
        if owner < 0:
            wave = np.exp(1j * np.outer(instants, omega))
            return wave, wave
        last = [t for t, due in self._events if owner in due][-1] - self._period
        before, after = [], []
        for t, due in self._events:
            before.append(last)
            last = t if owner in due else last
            after.append(last)
        return np.exp(1j * np.outer(before, omega)), np.exp(1j * np.outer(after, omega))

    def at(self, omega: Array, j: int) -> Array:
        before, after = self._phasors(omega, j)
        continuous = self._owner[j] < 0
        forced = None
        if continuous:
            # a continuous sinusoid has the particular solution x = forced*exp(j*omega*t)
            forced = self._scale[:, None] * self._triangle.solve(1j * omega, self._bx[:, [j]])
        n_z = int(self._offsets[-1])
        _, end = self._run(np.zeros((n_z, omega.size), dtype=complex), omega, j, before, after, forced)
        z = self._one_period.solve(np.exp(1j * omega * self._period), end)
        held, _ = self._run(z, omega, j, before, after, forced)
        # components at the frequency itself of what is held, of the disturbance, and of the states
        shares = np.array([self._share(omega, t, h) for (t, _), h in zip(self._events, self._steps, strict=True)])
        c0 = (shares[:, None, :] * held).sum(axis=0)
        q0 = np.ones(omega.size) if continuous else (shares * after).sum(axis=0)
        drive = _times(self._bc, c0) + self._bx[:, [j]] * q0
        x0 = self._triangle.solve(1j * omega, drive) * self._scale[:, None]
        rows_x, rows_c, rows_q = self._rows
        result = _times(rows_x, x0) + _times(rows_c, c0) + rows_q[:, [j]] * q0
        for i, owner in enumerate(self._reader):
            if owner >= 0:
                ticks = [(k, t) for k, (t, due) in enumerate(self._events) if owner in due]
                values = [held[k, self._command[i]] * np.exp(-1j * omega * t) for k, t in ticks]
                result[i] = np.mean(values, axis=0)
        return np.asarray(result)

    def _share(self, omega: Array, t: float, step: float) -> Array:
        """Part of a value held over a step in the component at a frequency."""
        return np.asarray(
            np.exp(-1j * omega * (t + 0.5 * step)) * np.sinc(0.5 * omega * step / np.pi) * step / self._period
        )

    def _run(
        self, z: Array, omega: Array, j: int, before: Array, after: Array, forced: Array | None
    ) -> tuple[Array, Array]:
        """One period from z: held commands after each instant, and z at the end; columns are frequencies."""
        held = []
        for k, ((matrix, by_before, by_after), step) in enumerate(zip(self._jumps, self._steps, strict=True)):
            z = _times(matrix, z) + by_before[:, [j]] * before[k] + by_after[:, [j]] * after[k]
            held.append(z[self._held].copy())
            flow = self._flows[step]
            x = _times(flow[:, : self._held.stop], z[: self._held.stop])
            if forced is None:
                x += flow[:, [self._held.stop + j]] * after[k]
            else:
                wave = np.exp(1j * omega * self._events[k][0])
                x += wave * (np.exp(1j * omega * step) * forced - _times(flow[:, : self._n_x], forced))
            z[: self._n_x] = x
        return np.array(held), z


def _times(real: Array, values: Array) -> Array:
    """Product of a real matrix with a complex one, without a complex copy of the former."""
    return np.asarray(real @ values.real + 1j * (real @ values.imag))
