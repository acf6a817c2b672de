"""Margins of the loops of a system at an operating point: each opened at its command, the others closed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from heatsim.analysis.margins.curve import Curve, Margins, margins_of
from heatsim.analysis.margins.model import At, LoopModel, loop_model
from heatsim.analysis.margins.modes import GROWS, SEEN, Mode, Modes, ticks_of
from heatsim.analysis.margins.path import warning_for
from heatsim.analysis.margins.response import Response
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
    with threadpool_limits(1, "blas"):  # many small matrices, for which several threads are slower
        return margins_of_model(loop_model(system, at, names), omega)


def margins_of_model(model: LoopModel, omega: tuple[float, float] | None = None) -> MarginTable:
    """Margins of the loops of a linear model."""
    modes = Modes(model)
    response = Response(model)
    rows = {}
    for name in model.system.loops:
        if name in model.loops:
            rows[name] = _row(model, name, modes, curve_of(response, model.index(name)), 1.0, omega)
        elif name in model.refused:
            rows[name] = _refused(model, name, modes)
    return MarginTable(rows, model.system.name, f"t = {model.point.time:g} s", not modes.unstable().size)


def margins_at_gains(model: LoopModel, loop: str, factors: Sequence[float]) -> list[LoopMargins]:
    """Margins of one loop with its gain multiplied by factors, each with its own modes."""
    curve = curve_of(Response(model), model.index(loop))
    return [_row(model, loop, Modes(model, {loop: factor}), curve, factor, None) for factor in factors]


def curve_of(response: Response, loop: int) -> Curve:
    """L of a loop, negative feedback, from the response of the closed system at its command; points are kept."""
    known: dict[float, complex] = {}

    def curve(omega: np.ndarray) -> np.ndarray:
        new = np.array([w for w in omega.tolist() if w not in known])
        if new.size:
            closed = response.column(new, loop)[:, loop]
            # what is added to the command comes back as -L/(1 + L)
            known.update(zip(new.tolist(), -closed / (1.0 + closed), strict=True))
        return np.array([known[w] for w in omega.tolist()])

    return curve


def _row(
    model: LoopModel,
    name: str,
    modes: Modes,
    curve: Curve,
    factor: float,
    omega: tuple[float, float] | None,
) -> LoopMargins:
    i = model.index(name)
    period = ticks_of(model.parts, model.loops[name].command.partition(".")[0])
    low, high = omega or frequency_range(modes, i)
    if period:
        high = math.pi / period if omega is None else min(high, math.pi / period)
        low = min(low, 1e-2 * high)
    sharp = (np.abs(modes.values.real) < 0.5 * np.abs(modes.values)) & (modes.sensitivity[:, i] > 1e-4)
    seeds = np.unique(np.abs(modes.values.imag[sharp]))
    unstable = int(modes.unstable(i).size)
    found = margins_of(
        lambda w: factor * curve(w), low, high, unstable=unstable, nyquist=bool(period), seeds=seeds, dt=period
    )
    open_ended = bool(np.abs(found.response.frdata).max() < _NOTHING)
    warning = warning_for(model, name, found, open_ended)
    mode = None if open_ended else modes.of_loop(i)
    row = _with_figures(name, found, warning, _method(model, name, period))
    row = replace(row, acts=not open_ended)
    return row if mode is None else _with_mode(row, model, mode)


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
    moved = mode.sensitivity.max(initial=0.0) > SEEN
    owner = names[int(np.argmax(mode.sensitivity))] if moved else ""
    return replace(
        row, eigenvalue=mode.eigenvalue, damping=mode.damping, period=mode.period, owner=owner, units=mode.units
    )


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
    mode = None if unit in model.held else modes.of_states(f"{unit}.{name}.") or modes.of_states(f"{unit}.")
    nan = math.nan
    stable = mode is not None and mode.eigenvalue.real <= GROWS
    warning = f"no margins: {model.refused[name]}"
    row = LoopMargins(name, stable, nan, nan, nan, nan, nan, nan, None, warning=warning, known=mode is not None)
    return row if mode is None else _with_mode(row, model, mode)


def check_loop(model: LoopModel, loop: str) -> None:
    """Raise UsageError for a loop that cannot be opened."""
    if loop in model.refused:
        raise UsageError(f"loop '{loop}' has no margins: {model.refused[loop]}")
