"""Runs the sampled units of a system at their ticks.

At a tick a unit reads the plant as it was just before any command changed at this instant, system inputs as they are
just after, and other sampled units' outputs directly: those that ticked before it at this instant with their new value.
Units tick in the order of their direct connections; in a cycle of sampled units, in the order in which they were added.
"""

from __future__ import annotations

import copy
import math
import time as clock
from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError, near_miss
from heatsim.solvers.buffered import Buffered
from heatsim.solvers.compose import Composite, Source
from heatsim.system.member import Member
from heatsim.system.protocols import SampledUnit
from heatsim.system.system import System

_FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What code written by a user may raise in a step."""


class SampledUnits:
    """State of all sampled units of a system during a run.

    Parameters
    ----------
    system
        The checked system.
    composite
        Its continuous part.

    Attributes
    ----------
    commands
        Present outputs of all units, shape (n_commands,).
    seconds
        Wall time that the steps of each unit took, s.
    """

    def __init__(self, system: System, composite: Composite) -> None:
        self._members = [m for m in system.members.values() if m.kind == "sampled"]
        self._members = _in_order(self._members, composite)
        self._composite = composite
        position = {path: i for i, path in enumerate(composite.externals)}
        self._output_indices = [[position[f"{m.name}.{n}"] for n in m.ports["outputs"]] for m in self._members]
        self._parameters = [m.parameter_values() for m in self._members]
        self.seconds = {member.name: 0.0 for member in self._members}
        self._memory: list[dict[str, float]]
        self.commands: np.ndarray
        self.reset()
        self._measured = sorted(
            {s.output for m in self._members for s in composite.sources[m.name] if s.output is not None}
        )
        self._measure = _selection(composite, self._measured)
        self._row = {output: i for i, output in enumerate(self._measured)}

    @property
    def names(self) -> list[str]:
        """Names of the units in the order in which they tick."""
        return [member.name for member in self._members]

    @property
    def units(self) -> list[SampledUnit]:
        """The units in the order in which they tick."""
        return [cast(SampledUnit, member.unit) for member in self._members]

    @property
    def memory(self) -> dict[str, dict[str, float]]:
        """Memory of each unit."""
        return {m.name: dict(s) for m, s in zip(self._members, self._memory, strict=True)}

    def reset(self) -> None:
        """Forget everything; outputs have their start values."""
        self._memory = [{} for _ in self._members]
        self.commands = np.zeros(self._composite.n_commands)
        for member, indices in zip(self._members, self._output_indices, strict=True):
            for port, index in zip(member.ports["outputs"].values(), indices, strict=True):
                self.commands[index - self._composite.n_inputs] = port.start or 0.0

    @property
    def hidden(self) -> dict[str, Any]:
        """State that units keep themselves, of those that offer `get_state`."""
        found = {}
        for member in self._members:
            if hasattr(member.unit, "get_state"):
                try:
                    # a copy: the unit may hand out what it goes on to change
                    found[member.name] = copy.deepcopy(member.unit.get_state())
                except Exception as error:
                    raise _failure(member, "get_state", math.nan, error) from error
        return found

    def restore(
        self,
        memory: Mapping[str, Mapping[str, float]],
        commands: Mapping[str, float],
        hidden: Mapping[str, Any] | None = None,
    ) -> None:
        """Take over memory and hidden states by unit and commands by path from an earlier run or a steady state."""
        for i, member in enumerate(self._members):
            self._memory[i] = dict(memory[member.name])
        self.restore_hidden(hidden or {})
        for j, path in enumerate(self._composite.externals[self._composite.commands]):
            self.commands[j] = commands[path]

    def restore_hidden(self, hidden: Mapping[str, Any]) -> None:
        """Give units the state back that they keep themselves."""
        for member in self._members:
            if member.name in hidden:
                try:
                    member.unit.set_state(copy.deepcopy(hidden[member.name]))  # type: ignore[union-attr]
                except Exception as error:
                    raise _failure(member, "set_state", math.nan, error) from error

    def externals(self, inputs: np.ndarray, opaque: np.ndarray | None = None) -> np.ndarray:
        """All externals: system inputs, commands as they are, outputs of opaque units; shape (n_externals,)."""
        return np.concatenate([inputs, self.commands] if opaque is None else [inputs, self.commands, opaque])

    def initialise(self, t: float, x: np.ndarray, inputs: np.ndarray, opaque: np.ndarray | None = None) -> None:
        """Ask every unit for its memory before the first tick; `opaque` are the outputs of opaque units."""
        u = self.externals(inputs, opaque)
        measured = self._read(t, x, u)
        for i, member in enumerate(self._members):
            values = self._inputs_of(member, measured, u)
            try:
                memory = dict(self._unit(i).initial_state(values, self._parameters[i]))
            except _FAILURES as error:
                raise _failure(member, "initial_state", t, error) from error
            self._memory[i] = memory

    def tick(
        self, t: float, due: list[int], x: np.ndarray, inputs: np.ndarray, opaque: np.ndarray | None = None
    ) -> None:
        """Let the units at positions `due` sample and update their commands.

        Raises
        ------
        SimulationError
            When an input is NaN, or a unit gives a wrong set of outputs or a non-finite one.
        """
        u = self.externals(inputs, opaque)
        measured = self._read(t, x, u)
        for i in sorted(due):
            member = self._members[i]
            values = self._inputs_of(member, measured, u)
            for name, value in values.items():
                # a limit or a switch that is NaN would be passed over in a comparison
                if math.isnan(value):
                    raise SimulationError(f"{member.name}: input '{name}' is nan at t = {t:g} s; check what drives it")
            began = clock.perf_counter()
            try:
                # a copy, so that a unit that changes its memory in place does no harm
                outputs, memory = self._unit(i).step(t, values, dict(self._memory[i]), self._parameters[i])
                memory = dict(memory)
            except _FAILURES as error:
                raise _failure(member, "step", t, error) from error
            self.seconds[member.name] += clock.perf_counter() - began
            self._check(member, outputs, t)
            for name, index in zip(member.ports["outputs"], self._output_indices[i], strict=True):
                u[index] = outputs[name]
            self._memory[i] = memory
        self.commands = u[self._composite.commands].copy()

    def _unit(self, i: int) -> SampledUnit:
        return cast(SampledUnit, self._members[i].unit)

    def _read(self, t: float, x: np.ndarray, u: np.ndarray) -> list[float]:
        if not self._measured:
            return []
        return self._measure(np.array([t]), x, u).ravel().tolist()

    def _inputs_of(self, member: Member, measured: list[float], u: np.ndarray) -> dict[str, float]:
        values = {}
        for name, source in zip(member.ports["inputs"], self._composite.sources[member.name], strict=True):
            values[name] = _value(source, measured, self._row, u)
        return values

    @staticmethod
    def _check(member: Member, outputs: Mapping[str, float], t: float) -> None:
        wanted = member.ports["outputs"]
        for name in outputs:
            if name not in wanted:
                raise SimulationError(
                    f"{member.name}: step() gives an unknown output '{name}'{near_miss(name, wanted)}"
                )
        for name in wanted:
            if name not in outputs:
                raise SimulationError(
                    f"{member.name}: step() gives no output '{name}'; return every output at each tick"
                )
            if not isinstance(outputs[name], int | float | np.number):
                raise SimulationError(
                    f"{member.name}: output '{name}' is {outputs[name]!r} at t = {t:g} s; step() returns numbers"
                )
            if not math.isfinite(outputs[name]):
                raise SimulationError(
                    f"{member.name}: output '{name}' is {outputs[name]} at t = {t:g} s; check its inputs and parameters"
                )


def _failure(member: Member, what: str, t: float, error: Exception) -> SimulationError:
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    if math.isnan(t):
        return SimulationError(
            f"{member.name}: {what}() fails with {reason}; a unit has both get_state and set_state, or neither"
        )
    return SimulationError(
        f"{member.name}: {what}() fails at t = {t:g} s with {reason}; check its inputs and parameters"
    )


def _value(source: Source, measured: list[float], row: dict[int, int], u: np.ndarray) -> float:
    if source.output is not None:
        raw = measured[row[source.output]]
    elif source.external is not None:
        raw = float(u[source.external])
    else:
        return source.offset
    return source.factor * raw + source.offset


def _selection(composite: Composite, indices: list[int]) -> Callable[..., np.ndarray]:
    """Some outputs as function of (t, x, u), shape (n, 1)."""
    kind: Any = ca.SX if composite.symbolic else ca.MX
    t, x, u = kind.sym("t"), kind.sym("x", len(composite.states)), kind.sym("u", len(composite.externals))
    y = composite.output(t, x, u)
    function = ca.Function(
        "measure", [t, x, u], [ca.densify(y[indices]) if indices else kind(0, 1)], ["t", "x", "u"], ["y"]
    )
    if composite.symbolic:
        return Buffered(function, ("t", "x", "u"))
    return lambda t, x, u: function(t, x, u).full()


def _in_order(members: list[Member], composite: Composite) -> list[Member]:
    by_name = {m.name: m for m in members}
    graph: dict[str, set[str]] = {}
    for member in members:
        indices = [s.external for s in composite.sources[member.name] if s.external is not None]
        upstream = {composite.externals[i].split(".")[0] for i in indices if i >= composite.n_inputs}
        graph[member.name] = {name for name in upstream if name in by_name and name != member.name}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError:
        return members
