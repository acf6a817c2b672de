"""Linear model of a unit that keeps its equations to itself, from what it answers to small pulses at its inputs.

The answers to a pulse of each input are the Markov parameters of a discrete system, which the eigensystem realisation
algorithm (J.-N. Juang and R. S. Pappa, An eigensystem realization algorithm for modal parameter identification and
model reduction, J. Guidance 8(5), 1985) turns into matrices; their logarithm is the continuous system.
"""

from __future__ import annotations

import math
import time as clock
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.linalg import expm, svd

from heatsim.solvers.compose import Composite
from heatsim.solvers.exchange import Exchange, Slot
from heatsim.solvers.linear_units import LinearUnit
from heatsim.solvers.participant import Participant

_ROWS = 10  # of the Hankel matrix; twice as many steps are run for each input
_FEWEST = 4
_PULSE = 1e-3  # relative to the larger of an input's magnitude and its nominal value
# a unit whose answers to pulses up and down differ by more is not linear enough to be judged
_ASYMMETRY = 0.1
_NOISE = 1e-9
_RANK = 1e-6
_FASTEST = 1e-10
_MISFIT = 0.05


def opaque_models(
    composite: Composite,
    slots: Sequence[Slot],
    t: float,
    x: np.ndarray,
    u: np.ndarray,
    step: float,
    states: Mapping[str, bytes] | None = None,
    seconds: float = math.inf,
) -> tuple[np.ndarray, list[LinearUnit], tuple[str, ...]]:
    """Start the opaque units of a system and identify them.

    Parameters
    ----------
    composite, slots
        The system and its participants, which have not started and are of no other use afterwards.
    t, x, u
        Time in s, states of the graph, externals of which the system inputs and commands are used.
    step
        Length of the pulses, s.
    states
        States of the opaque units; None initialises them.
    seconds
        Wall time that a unit may take.

    Returns
    -------
    tuple
        Externals with the outputs of the opaque units, their linear models, and the names of those that have none.
    """
    others = [slot for slot in slots if not slot.in_graph]
    if not others:
        return u, [], ()
    stop = t + 2 * _ROWS * step
    exchange = Exchange(composite, slots)
    stack = exchange.stack()
    known = composite.commands.stop
    exchange.put_known(stack, u[: composite.n_inputs], u[composite.n_inputs : known])
    exchange.start(t, stop, x, stack, states)
    models, left_out = [], []
    for slot in others:
        found = identified(slot.participant, t, stop, slot.inputs(stack), step, seconds)
        if found is None:
            left_out.append(slot.participant.name)
        else:
            models.append(found)
    return exchange.externals(stack).copy(), models, tuple(left_out)


def identified(
    participant: Participant, t: float, stop: float, u: np.ndarray, step: float, seconds: float = math.inf
) -> LinearUnit | None:
    """Linear model of a participant around its present state; its state is the same afterwards.

    Parameters
    ----------
    participant
        A started unit that can go back.
    t, stop
        Present time, and the latest that it may go to, s.
    u
        Its inputs, shape (n_inputs,).
    step
        Length of the pulses, s.
    seconds
        Wall time that may be taken.

    Returns
    -------
    LinearUnit or None
        None when it cannot go back, there is no time for the pulses, or it does not behave like a linear system.
    """
    rows = min(_ROWS, int((stop - t) / step * (1 + 1e-9)) // 2)
    if not participant.can_rollback or rows < _FEWEST // 2:
        return None
    pulses = _PULSE * np.maximum(np.abs(u), [abs(port.nominal) or 1.0 for port in participant.inputs])
    m, p = u.size, len(participant.outputs)
    scale = np.array([abs(port.nominal) or 1.0 for port in participant.outputs])
    through = np.zeros((p, m))
    answers = np.zeros((2 * rows, p, m))
    kept = participant.save()
    try:
        began = clock.perf_counter()
        quiet = _answer(participant, t, u, np.zeros(m), step, 2 * rows)
        if (clock.perf_counter() - began) * (1 + 2 * m) > seconds:
            return None
        for j in range(m):
            halves = []
            for sign in (1.0, -1.0):
                participant.restore(kept)
                pulse = np.zeros(m)
                pulse[j] = sign * pulses[j]
                halves.append(_answer(participant, t, u, pulse, step, 2 * rows) - quiet)
            up, down = halves
            if (np.abs(up + down).max(axis=0) > _ASYMMETRY * np.abs(up - down).max(axis=0) + _NOISE * scale).any():
                return None
            middle = 0.5 * (up - down) / pulses[j]
            through[:, j] = middle[0]
            answers[:, :, j] = middle[1:]
    finally:
        participant.restore(kept)
        participant.discard(kept)
    matrices = _realised(answers, pulses, scale, rows, step)
    if matrices is None:
        return None
    names = tuple(port.name for port in participant.inputs), tuple(port.name for port in participant.outputs)
    return LinearUnit(participant.name, *names, *matrices, through)


def _answer(
    participant: Participant, t: float, u: np.ndarray, pulse: np.ndarray, step: float, count: int
) -> np.ndarray:
    """Outputs at the start with the pulse, then at the end of each step without it, shape (count + 1, n_outputs)."""
    rows = [participant.output(t, u + pulse).copy()]
    for k in range(count):
        held = np.zeros((3, u.size))
        held[0] = u + pulse if k == 0 else u
        participant.advance(t + k * step, t + (k + 1) * step, held)
        rows.append(participant.output(t + (k + 1) * step, u).copy())
    return np.stack(rows)


def _realised(
    answers: np.ndarray, pulses: np.ndarray, scale: np.ndarray, rows: int, step: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """A, B, C of the continuous system with these answers at the ends of steps."""
    _, p, m = answers.shape
    scaled = answers * pulses / scale[:, None]
    if np.abs(scaled).max(initial=0.0) <= _NOISE:
        return np.zeros((0, 0)), np.zeros((0, m)), np.zeros((p, 0))
    hankel = np.block([[scaled[i + j] for j in range(rows)] for i in range(rows)])
    shifted = np.block([[scaled[i + j + 1] for j in range(rows)] for i in range(rows - 1)])
    left, sizes, right = svd(hankel[: (rows - 1) * p])
    rank = int((sizes > _RANK * sizes[0]).sum())
    root = np.sqrt(sizes[:rank])
    u, v = left[:, :rank], right[:rank]
    discrete = (u.T @ shifted @ v.T) / root[:, None] / root[None, :]
    b = (root[:, None] * v)[:, :m] / pulses
    c = (u * root)[:p] * scale[:, None]
    values, vectors = np.linalg.eig(discrete)
    values = np.where(np.abs(values) < _FASTEST, _FASTEST, values)
    a = np.real(vectors @ np.diag(np.log(values.astype(complex))) @ np.linalg.inv(vectors)) / step
    grown = expm(np.block([[a * step, np.eye(rank) * step], [np.zeros((rank, 2 * rank))]]))
    if np.linalg.norm(grown[:rank, :rank] - discrete) > _MISFIT * max(1.0, float(np.linalg.norm(discrete))):
        # a mode that changes its sign at each step has no continuous system
        return None
    return a, np.linalg.solve(grown[:rank, rank:], b), c
