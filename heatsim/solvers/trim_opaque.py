"""Steady state of a system with units that keep their state to themselves: it is run until nothing moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsim.errors import SimulationError, UsageError
from heatsim.fmu.block import matches
from heatsim.solvers.checkpoint import Checkpoint
from heatsim.solvers.compose import Composite
from heatsim.solvers.record import Run
from heatsim.solvers.run import run
from heatsim.solvers.steady import TrimPoint
from heatsim.system.inputs import Inputs
from heatsim.system.signals import Signal
from heatsim.system.system import System

_ROWS = 24
_STEPS = 10_000
_AT_REST = 1e-4
# of the coupling signals; in a steady state no coupling errs, however long its steps are
_TOLERANCE = 1e-4


def trim_opaque(
    system: System,
    composite: Composite,
    inputs: dict[str, float],
    t: float,
    hold: Sequence[str],
    horizon: float,
    tolerance: float,
    rtol: float,
    step: float | None,
) -> TrimPoint:
    """Run from `t - horizon` to `t` with frozen inputs, by Jacobi steps that adapt.

    Parameters
    ----------
    system, composite
        The checked system.
    inputs
        Frozen system inputs by scalar name.
    t, hold, horizon, tolerance, rtol, step
        As for `trim`.

    Raises
    ------
    UsageError
        When states are to be held, which is not possible here.
    SimulationError
        When something still moves; names what moves most.
    FmuError
        When a unit cannot give its state; names it.
    """
    own = [f"{name}.{state}" for name in composite.opaque_slices for state in system.members[name].names("states")]
    held = [s for s in (*composite.states, *own) if any(matches(pattern, s) for pattern in hold)]
    if held:
        raise UsageError(
            f"trim: '{held[0]}' cannot be held where units keep their state to themselves "
            f"({', '.join(composite.opaque_slices)}); give hold=()"
        )
    kept: list[Checkpoint] = []
    finished = run(
        system,
        _inputs(system, inputs),
        start=t - horizon,
        stop=t,
        output_step=horizon / _ROWS,
        method="jacobi",
        step=horizon / _STEPS if step is None else step,
        step_control="adaptive",
        tolerance=_TOLERANCE,
        rtol=rtol,
        advise=False,
        keep=kept.append,
    )
    end = kept[-1]
    meters = np.ones(len(composite.states), dtype=bool)
    meters[composite.ode.jac_sparsity(0, 1).get_triplet()[1]] = False
    rates = np.abs(np.asarray(composite.ode(t, end.x, end.u)).ravel()) / np.maximum(composite.nominal, np.abs(end.x))
    rates[meters] = 0.0
    _check_rest(composite, finished, end, rates, tolerance, horizon)
    x = np.where(meters, composite.initial, end.x)
    worst = int(np.argmax(rates)) if rates.size else 0
    y = np.asarray(composite.output(t, x, end.u)).ravel()
    given = dict(zip(composite.externals, end.u.tolist(), strict=True))
    opaque = [path for piece in composite.opaque_slices.values() for path in composite.externals[piece]]
    return TrimPoint(
        states=dict(zip(composite.states, x.tolist(), strict=True)),
        memory=end.memory,
        commands={path: given[path] for path in composite.externals[composite.commands]},
        inputs=inputs,
        time=t,
        held=tuple(path for path, meter in zip(composite.states, meters, strict=True) if meter),
        residual=float(rates[worst]) if rates.size else 0.0,
        worst=composite.states[worst] if rates.size else "",
        method="integration",
        outputs=dict(zip(composite.outputs, y.tolist(), strict=True)) | {path: given[path] for path in opaque},
        hidden=end.hidden,
        opaque=end.opaque,
    )


def _inputs(system: System, scalars: dict[str, float]) -> Inputs:
    """Constant inputs by name; elements of arrays back in their arrays."""
    result: dict[str, object] = {}
    for name, declared in system.inputs.items():
        if declared.shape:
            own = [value for scalar, value in scalars.items() if scalar.partition("[")[0] == name]
            result[name] = np.array(own).reshape(declared.shape)
        else:
            result[name] = Signal.constant(scalars[name])
    return result


def _check_rest(
    composite: Composite, finished: Run, end: Checkpoint, rates: np.ndarray, tolerance: float, horizon: float
) -> None:
    """Raise when rates, commands or outputs of opaque units have not come to rest."""
    moving = []
    if rates.size and rates.max() > 10 * tolerance:
        worst = int(np.argmax(rates))
        speed = rates[worst] * max(composite.nominal[worst], abs(end.x[worst]))
        moving.append(f"'{composite.states[worst]}' = {end.x[worst]:.6g} still changes by {speed:.3g} per second")
    recent = finished.u[-3:, composite.n_inputs :]
    swing = np.ptp(recent, axis=0) if recent.size else np.zeros(0)
    size = np.maximum(1.0, np.abs(finished.u[-1, composite.n_inputs :]))
    if swing.size and (swing / size).max() > _AT_REST:
        worst = int(np.argmax(swing / size))
        path = composite.externals[composite.n_inputs + worst]
        moving.append(f"'{path}' still changes, by {swing[worst]:.3g} in the last {2 * horizon / _ROWS:.3g} s")
    if moving:
        raise SimulationError(
            f"trim: no steady state within {horizon:g} s; {' and '.join(moving)}; give a longer horizon, or look for "
            "a loop that hunts"
        )
