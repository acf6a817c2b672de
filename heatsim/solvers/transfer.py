"""A steady state of one system as the start of another that differs in a few units.

A system that hunts has no steady state that a run settles to; it starts from that of its calm twin, from which it
differs by a controller, a sensor or an actuator.
"""

from __future__ import annotations

import numpy as np

from heatsim.errors import UsageError
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.consistent_start import start_states
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.steady import TrimPoint
from heatsim.system.system import System


@one_at_a_time
def transfer(point: TrimPoint, system: System) -> OperatingPoint:
    """Return a steady state as operating point of another system, matched by names.

    States and memory that both systems have are taken over, also from a state to the memory of a unit that became
    sampled, and back (`pi.integral`). Sampled units that are new begin with what they measure at the point, and so do
    continuous ones that say how they rest (`ContinuousUnit`: sensors, filters of controllers). The others have their
    start values.

    Parameters
    ----------
    point
        Steady state of the twin.
    system
        System to start.

    Raises
    ------
    UsageError
        A system input is not among those of the steady state.
    """
    system.check()
    composite = compose(system)
    sampled = SampledUnits(system, composite)
    known = {**point.states, **point.outputs, **point.commands, **point.inputs}
    remembered = {f"{unit}.{key}": value for unit, memory in point.memory.items() for key, value in memory.items()}
    u = np.array([known.get(path, np.nan) for path in composite.externals], dtype=float)
    lacking = [
        path for path, value in zip(composite.externals[: composite.n_inputs], u, strict=False) if value != value
    ]
    if lacking:
        raise UsageError(f"the steady state was found without the system input '{lacking[0]}'; trim with all inputs")
    x = start_states(system, composite, point.time, u[: composite.n_inputs])
    for i, path in enumerate(composite.states):
        x[i] = point.states.get(path, remembered.get(path, x[i]))
    commands = composite.commands
    u[commands] = np.where(np.isnan(u[commands]), sampled.commands, u[commands])
    _rest(system, composite, {*point.states, *remembered}, point.time, x, u)
    sampled.commands = u[commands].copy()
    sampled.initialise(point.time, x, u[: composite.n_inputs])
    memory = {}
    for name, fresh in sampled.memory.items():
        own = point.memory.get(name, {})
        memory[name] = {
            key: own.get(key, point.states.get(f"{name}.{key}", value)) for key, value in fresh.items()
        } | own
    return OperatingPoint(point.time, x, u, memory, f"steady state of {point!r}", hidden=dict(point.hidden))


def _rest(system: System, composite: Composite, known: set[str], t: float, x: np.ndarray, u: np.ndarray) -> None:
    """Set the states that the steady state does not know of to where their units rest; changes x."""
    place = {path: i for i, path in enumerate(composite.states)}
    fresh: dict[str, list[str]] = {}
    for path in composite.states:
        name, _, state = path.partition(".")
        member = system.members[name]
        if path not in known and state not in member.start and hasattr(member.unit, "at_rest"):
            fresh.setdefault(name, []).append(state)
    if not fresh:
        return
    # once for each unit: a chain of them settles from its begin to its end
    for _ in fresh:
        y = np.asarray(composite.output(t, x, np.nan_to_num(u))).ravel()
        for name, states in fresh.items():
            member = system.members[name]
            inputs = zip(member.ports["inputs"], composite.sources[name], strict=True)
            values = {port: source.value(y, u) for port, source in inputs}
            own = {state: float(x[place[f"{name}.{state}"]]) for state in member.ports["states"]}
            found = member.unit.at_rest(values, own, member.parameter_values())  # type: ignore[union-attr]
            for state in states:
                x[place[f"{name}.{state}"]] = found.get(state, own[state])
