"""What has to be kept for a run to go on later as if it had not stopped, to the last bit.

At an instant of a checkpoint the integration restarts and forgets what it learnt, in the run that goes on as in the one
that is resumed; everything else that has a history is kept. The state is that after the exchanges and ticks at that
instant.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from heatsim.errors import UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.compose import Composite
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import time_tolerance
from heatsim.system.member import Member
from heatsim.system.system import System


@dataclass(frozen=True)
class Checkpoint:
    """State of a run at one instant.

    Attributes
    ----------
    time, origin
        Its time, and the start of the run, from which the grids of outputs, steps and checkpoints count, s.
    states, externals
        Paths of the states and externals.
    x, u
        Their values, right limits, shape (n_states,) and (n_externals,).
    memory, hidden
        Memory of the sampled units, and the state that some keep themselves (`get_state`), by unit.
    opaque
        State of opaque units by name.
    coupling
        History of a co-simulation; empty for the monolithic method.
    identity
        What was run, with hashes; see `identity_of`.
    settings
        Keywords of `simulate` that the run goes on with.
    """

    time: float
    origin: float
    states: tuple[str, ...]
    externals: tuple[str, ...]
    x: np.ndarray
    u: np.ndarray
    memory: dict[str, dict[str, float]]
    hidden: dict[str, Any] = field(default_factory=dict)
    opaque: dict[str, bytes] = field(default_factory=dict)
    coupling: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Checkpoint(t = {self.time:g} s, {len(self.states)} states)"


class Checkpoints:
    """Takes checkpoints of a run.

    Parameters
    ----------
    system, composite, sampled
        What is run.
    origin
        Start of the run, s.
    settings
        Keywords that a resumed run goes on with.
    keep
        Gets each checkpoint.
    """

    def __init__(
        self,
        system: System,
        composite: Composite,
        sampled: SampledUnits,
        origin: float,
        settings: dict[str, Any],
        keep: Callable[[Checkpoint], None],
    ) -> None:
        self._composite = composite
        self._sampled = sampled
        self._origin = origin
        self._settings = settings
        self._keep = keep
        self._identity = identity_of(system, composite)

    def take(
        self,
        t: float,
        x: np.ndarray,
        u: np.ndarray,
        opaque: Mapping[str, bytes] | None = None,
        coupling: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep the state at `t`, after what happens at this instant.

        Parameters
        ----------
        t
            Time, s.
        x, u
            States and externals.
        opaque
            State of opaque units by name.
        coupling
            History of the co-simulation: a tree of dicts and lists with numbers, strings, arrays and bytes.
        """
        self._keep(
            Checkpoint(
                time=t,
                origin=self._origin,
                states=self._composite.states,
                externals=self._composite.externals,
                x=x.copy(),
                u=u.copy(),
                memory=self._sampled.memory,
                hidden=self._sampled.hidden,
                opaque=dict(opaque or {}),
                coupling=dict(coupling or {}),
                identity=self._identity,
                settings=self._settings,
            )
        )


def checkpoint_times(origin: float, stop: float, step: float | None) -> np.ndarray:
    """Times origin + k*step with k >= 1 up to `stop`; none without a step."""
    if step is None:
        return np.zeros(0)
    tolerance = time_tolerance(origin, stop)
    count = int(np.floor((stop - origin + tolerance) / step))
    return origin + step * np.arange(1, count + 1)


def point_of(kept: Checkpoint, composite: Composite) -> OperatingPoint:
    """Operating point of a checkpoint.

    Raises
    ------
    UsageError
        When it was taken of another system.
    """
    for what, had, has in (("state", kept.states, composite.states), ("signal", kept.externals, composite.externals)):
        if tuple(had) != tuple(has):
            strange = next((n for n in (*has, *had) if (n in has) != (n in had)), "another order of units")
            raise UsageError(f"the checkpoint belongs to another system: {what} '{strange}' is in one of them only")
    return OperatingPoint(
        kept.time, kept.x, kept.u, kept.memory, f"checkpoint at t = {kept.time:g} s", kept.opaque, kept.hidden, True
    )


def identity_of(system: System, composite: Composite) -> dict[str, Any]:
    """What a system is made of: units with hashes of FMUs and equations, values, connections, inputs."""
    units = {m.name: _unit_identity(m, composite) for m in system.members.values()}
    return {
        "units": units,
        "connections": [f"{c.source} -> {c.target} * {c.factor!r} + {c.offset!r}" for c in system.connections],
        "inputs": {d.name: f"{d.unit} {list(d.shape)}" for d in system.inputs.values()},
    }


def _unit_identity(member: Member, composite: Composite) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": member.kind}
    unit: Any = member.unit
    if isinstance(unit, Fmu):
        found |= {"model": unit.name, "sha256": unit.sha256, "interface": unit.interface}
        found["parameters"] = dict(member.parameters)
    else:
        found["class"] = type(unit).__qualname__
        found["parameters"] = member.parameter_values()
        if member.name in composite.blocks:
            equations = composite.blocks[member.name].function.serialize()
            found["equations"] = hashlib.sha256(equations.encode("latin-1", "replace")).hexdigest()
        else:
            found["code"] = _hash_of_code(type(unit))
            found["period"], found["offset"] = float(unit.period), float(unit.offset)
            found["settings"] = _settings_of(unit)
    found["constants"] = dict(member.inputs)
    return found


def _hash_of_code(kind: type) -> str:
    try:
        return hashlib.sha256(inspect.getsource(kind).encode()).hexdigest()
    except (OSError, TypeError):
        # typed into an interpreter
        return ""


def _settings_of(unit: Any) -> dict[str, str]:
    """Attributes of a sampled unit that say how it works; one with a state of its own keeps that among them."""
    if hasattr(unit, "get_state"):
        return {}
    plain = (bool, int, float, str)
    return {
        name: repr(value)
        for name, value in getattr(unit, "__dict__", {}).items()
        if isinstance(value, plain) or (dataclasses.is_dataclass(value) and not isinstance(value, type))
    }


def check_identity(kept: Checkpoint, present: Mapping[str, Any], where: str) -> None:
    """Refuse to resume a run of something else.

    Parameters
    ----------
    kept
        The checkpoint.
    present
        Identity of the system that is given now.
    where
        File of the checkpoint, for messages.

    Raises
    ------
    UsageError
        Says what differs.
    """
    difference = _difference(kept.identity, present, "")
    if difference:
        raise UsageError(
            f"{where}: the checkpoint was taken of another system: {difference}; give the system as it was, or begin "
            "a new run with start_from="
        )


def _difference(had: Any, has: Any, path: str) -> str:
    """First difference between two trees in words, or an empty string."""
    if isinstance(had, Mapping) and isinstance(has, Mapping):
        for key in [*had, *(k for k in has if k not in had)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in had or key not in has:
                return f"{_words(inner)} is {'new' if key not in had else 'missing'}"
            found = _difference(had[key], has[key], inner)
            if found:
                return found
        return ""
    if isinstance(had, list | tuple) and isinstance(has, list | tuple):
        lost = [str(v) for v in had if v not in has]
        new = [str(v) for v in has if v not in had]
        if lost or new:
            return f"{_words(path)}: {'lost ' + lost[0] if lost else 'new ' + new[0]}"
        return "" if list(had) == list(has) else f"{_words(path)} are in another order"
    return "" if had == has else f"{_words(path)} was {_short(had)} and is {_short(has)}"


def _words(path: str) -> str:
    parts = path.split(".")
    if parts[0] == "units" and len(parts) == 2:
        return f"unit '{parts[1]}'"
    if parts[0] == "units" and len(parts) > 2:
        what = " ".join(parts[2:]).replace("parameters", "parameter").replace("constants", "constant input")
        return f"{what} of unit '{parts[1]}'"
    return " ".join(parts)


def _short(value: Any) -> str:
    text = str(value)
    return f"{text[:12]}…" if len(text) > 40 else text
