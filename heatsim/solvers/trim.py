"""Steady state of a system for frozen inputs.

Without sampled units Newton comes first (with a pseudo time step that grows as it converges), then integration if
Newton does not get there. With sampled units the system runs with frozen inputs until nothing moves, because the
commands are part of what has to settle; Newton then polishes the plant for these commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from heatsim.errors import UsageError, near_miss
from heatsim.fmu.block import matches
from heatsim.fmu.fmu import Fmu
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.consistent_start import start_states
from heatsim.solvers.frozen import Frozen
from heatsim.solvers.kernel import kernel
from heatsim.solvers.pseudo_transient import newton
from heatsim.solvers.run import as_system, check_start
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.settling import DAY, run_until_settled
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.trim_opaque import trim_opaque
from heatsim.system.inputs import Inputs, read_signals
from heatsim.system.system import System

DEFAULT_HOLD = ("storage.tank.T*",)
SETTLING_TIME = 7 * DAY
"""Longest time to settle, s: in summer the water of a town's network takes days to get around."""
_NEWTON_ITERATIONS = 200


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
    native: bool | str = False,
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
    native
        Whether a system that has to be run is compiled to machine code first: True, False, or "preferred", which is
        where that is possible. The result is the same; the code is that of a `simulate` that compiles.

    Returns
    -------
    TrimPoint
        For `simulate(..., start_from=)`.

    Raises
    ------
    SimulationError
        When the system does not settle; names the state that moves most.
    UsageError
        When a pattern matches no state, or machine code is asked for and there is nothing to compile.
    CompilerError
        When compiling was asked for and fails.
    """
    numbers = {"t": t, "tolerance": tolerance, "rtol": rtol} | ({} if horizon is None else {"horizon": horizon})
    for name, value in numbers.items():
        if not np.isfinite(value) or (name != "t" and value <= 0):
            raise UsageError(f"trim: {name} must be a {'finite' if name == 't' else 'positive'} number, not {value!r}")
    if not isinstance(native, bool) and native != "preferred":
        raise UsageError(f"trim: native={native!r} is unknown; choose True, False or 'preferred'")
    system = as_system(model, parameters)
    system.check()
    wanted = {name: (declared.unit, declared.shape) for name, declared in system.inputs.items()}
    signals = read_signals(wanted, at, t, t)
    composite = compose(system)
    inputs = np.array([float(signal(t)) for signal in signals.values()])
    patterns = (hold,) if isinstance(hold, str) else tuple(hold)
    values = dict(zip(signals, inputs.tolist(), strict=True))
    if composite.opaque_slices:
        if native is True:
            raise UsageError(
                "trim: native=True has no effect with units that keep their equations to themselves; leave it out"
            )
        _check_patterns(
            patterns,
            [*composite.states, *(f"{m.name}.{s}" for m in system.members.values() for s in m.names("states"))],
        )
        return trim_opaque(system, composite, values, t, patterns, horizon or DAY, tolerance, rtol, step)
    held = _held(composite, patterns)
    # the magnitude at the start: measured by its own size, a state that runs away would look settled one day
    scale = np.maximum(composite.nominal, np.abs(composite.initial))
    frozen = Frozen(composite, kernel(composite, native, 0, 0), inputs, t, ~held, tolerance, scale)
    sampled = SampledUnits(system, composite)
    x = start_states(system, composite, t, inputs)
    check_start(system, composite, t, x, inputs)
    method = "newton"
    if sampled.units:
        x, method = run_until_settled(frozen, sampled, x, horizon or SETTLING_TIME, rtol), "integration"
        polished = newton(frozen, x, np.concatenate([inputs, sampled.commands]), 30)
        x = x if polished is None or frozen.moved(x, polished) > 1e-2 else polished
    else:
        solution = newton(frozen, x, inputs, _NEWTON_ITERATIONS)
        if solution is None:
            x, method = run_until_settled(frozen, sampled, x, horizon or SETTLING_TIME, rtol), "integration"
            polished = newton(frozen, x, inputs, 30)
            x = x if polished is None or frozen.moved(x, polished) > 1e-2 else polished
        else:
            x = solution
    return _point(frozen, sampled, x, held, list(values), method)


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


def _point(
    frozen: Frozen, sampled: SampledUnits, x: np.ndarray, held: np.ndarray, input_names: list[str], method: str
) -> TrimPoint:
    composite = frozen.composite
    u = np.concatenate([frozen.inputs, sampled.commands])
    rates = np.abs(frozen.rates(x, u))
    worst = int(np.argmax(rates)) if rates.size else 0
    y = np.asarray(composite.output(frozen.time, x, u)).ravel()
    point = TrimPoint(
        states=dict(zip(composite.states, x.tolist(), strict=True)),
        memory=sampled.memory,
        hidden=sampled.hidden,
        commands=dict(zip(composite.externals[composite.commands], sampled.commands.tolist(), strict=True)),
        inputs=dict(zip(input_names, frozen.inputs.tolist(), strict=True)),
        time=frozen.time,
        held=tuple(path for path, h in zip(composite.states, held, strict=True) if h),
        residual=float(rates[worst]) if rates.size else 0.0,
        worst=composite.states[worst] if rates.size else "",
        method=method,
    )
    return replace(point, outputs=dict(zip(composite.outputs, y.tolist(), strict=True)))
