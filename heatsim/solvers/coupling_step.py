"""One step of a co-simulation of linear units as a matrix, and its spectral radius.

Between exchanges every participant follows its own linear system exactly (matrix exponential), with the signals of the
others as polynomials of time. So the map from one exchange to the next is linear, and the co-simulation of the linear
system is stable when no eigenvalue of the map exceeds 1 in magnitude: held signals of a thermal bond with the time
constant C/UA up to 2 C/UA, as for Euler's method, linear ones up to C/UA, as for that of Adams and Bashforth.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag, expm

from heatsim.solvers.linear_units import LinearSystem

_DEGREE = {"held": 0, "linear": 1, "quadratic": 2}


@dataclass(frozen=True)
class Group:
    """A participant: `dx/dt = A x + E s`, where s are the signals from the others that it takes.

    Attributes
    ----------
    states
        Its states in the stack of all.
    takes, gives
        Indices of the coupling signals that it takes and gives.
    A, E
        Matrices on its states, and on the signals it takes.
    degree
        Highest degree of the polynomials that it can take.
    """

    states: slice
    takes: np.ndarray
    gives: np.ndarray
    A: np.ndarray
    E: np.ndarray
    degree: int = 2


@dataclass(frozen=True)
class Coupling:
    """Participants and the signals between them: `s = C x + D s`.

    Attributes
    ----------
    groups
        Participants, in the order of the system.
    signals
        (unit, output) of each coupling signal.
    C, D
        Signals from all states, and from signals (feed-through of a participant that takes some).
    """

    groups: tuple[Group, ...]
    signals: tuple[tuple[str, str], ...]
    C: np.ndarray
    D: np.ndarray

    @property
    def now(self) -> np.ndarray:
        """Signals from the states when all feed-through is followed up, shape (n_signals, n_states)."""
        return np.asarray(np.linalg.solve(np.eye(self.D.shape[0]) - self.D, self.C))

    @property
    def monolithic(self) -> np.ndarray:
        """Matrix of the whole system, as the monolithic method integrates it; shape (n_states, n_states)."""
        now = self.now
        through = [g.E @ now[g.takes] for g in self.groups]
        return np.concatenate([np.zeros((0, now.shape[1])), *through]) + _diagonal([g.A for g in self.groups])


def couple(
    system: LinearSystem,
    groups: Sequence[Collection[str]],
    frozen: Collection[tuple[str, str]] = (),
    degrees: Mapping[str, int] | None = None,
) -> Coupling:
    """Participants from groups of units, each solved as a whole.

    Parameters
    ----------
    system
        Linear units.
    groups
        Names of the units of each participant; a unit that is in none is left out, its signals are constant.
    frozen
        Inputs (unit, name) that are held constant.
    degrees
        Highest degree of input polynomials of units that cannot take parabolas.
    """
    owner = {unit: g for g, names in enumerate(groups) for unit in names}
    of_input = np.array([owner.get(unit, -1) for unit, _ in system.inputs], dtype=int)
    of_output = np.array([owner.get(unit, -1) for unit, _ in system.outputs], dtype=int)
    inside = of_input[:, None] == of_output[None, :]
    alive = np.array([key not in frozen for key in system.inputs], dtype=bool)
    used = (of_input >= 0)[:, None] & (of_output >= 0)[None, :] & alive[:, None]
    own, cross = np.where(inside & used, system.links, 0.0), np.where(~inside & used, system.links, 0.0)
    chosen = np.flatnonzero(np.any(cross != 0.0, axis=0))
    cross = cross[:, chosen]
    a, b, c, d = (_stacked(system, m) for m in "ABCD")
    # outputs of a group with the connections inside of it followed up
    inner = np.linalg.inv(np.eye(c.shape[0]) - d @ own)
    c, d = inner @ c, inner @ d
    a, b = a + b @ own @ c, b + b @ own @ d
    e, through, observed = b @ cross, (d @ cross)[chosen], c[chosen]
    state_owner = np.concatenate(
        [np.zeros(0, dtype=int), *(np.full(u.A.shape[0], owner.get(u.name, -1)) for u in system.units)]
    )
    visible = _visible(a, observed)
    result: list[Group] = []
    order: list[np.ndarray] = []
    first = 0
    for g in range(len(groups)):
        states = np.flatnonzero(visible & (state_owner == g))
        rows = np.flatnonzero(of_input == g)
        takes = np.flatnonzero(np.any(cross[rows] != 0.0, axis=0))
        gives = np.flatnonzero(of_output[chosen] == g)
        piece = slice(first, first + states.size)
        degree = min([2, *((degrees or {}).get(unit, 2) for unit in groups[g])])
        result.append(Group(piece, takes, gives, a[np.ix_(states, states)], e[np.ix_(states, takes)], degree))
        order.append(states)
        first += states.size
    everything = np.concatenate([np.zeros(0, dtype=int), *order])
    return Coupling(tuple(result), tuple(system.outputs[i] for i in chosen), observed[:, everything], through)


def _stacked(system: LinearSystem, which: str) -> np.ndarray:
    return _diagonal([getattr(unit, which) for unit in system.units])


def _diagonal(blocks: list[np.ndarray]) -> np.ndarray:
    # of no block at all scipy makes a matrix with one row
    return np.asarray(block_diag(*blocks)) if blocks else np.zeros((0, 0))


def _visible(a: np.ndarray, c: np.ndarray) -> np.ndarray:
    """States that reach a coupling signal; meters do not, and the boundaries of stability do not depend on them."""
    visible: np.ndarray = np.any(c != 0.0, axis=0)
    while True:
        more = visible | np.any(a[visible] != 0.0, axis=0)
        if np.array_equal(more, visible):
            return visible
        visible = more


@dataclass(frozen=True)
class Transition:
    """Exact solution of all participants over a step for signals `s(tau) = a + b*tau/H + q*(tau/H)**2`.

    `state` is the map of the states, shape (n, n); `signals[k]` what the coefficient of degree k adds, (n, n_signals).
    """

    state: np.ndarray
    signals: tuple[np.ndarray, np.ndarray, np.ndarray]


def transition(coupling: Coupling, step: float) -> Transition:
    """Matrix exponentials of all participants over `step`.

    The polynomial is part of an enlarged linear system, so that no inverse of A is needed (C. Van Loan, Computing
    integrals involving the matrix exponential, IEEE Trans. Automatic Control 23(3), 1978).
    """
    n, m = coupling.C.shape[1], coupling.C.shape[0]
    state = np.zeros((n, n))
    signals = (np.zeros((n, m)), np.zeros((n, m)), np.zeros((n, m)))
    for g in coupling.groups:
        k, j = g.A.shape[0], g.takes.size
        if k == 0:
            continue
        big = np.zeros((k + 3 * j, k + 3 * j))
        big[:k, :k], big[:k, k : k + j] = g.A * step, g.E * step
        # constant, then slope, then twice the curvature: each is the derivative of the one before in scaled time
        big[k : k + 2 * j, k + j :] = np.eye(2 * j)
        grown = expm(big)
        state[g.states, g.states] = grown[:k, :k]
        held, line, parabola = (grown[:k, k + d * j : k + (d + 1) * j] for d in range(3))
        signals[0][g.states, g.takes] = held
        if g.degree >= 1:
            signals[1][g.states, g.takes] = line
            # a participant that cannot take a parabola is given its chord
            signals[2][g.states, g.takes] = 2.0 * parabola if g.degree == 2 else line
        else:
            # one that only holds its inputs holds them at their mean over the step
            signals[1][g.states, g.takes] = held / 2.0
            signals[2][g.states, g.takes] = held / 3.0
    return Transition(state, signals)


def step_matrix(
    coupling: Coupling, moved: Transition, method: str, extrapolation: str, order: Sequence[int] | None = None
) -> np.ndarray:
    """Map from one exchange to the next, on the states and the signals of earlier exchanges.

    Parameters
    ----------
    coupling
        The participants.
    moved
        Their exact solution from one exchange to the next.
    method
        "jacobi", "gauss_seidel" or "iterated" (converged).
    extrapolation
        "held", "linear" or "quadratic".
    order
        Order of the participants for Gauss-Seidel.
    """
    n, m = coupling.C.shape[1], coupling.C.shape[0]
    degree = _DEGREE[extrapolation]
    size = n + degree * m
    now = np.zeros((m, size))
    now[:, :n] = coupling.now
    earlier = [np.eye(m, size, n + k * m) for k in range(degree)]
    coefficients = _extrapolated(now, earlier)
    following = np.zeros((size, size))
    known = np.eye(n, size)
    if method == "jacobi":
        following[:n] = moved.state @ known + sum(g @ c for g, c in zip(moved.signals, coefficients, strict=False))
    elif method == "gauss_seidel":
        following[:n] = _gauss_seidel(coupling, moved, now, coefficients, earlier, order)
    else:
        # s at the end is C x_end + D s_end, and x_end depends on s_end by the interpolation
        end, begin = _interpolated(moved, now, earlier)
        free = moved.state @ known + begin
        ahead = np.linalg.solve(np.eye(m) - coupling.C @ end - coupling.D, coupling.C @ free)
        following[:n] = free + end @ ahead
    if degree:
        following[n : n + m] = now
        if degree == 2:
            following[n + m :, n : n + m] = np.eye(m)
    return following


def _extrapolated(now: np.ndarray, earlier: list[np.ndarray]) -> list[np.ndarray]:
    """Coefficients in tau/H of the polynomial through this exchange and those before."""
    if not earlier:
        return [now]
    if len(earlier) == 1:
        return [now, now - earlier[0]]
    return [now, 1.5 * now - 2.0 * earlier[0] + 0.5 * earlier[1], 0.5 * now - earlier[0] + 0.5 * earlier[1]]


def _interpolated(moved: Transition, now: np.ndarray, earlier: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """What signals that are interpolated add to the states: factor of their values at the end, and the rest."""
    held, line, parabola = moved.signals
    if not earlier:
        return held, np.zeros((held.shape[0], now.shape[1]))
    if len(earlier) == 1:
        return line, (held - line) @ now
    return 0.5 * (line + parabola), (held - parabola) @ now + 0.5 * (parabola - line) @ earlier[0]


def _gauss_seidel(
    coupling: Coupling,
    moved: Transition,
    now: np.ndarray,
    coefficients: list[np.ndarray],
    earlier: list[np.ndarray],
    order: Sequence[int] | None,
) -> np.ndarray:
    """States at the end when each participant takes the end values of those that advanced before it."""
    n, size = coupling.C.shape[1], now.shape[1]
    result = np.zeros((n, size))
    ahead = np.zeros_like(now)
    done = np.zeros(now.shape[0], dtype=bool)
    for g in order if order is not None else range(len(coupling.groups)):
        group = coupling.groups[g]
        new, old = np.flatnonzero(done), np.flatnonzero(~done)
        a, b, q = (m[group.states][:, new] for m in moved.signals)
        chosen = Transition(moved.state[group.states], (a, b, q))
        end, begin = _interpolated(chosen, now[new], [e[new] for e in earlier])
        value = chosen.state @ np.eye(n, size) + end @ ahead[new] + begin
        for matrix, c in zip(moved.signals, coefficients, strict=False):
            value += matrix[group.states][:, old] @ c[old]
        result[group.states] = value
        taken = np.where(done[:, None], ahead, sum(coefficients))
        ahead[group.gives] = coupling.C[group.gives][:, group.states] @ value + coupling.D[group.gives] @ taken
        done[group.gives] = True
    return result


def iteration_matrix(
    coupling: Coupling, moved: Transition, extrapolation: str, order: Sequence[int] | None = None
) -> np.ndarray:
    """Map from one iterate of the signals at the end of a step to the next; plain iteration converges below radius 1.

    Participants advance one after the other; each takes what those before it gave in the same iteration.
    """
    m = coupling.C.shape[0]
    earlier = [np.zeros((m, 1))] * _DEGREE[extrapolation]
    end, _ = _interpolated(moved, np.zeros((m, 1)), earlier)
    answer = coupling.C @ end + coupling.D
    rank = np.zeros(m, dtype=int)
    for position, g in enumerate(order if order is not None else range(len(coupling.groups))):
        rank[coupling.groups[g].gives] = position
    new = np.where(rank[None, :] < rank[:, None], answer, 0.0)
    return np.asarray(np.linalg.solve(np.eye(m) - new, answer - new))


def spectral_radius(matrix: np.ndarray, beyond: int = 0) -> float:
    """Largest magnitude of an eigenvalue, apart from the `beyond` largest."""
    sizes = np.sort(np.abs(np.linalg.eigvals(matrix)))
    return float(sizes[: sizes.size - beyond].max(initial=0.0))
