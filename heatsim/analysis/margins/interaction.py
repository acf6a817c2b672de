"""Interaction of loops: relative gains, Niederlinski's index, and what closing the others does to each loop.

Relative gain array (Bristol, 1966): the gain of a loop with all others open over that with all others under perfect
control, `G x (G^-1)^T` element by element. Near 1 is good; a negative one on a pairing means that the loop changes its
sign when the others close, and with integral action in all of them something is unstable (Grosdidier, Morari and Holt,
1985). So does a negative index of Niederlinski (1971), `det G(0)/prod g_ii(0)`. Between loops of finite speed the
interaction is `max |T (L_closed/L_open - 1)|`: below 1, closing the others cannot make the loop unstable (small gain).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from threadpoolctl import threadpool_limits

from heatsim.analysis.margins.loops import check_loop, curve_of, margins_of_model
from heatsim.analysis.margins.model import At, LoopModel, loop_model
from heatsim.analysis.margins.modes import Modes
from heatsim.analysis.margins.response import Response
from heatsim.errors import SimulationError, UsageError
from heatsim.one_at_a_time import one_at_a_time
from heatsim.system.system import System

_STATIC = 1e-7
_POINTS = 60
_LEAST = 1e-9


@dataclass(frozen=True)
class RelativeGain:
    """Relative gains of loops; rows are measurements, columns are commands, in the order of `loops`.

    Attributes
    ----------
    loops
        Names of the loops.
    static
        Relative gain array at rest, shape (n, n).
    omega, dynamic
        Frequencies (rad/s) and arrays there, complex, shape (n_frequencies, n, n).
    gains
        Static gains in SI units, shape (n, n); where a measurement integrates (a level, a charge) its rate per command,
        1/s. The relative gains are the same for either.
    niederlinski
        Index of this pairing; negative: unstable with integral action in all loops.
    interaction
        By loop: peak of what closing the others changes; above 1 they could destabilise it; inf where the loop is
        unstable without them.
    crossover
        Frequency of each loop's gain crossover, rad/s; NaN when it has none.
    advice
        Sentences.
    """

    loops: tuple[str, ...]
    static: np.ndarray
    omega: np.ndarray
    dynamic: np.ndarray
    gains: np.ndarray
    niederlinski: float
    interaction: dict[str, float]
    crossover: dict[str, float]
    advice: tuple[str, ...]

    def __str__(self) -> str:
        width = max(14, *(len(name) + 2 for name in self.loops))
        lines = ["relative gains at rest (rows: controlled variable of, columns: command of)"]
        lines.append(" " * width + "".join(f"{name:>{width}}" for name in self.loops))
        for name, row in zip(self.loops, self.static, strict=True):
            lines.append(f"{name:<{width}}" + "".join(f"{value:>{width}.3g}" for value in row))
        lines.append(f"Niederlinski index {self.niederlinski:.3g}")
        lines += [f"{name}: interaction {value:.3g}" for name, value in self.interaction.items()]
        return "\n".join([*lines, *self.advice])

    def print(self) -> None:
        """Print the array and the advice."""
        print(self)


@one_at_a_time
def relative_gain(
    system: System, at: At, loops: Sequence[str], omega: Sequence[float] | np.ndarray | None = None
) -> RelativeGain:
    """Relative gain array of loops at an operating point.

    Parameters
    ----------
    system
        The system. Loops that are not named stay closed.
    at
        As for `loop_margins`.
    loops
        Names of two loops or more.
    omega
        Frequencies, rad/s; default around the crossovers of the loops.

    Raises
    ------
    UsageError
        For fewer than two loops, or one that cannot be opened.
    SimulationError
        When a command moves none of the measurements, or the commands do the same.
    """
    names = list(loops)
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError("relative_gain: name two different loops or more")
    with threadpool_limits(1, "blas"):
        model = loop_model(system, at, names)
        for name in names:
            check_loop(model, name)
        return _of_model(model, names, None if omega is None else np.asarray(omega, dtype=float))


def _of_model(model: LoopModel, names: list[str], omega: np.ndarray | None) -> RelativeGain:
    order = [model.index(name) for name in names]
    table = margins_of_model(model)
    crossover = {name: table[name].w_crossover for name in names}
    known = [w for w in crossover.values() if np.isfinite(w)]
    if omega is None:
        low, high = (0.03 * min(known), 30.0 * max(known)) if known else (1e-4, 1.0)
        omega = np.geomspace(low, high, _POINTS)
    process = Response(model, model.scaled(dict.fromkeys(names, 0.0)), model.measured)
    pick = np.ix_(order, order)
    static = _static(process(np.array([_STATIC, 10.0 * _STATIC]))[:, pick[0], pick[1]])
    dynamic = np.array([_array(g[pick], names) for g in process(omega)])
    relative = np.real(_array(static, names))
    diagonal = np.prod(np.diag(static))
    index = float(np.linalg.det(static) / diagonal) if diagonal else float("nan")
    closed = Response(model)
    interaction = {}
    for i, name in enumerate(names):
        others = {other: 0.0 for other in names if other != name}
        if Modes(model, others).unstable(order[i]).size:
            interaction[name] = np.inf
            continue
        alone = curve_of(Response(model, model.scaled(others)), order[i])(omega)
        both = curve_of(closed, order[i])(omega)
        small = np.abs(alone) < _LEAST
        change = np.where(small, 0.0, alone / (1.0 + alone) * (both / np.where(small, 1.0, alone) - 1.0))
        interaction[name] = float(np.max(np.abs(change)))
    advice = _advice(names, relative, dynamic, omega, crossover, index, interaction)
    return RelativeGain(tuple(names), relative, omega, dynamic, static, index, interaction, crossover, advice)


def _static(gains: np.ndarray) -> np.ndarray:
    """Gains at rest from those at the lowest frequency and at ten times it, shape (2, n, n); rows that integrate in s.

    The relative gains do not depend on a factor on a row, so an integrator is taken out of all of it.
    """
    size = np.abs(gains).max(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.round(np.log10(size[0] / size[1]))
    integrates = np.where(np.isfinite(order), np.maximum(order, 0.0), 0.0)
    return np.asarray(np.real(gains[0] * (1j * _STATIC) ** integrates[:, None]))


def _array(gains: np.ndarray, names: list[str]) -> np.ndarray:
    """Relative gain array of a matrix of gains."""
    scaled = gains
    for axis, what in (
        (0, "command of {} moves none of the measurements"),
        (1, "measurement of {} is moved by none of the commands"),
    ):
        size = np.abs(scaled).max(axis=axis)
        if (size == 0).any() or not np.isfinite(size).all():
            raise SimulationError(f"relative_gain: the {what.format(names[int(np.argmin(size))])} at this point")
        scaled = scaled / (size if axis == 0 else size[:, None])
    if np.linalg.cond(scaled) > 1e10:
        raise SimulationError(
            "relative_gain: the commands of these loops do the same to their measurements; leave one out"
        )
    return np.asarray(scaled * np.linalg.inv(scaled).T)


def _advice(
    names: list[str],
    static: np.ndarray,
    dynamic: np.ndarray,
    omega: np.ndarray,
    crossover: dict[str, float],
    index: float,
    interaction: dict[str, float],
) -> tuple[str, ...]:
    words = []
    for i, name in enumerate(names):
        gain = float(static[i, i])
        if gain < 0:
            words.append(
                f"{name}: relative gain {gain:.2g}, its sign turns when the others close; do not pair it so, or keep "
                "the others in manual"
            )
        elif gain < 0.67:
            words.append(
                f"{name}: relative gain {gain:.2g}, its gain grows {1 / gain:.2g}-fold when the others act fully"
            )
        elif gain > 1.5:
            words.append(f"{name}: relative gain {gain:.2g}, the others take away {1 - 1 / gain:.0%} of its effect")
        w = crossover[name]
        if np.isfinite(w):
            here = complex(dynamic[int(np.argmin(np.abs(np.log(omega / w)))), i, i])
            if abs(here - 1.0) > 0.5:
                words.append(
                    f"{name}: at its crossover ({w:.2g} rad/s) the relative gain is {abs(here):.2g}, far from 1"
                )
        if np.isinf(interaction[name]):
            words.append(f"{name}: unstable with the others open, it relies on them; tune them first")
        elif interaction[name] > 1.0:
            words.append(f"{name}: interaction {interaction[name]:.2g} above 1, the other loops could make it unstable")
    if index < 0:
        words.append(
            f"Niederlinski index {index:.2g} is negative: with integral action in all loops this pairing is unstable"
        )
    # the pairing whose relative gains are nearest to 1, negative ones excluded
    cost = np.where(static > 0, np.abs(np.log(np.maximum(static, 1e-6))), 1e3)
    rows, columns = linear_sum_assignment(cost)
    if (columns != rows).any() and cost[rows, columns].sum() < cost[rows, rows].sum() - 0.1:
        pairs = ", ".join(f"{names[j]}'s command for {names[i]}" for i, j in zip(rows, columns, strict=True) if i != j)
        words.append(f"better paired at rest: {pairs}")
    return tuple(words) or ("the loops hardly interact: tune each by itself",)
