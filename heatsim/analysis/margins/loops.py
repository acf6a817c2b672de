"""Margins of the loops of a system at an operating point: each opened at its command, the others closed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from heatsim.analysis.margins.curve import Margins, margins_of
from heatsim.analysis.margins.model import At, LoopModel, loop_model
from heatsim.analysis.margins.modes import Mode, Modes
from heatsim.analysis.margins.path import warning_for
from heatsim.analysis.margins.response import Response, ticks_of
from heatsim.analysis.margins.table import LoopMargins, MarginTable
from heatsim.errors import UsageError
from heatsim.one_at_a_time import one_at_a_time
from heatsim.system.system import System

_LOWEST = 1e-6
_NOTHING = 1e-9


@one_at_a_time
def loop_margins(
    system: System,
    at: At,
    loops: str | Sequence[str] | None = None,
    omega: tuple[float, float] | None = None,
) -> MarginTable:
    """Margins of control loops at an operating point.

    Each loop is opened at its command while the others stay closed. Sampling and hold are in the curve exactly, and so
    is dead time. Whether a loop is stable is decided by the eigenvalues of the closed system, not by the margins.

    Parameters
    ----------
    system
        The system.
    at
        Inputs, for which the steady state is found; or the result of `trim`, of `heatsim.solvers.transfer`, a row of a
        Dataset with states, a checkpoint.
    loops
        Names; None takes all loops of the system.
    omega
        Lowest and highest frequency, rad/s; by default found from the eigenvalues.

    Returns
    -------
    MarginTable
        A row for each loop. Loops inside FMUs have their mode and no margins.

    Raises
    ------
    UsageError
        For an unknown loop, or an operating point of another system.
    SimulationError
        When the system is not differentiable at the point.
    """
    names = [loops] if isinstance(loops, str) else loops
    return margins_of_model(loop_model(system, at, names), omega)


def margins_of_model(
    model: LoopModel, omega: tuple[float, float] | None = None, factors: dict[str, float] | None = None
) -> MarginTable:
    """Margins of the loops of a linear model, their gains multiplied by factors."""
    modes = Modes(model.closed(factors))
    shared = _Loops(model, Response(model, model.scaled(factors or {})) if model.loops else None)
    rows = {}
    for name in model.system.loops:
        if name in model.loops:
            rows[name] = _row(model, name, modes, shared.of(model.index(name)), omega)
        elif name in model.refused:
            rows[name] = _refused(model, name, modes)
    return MarginTable(rows, model.system.name, f"t = {model.point.time:g} s", not modes.unstable().size)


class _Loops:
    """Curves of all loops from one response, which is kept: most loops are asked for the same frequencies."""

    def __init__(self, model: LoopModel, response: Response | None) -> None:
        self._response = response
        self._known: dict[float, np.ndarray] = {}

    def of(self, i: int) -> Callable[[np.ndarray], np.ndarray]:
        def curve(omega: np.ndarray) -> np.ndarray:
            new = [w for w in omega.tolist() if w not in self._known]
            if new and self._response is not None:
                self._known.update(zip(new, self._response(np.array(new)), strict=True))
            closed = np.array([self._known[w][i, i] for w in omega.tolist()])
            # what is added to the command comes back as -L/(1 + L)
            return -closed / (1.0 + closed)

        return curve


def _row(
    model: LoopModel,
    name: str,
    modes: Modes,
    curve: Callable[[np.ndarray], np.ndarray],
    omega: tuple[float, float] | None,
) -> LoopMargins:
    i = model.index(name)
    period = ticks_of(model.parts, model.loops[name].command.partition(".")[0])
    low, high = omega or frequency_range(modes, i)
    if period:
        high = math.pi / period if omega is None else min(high, math.pi / period)
        low = min(low, 1e-2 * high)
    warning = warning_for(model, name)
    turns = np.abs(modes.values.imag)
    seeds = np.unique(np.concatenate([turns[turns > 0], np.abs(modes.values)]))
    unstable = int(modes.unstable(i).size)
    found = margins_of(curve, low, high, unstable=unstable, nyquist=bool(period), seeds=seeds, dt=period)
    if np.abs(found.response.frdata).max() < _NOTHING:
        nothing = "what the command drives does not reach the measurement here (a limit, a closed valve, a held unit)"
        warning = f"{nothing}; {warning}" if warning else nothing
    mode = modes.of_loop(i)
    row = _with_figures(name, found, warning, _method(model, name, period))
    return row if mode is None else _with_mode(row, model, _right_turn(mode, model, modes, found))


def frequency_range(modes: Modes, loop: int) -> tuple[float, float]:
    """From well below the slowest to well above the fastest mode that a loop has a part in."""
    size = np.abs(modes.values)
    part = modes.sensitivity[:, loop]
    own = size[(part > 1e-4) & (size > _LOWEST)]
    if not own.size:
        own = size[size > _LOWEST] if (size > _LOWEST).any() else np.array([1e-3, 1.0])
    return max(0.05 * float(own.min()), _LOWEST), 50.0 * float(own.max())


def _with_figures(name: str, found: Margins, warning: str, method: str) -> LoopMargins:
    return LoopMargins(
        loop=name,
        stable=found.stable,
        gain_margin=found.gain_margin,
        phase_margin=found.phase_margin,
        delay_margin=found.delay_margin,
        Ms=found.Ms,
        w_critical=found.w_critical,
        w_crossover=found.w_crossover,
        response=found.response,
        gain_reduction=found.gain_reduction,
        method=method,
        warning=warning,
    )


def _with_mode(row: LoopMargins, model: LoopModel, mode: Mode) -> LoopMargins:
    names = list(model.loops)
    owner = names[int(np.argmax(mode.sensitivity))] if names and mode.sensitivity.size else ""
    return replace(
        row, eigenvalue=mode.eigenvalue, damping=mode.damping, period=mode.period, owner=owner, units=mode.units
    )


def _right_turn(mode: Mode, model: LoopModel, modes: Modes, found: Margins) -> Mode:
    """The mode with its frequency, of which a common period tells only the rest: where the curve is nearest to -1."""
    period = model.closed().period if model.sampled else 0.0
    if not period or mode.eigenvalue.imag == 0:
        return mode
    rate = 2.0 * math.pi / period
    omega = np.asarray(found.response.omega)
    values = np.ravel(found.response.frdata)
    turns = np.array([abs(sign * mode.eigenvalue.imag + k * rate) for k in range(200) for sign in (1, -1)])
    turns = np.unique(turns[turns <= omega[-1] * 1.001])
    if turns.size < 2:
        return mode
    nearness = np.interp(turns, omega, np.abs(1.0 + values))
    best = float(turns[int(np.argmin(nearness))])
    return replace(mode, eigenvalue=complex(mode.eigenvalue.real, best))


def _method(model: LoopModel, name: str, period: float) -> str:
    """What was done about sampling."""
    others = sorted({float(p.member.unit.period) for p in model.parts if p.member.name != _unit(model, name)})  # type: ignore[union-attr]
    if not others and not period:
        return "continuous"
    if period and all(abs(other - period) < 1e-9 * period for other in others):
        return f"sampled every {period:g} s, exact"
    if period and all(abs(period / other - round(period / other)) < 1e-9 for other in others):
        return f"sampled every {period:g} s with faster units in between, exact"
    listed = ", ".join(f"{other:g}" for other in others)
    own = f"sampled every {period:g} s" if period else "continuous"
    return f"{own}, units that tick every {listed} s in the system: mean response, stability exact"


def _unit(model: LoopModel, name: str) -> str:
    return model.loops[name].command.partition(".")[0]


def _refused(model: LoopModel, name: str, modes: Modes) -> LoopMargins:
    """A loop that cannot be opened: its mode, and why there are no margins."""
    loop = model.system.loops[name]
    unit = loop.command.partition(".")[0]
    mode = modes.of_states(f"{unit}.{name}.") or modes.of_states(f"{unit}.")
    nan = math.nan
    stable = True if mode is None else mode.eigenvalue.real <= 1e-7
    row = LoopMargins(name, stable, nan, nan, nan, nan, nan, nan, None, warning=f"no margins: {model.refused[name]}")
    return row if mode is None else _with_mode(row, model, mode)


def check_loop(model: LoopModel, loop: str) -> None:
    """Raise UsageError for a loop that cannot be opened."""
    if loop in model.refused:
        raise UsageError(f"loop '{loop}' has no margins: {model.refused[loop]}")
