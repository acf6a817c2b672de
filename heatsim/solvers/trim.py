"""Steady state of a system for frozen inputs.

Without sampled units Newton comes first (with a pseudo time step that grows as it converges), then integration if
Newton does not get there. With sampled units the system runs with frozen inputs until nothing moves, because the
commands are part of what has to settle; Newton then polishes the plant for these commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import casadi as ca
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from heatsim.errors import SimulationError, UsageError, near_miss
from heatsim.fmu.block import matches
from heatsim.fmu.fmu import Fmu
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.consistent_start import start_states
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.run import as_system, check_start
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import tick_times, time_line
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.trim_opaque import trim_opaque
from heatsim.system.inputs import Inputs, read_signals
from heatsim.system.system import System

DEFAULT_HOLD = ("storage.tank.T*",)
_DAY = 86400.0
SETTLING_TIME = 7 * _DAY
"""Longest time to settle, s: in summer the water of a town's network takes days to get around."""
_CHUNKS = 24
_NEWTON_ITERATIONS = 200
_TRIES = 6


@dataclass(frozen=True)
class _Problem:
    """Frozen system: composite with held states at rest, inputs, and the scale of each state."""

    composite: Composite
    inputs: np.ndarray
    time: float
    free: np.ndarray
    tolerance: float
    scale: np.ndarray


@one_at_a_time
def trim(
    model: System | Fmu,
    at: Inputs | None = None,
    *,
    t: float = 0.0,
    hold: str | Sequence[str] = DEFAULT_HOLD,
    horizon: float | None = None,
    tolerance: float = 1e-6,
    rtol: float = 1e-6,
    parameters: Mapping[str, Any] | None = None,
    step: float | None = None,
) -> TrimPoint:
    """Find the steady state for inputs frozen at time `t`.

    With units that keep their state to themselves (Co-Simulation FMUs, FMUs with events) it is found by running the
    system to `t` with frozen inputs.

    Parameters
    ----------
    model
        System, or one FMU alone.
    at
        Inputs as for `simulate`; their values at `t` are used.
    t
        Time at which the inputs are frozen, s.
    hold
        Patterns of states (`unit.state`) that keep their start values, such as the content of a tank. States that
        influence nothing (energy meters) keep theirs too.
    horizon
        Longest time that the system may take to settle when it has to be run, s. None: a week; a day with units that
        keep their state to themselves, since these are run for all of it.
    tolerance
        Largest rate of a settled state, relative to its magnitude, 1/s.
    rtol
        Tolerance of the integration.
    parameters
        As for `simulate`.
    step
        First step of the co-simulation when there are units that keep their state to themselves, s; default is
        horizon/10000. Steps adapt.

    Returns
    -------
    TrimPoint
        For `simulate(..., start_from=)`.

    Raises
    ------
    SimulationError
        When the system does not settle; names the state that moves most.
    UsageError
        When a pattern matches no state.
    """
    numbers = {"t": t, "tolerance": tolerance, "rtol": rtol} | ({} if horizon is None else {"horizon": horizon})
    for name, value in numbers.items():
        if not np.isfinite(value) or (name != "t" and value <= 0):
            raise UsageError(f"trim: {name} must be a {'finite' if name == 't' else 'positive'} number, not {value!r}")
    system = as_system(model, parameters)
    system.check()
    wanted = {name: (declared.unit, declared.shape) for name, declared in system.inputs.items()}
    signals = read_signals(wanted, at, t, t)
    composite = compose(system)
    inputs = np.array([float(signal(t)) for signal in signals.values()])
    patterns = (hold,) if isinstance(hold, str) else tuple(hold)
    frozen = dict(zip(signals, inputs.tolist(), strict=True))
    if composite.opaque_slices:
        _check_patterns(
            patterns,
            [*composite.states, *(f"{m.name}.{s}" for m in system.members.values() for s in m.names("states"))],
        )
        return trim_opaque(system, composite, frozen, t, patterns, horizon or _DAY, tolerance, rtol, step)
    held = _held(composite, patterns)
    # the magnitude at the start: measured by its own size, a state that runs away would look settled one day
    scale = np.maximum(composite.nominal, np.abs(composite.initial))
    problem = _Problem(composite, inputs, t, ~held, tolerance, scale)
    sampled = SampledUnits(system, composite)
    x = start_states(system, composite, t, inputs)
    check_start(system, composite, t, x, inputs)
    method = "newton"
    if sampled.units:
        x, method = _run_until_settled(problem, sampled, x, horizon or SETTLING_TIME, rtol), "integration"
        polished = _newton(problem, x, np.concatenate([inputs, sampled.commands]), 30)
        x = x if polished is None or _moved(problem, x, polished) > 1e-2 else polished
    else:
        solution = _newton(problem, x, inputs, _NEWTON_ITERATIONS)
        if solution is None:
            x, method = _run_until_settled(problem, sampled, x, horizon or SETTLING_TIME, rtol), "integration"
            polished = _newton(problem, x, inputs, 30)
            x = x if polished is None or _moved(problem, x, polished) > 1e-2 else polished
        else:
            x = solution
    return _point(problem, sampled, x, held, list(frozen), method)


def _held(composite: Composite, patterns: tuple[str, ...]) -> np.ndarray:
    """Mask of states that keep their start values."""
    n = len(composite.states)
    held = np.zeros(n, dtype=bool)
    _check_patterns(patterns, composite.states)
    for pattern in patterns:
        found = np.array([matches(pattern, path) for path in composite.states], dtype=bool)
        held |= found if n else held
    if n:
        influence = np.zeros(n, dtype=bool)
        influence[composite.ode.jac_sparsity(0, 1).get_triplet()[1]] = True
        held |= ~influence
    return held


def _check_patterns(patterns: Sequence[str], states: Sequence[str]) -> None:
    for pattern in patterns:
        if pattern not in DEFAULT_HOLD and not any(matches(pattern, path) for path in states):
            raise UsageError(f"hold: no state matches '{pattern}'{near_miss(pattern, states)}")


def _rates(problem: _Problem, x: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Derivatives relative to the magnitude of each state, held ones zero, 1/s."""
    derivative = np.asarray(problem.composite.ode(problem.time, x, u)).ravel()
    return np.where(problem.free, derivative, 0.0) / problem.scale


def _moved(problem: _Problem, x: np.ndarray, other: np.ndarray) -> float:
    return float(np.max(np.abs(other - x) / problem.scale, initial=0.0))


def _newton(problem: _Problem, x0: np.ndarray, u: np.ndarray, iterations: int) -> np.ndarray | None:
    """Pseudo-transient Newton (switched evolution relaxation); None when it does not converge.

    Kelley and Keyes, Convergence analysis of pseudo-transient continuation, SIAM J. Numer. Anal. 35 (1998).
    """
    free = np.flatnonzero(problem.free)
    if free.size == 0:
        return x0
    jacobian = problem.composite.ode.factory("ode_jacobian", ["t", "x", "u"], ["jac:ode:x"])
    x = x0.copy()
    step = 1.0
    norm = _norm(problem, x, u)
    goal = 1e-3 * problem.tolerance
    for _ in range(iterations):
        if not np.isfinite(norm):
            return None
        if norm <= goal:
            return x
        scale = problem.scale[free]
        rate = np.asarray(problem.composite.ode(problem.time, x, u)).ravel()[free] / scale
        matrix = sp.csc_matrix(jacobian(problem.time, x, u).sparse())[free][:, free]
        matrix = sp.diags(1.0 / scale) @ matrix @ sp.diags(scale)
        try:
            correction = splu(sp.csc_matrix(sp.identity(free.size) / step - matrix)).solve(rate)
        except RuntimeError:
            # exactly singular: the pseudo time step has grown too far
            step *= 0.1
            continue
        trial = x.copy()
        trial[free] += scale * correction
        trial_norm = _norm(problem, trial, u)
        if not np.isfinite(trial_norm) or trial_norm > 10.0 * norm:
            step *= 0.1
            if step < 1e-6:
                return None
            continue
        step *= float(np.clip(3.0 * norm / max(trial_norm, 1e-300), 0.3, 100.0))
        step = min(step, 1e12)
        if trial_norm > 0.99 * norm and norm <= problem.tolerance and step >= 1e12:
            return x
        x, norm = trial, trial_norm
    return x if norm <= problem.tolerance else None


def _norm(problem: _Problem, x: np.ndarray, u: np.ndarray) -> float:
    return float(np.max(np.abs(_rates(problem, x, u)), initial=0.0))


def _run_until_settled(
    problem: _Problem, sampled: SampledUnits, x0: np.ndarray, horizon: float, rtol: float
) -> np.ndarray:
    """Integrate with frozen inputs, in the time before `problem.time`, so that the memory of controllers ends there.

    How long it takes is not known before. So it is run twice: once from the earliest time until it has settled, and
    once more over that span alone, which leaves instants in the memory as they would be in a run that went on.
    """
    composite = problem.composite
    frozen = _frozen_ode(composite, problem.free)
    integrator = SegmentIntegrator("trim", frozen, composite.states, composite.nominal, rtol, Statistics())
    # two ticks of every unit at least in each chunk
    chunk = max([min(horizon, _DAY) / _CHUNKS, *(2 * float(unit.period) for unit in sampled.units)])
    span = horizon
    for _ in range(_TRIES):
        sampled.reset()
        begin = problem.time - span
        x, end, last = _settle(problem, sampled, integrator, x0.copy(), begin, chunk)
        if last.rest and (end >= problem.time or not sampled.units):
            return x
        if not last.rest and span >= horizon:
            break
        # at rest before the end: once more over that span; not at rest, for ticks fell otherwise: a longer one
        span = end - begin if last.rest else min(2.0 * span, horizon)
    raise _unsettled(problem, sampled, x, last, horizon)


@dataclass(frozen=True)
class _Chunk:
    """How the last chunk ended: whether at rest, and the range of each command in it."""

    rest: bool
    lowest: np.ndarray
    highest: np.ndarray


def _settle(
    problem: _Problem, sampled: SampledUnits, integrator: SegmentIntegrator, x: np.ndarray, begin: float, chunk: float
) -> tuple[np.ndarray, float, _Chunk]:
    """Run in chunks until at rest or at the end; gives the state, the time reached and how the last chunk ended."""
    composite = problem.composite
    zeros = np.zeros(len(composite.externals))
    sampled.initialise(begin, x, problem.inputs)
    start = begin
    while True:
        end = begin + chunk
        if end > problem.time - 1e-6 * chunk:
            end = problem.time
        ticks = [tick_times(float(q.period), float(q.offset), begin, end) for q in sampled.units]
        if begin > start:
            # the tick at the end of the chunk before has been made; at the very start there is one in any case
            ticks = [times[times > begin + 1e-9 * chunk] for times in ticks]
        line = time_line(begin, end, np.array([begin, end]), [], ticks)
        x_before, before, lowest, highest = x, sampled.commands.copy(), sampled.commands.copy(), sampled.commands.copy()
        for k in range(line.breaks.size):
            if k in line.ticks:
                sampled.tick(float(line.breaks[k]), line.ticks[k], x, problem.inputs)
                lowest, highest = np.minimum(lowest, sampled.commands), np.maximum(highest, sampled.commands)
            if k < line.breaks.size - 1:
                a = np.concatenate([problem.inputs, sampled.commands])
                x = integrator.advance(x, float(line.breaks[k]), float(line.breaks[k + 1]), a, zeros)
        swing = np.max((highest - lowest) / np.maximum(1.0, np.abs(before)), initial=0.0)
        drift = _moved(problem, np.where(problem.free, x_before, x), x) / chunk
        u = np.concatenate([problem.inputs, sampled.commands])
        rest = swing <= 1e-4 and drift <= problem.tolerance and _norm(problem, x, u) <= 10 * problem.tolerance
        if rest or end >= problem.time:
            return x, end, _Chunk(bool(rest), lowest, highest)
        begin = end


def _unsettled(
    problem: _Problem, sampled: SampledUnits, x: np.ndarray, last: _Chunk, horizon: float
) -> SimulationError:
    composite = problem.composite
    rates = _rates(problem, x, np.concatenate([problem.inputs, sampled.commands]))
    moving = []
    if rates.size:
        worst = int(np.argmax(np.abs(rates)))
        moving.append(
            f"'{composite.states[worst]}' = {x[worst]:.6g} still changes by "
            f"{rates[worst] * problem.scale[worst]:.3g} per second"
        )
    moving.extend(_busiest(composite, last.lowest, last.highest))
    return SimulationError(
        f"trim: no steady state within {horizon:g} s; {' and '.join(moving)}; hold it, give a longer horizon, or "
        "look for a loop that hunts"
    )


def _busiest(composite: Composite, lowest: np.ndarray, highest: np.ndarray) -> list[str]:
    swing = highest - lowest
    if swing.size == 0 or swing.max() <= 1e-4:
        return []
    worst = int(np.argmax(swing))
    return [f"command '{composite.externals[composite.n_inputs + worst]}' swings by {swing[worst]:.3g}"]


def _frozen_ode(composite: Composite, free: np.ndarray) -> ca.Function:
    kind: Any = ca.SX if composite.symbolic else ca.MX
    t, x, u = kind.sym("t"), kind.sym("x", len(composite.states)), kind.sym("u", len(composite.externals))
    derivative = composite.ode(t, x, u) * ca.DM(free.astype(float))
    return ca.Function("frozen", [t, x, u], [derivative], ["t", "x", "u"], ["ode"])


def _point(
    problem: _Problem, sampled: SampledUnits, x: np.ndarray, held: np.ndarray, input_names: list[str], method: str
) -> TrimPoint:
    composite = problem.composite
    u = np.concatenate([problem.inputs, sampled.commands])
    rates = np.abs(_rates(problem, x, u))
    worst = int(np.argmax(rates)) if rates.size else 0
    y = np.asarray(composite.output(problem.time, x, u)).ravel()
    point = TrimPoint(
        states=dict(zip(composite.states, x.tolist(), strict=True)),
        memory=sampled.memory,
        hidden=sampled.hidden,
        commands=dict(zip(composite.externals[composite.commands], sampled.commands.tolist(), strict=True)),
        inputs=dict(zip(input_names, problem.inputs.tolist(), strict=True)),
        time=problem.time,
        held=tuple(path for path, h in zip(composite.states, held, strict=True) if h),
        residual=float(rates[worst]) if rates.size else 0.0,
        worst=composite.states[worst] if rates.size else "",
        method=method,
    )
    return replace(point, outputs=dict(zip(composite.outputs, y.tolist(), strict=True)))
