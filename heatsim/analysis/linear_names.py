"""Finds the inputs, outputs and openings of a linear model by the names that a user gives."""

from __future__ import annotations

from collections.abc import Iterable

from heatsim.analysis.linear_system import Channel
from heatsim.errors import UsageError, near_miss
from heatsim.fmu.block import array_shapes, element_names, matches
from heatsim.solvers.compose import Composite
from heatsim.system.system import System

_Group = dict[str, Channel]


class Names:
    """All places of a system by path.

    Parameters
    ----------
    system, composite
        The system.
    inputs
        Paths of all unit inputs in order.
    alone
        Name of the unit when an FMU is alone; its variables are then named without it.
    states
        Paths of all states.
    """

    def __init__(
        self,
        system: System,
        composite: Composite,
        inputs: tuple[str, ...],
        alone: str | None,
        states: tuple[str, ...],
    ) -> None:
        n_y = len(composite.outputs)
        self._alone = alone
        self._sampled = {m.name for m in system.members.values() if m.kind == "sampled"}
        self._system = {
            path: Channel("signal", n_y + j, path) for j, path in enumerate(composite.externals[: composite.n_inputs])
        }
        self._outputs = {path: Channel("signal", i, path) for i, path in enumerate(composite.outputs)}
        self._externals = {
            path: Channel("signal", n_y + j, path)
            for j, path in enumerate(composite.externals)
            if j >= composite.n_inputs
        }
        self._inputs = {path: Channel("input", k, path) for k, path in enumerate(inputs)}
        self._states = {path: Channel("state", i, path) for i, path in enumerate(states)}
        self._driven = {
            path
            for path, source in zip(inputs, (s for row in composite.sources.values() for s in row), strict=True)
            if source.output is not None or (source.external is not None and source.external >= composite.n_inputs)
        }

    def label(self, path: str) -> str:
        """Label in python-control, which keeps the point for itself."""
        if self._alone is not None and path.startswith(f"{self._alone}."):
            path = path[len(self._alone) + 1 :]
        return path.replace(".", "/")

    def inputs(self, names: list[str] | None, opened: list[Channel]) -> list[Channel]:
        """Places for the inputs of the linear model, without those that are opened; all system inputs for None."""
        taken = {c.path for c in opened}
        if names is None:
            return list(self._system.values())
        groups = [self._system, self._inputs, self._outputs, self._externals]
        found = self._find("input", names, groups, [self._states])
        return [c for c in found if c.path not in taken]

    def outputs(
        self, names: list[str] | None, opened: list[Channel], held: list[str], meters: Iterable[int]
    ) -> list[Channel]:
        """Places for the outputs of the linear model; all outputs but those of meters for None."""
        taken = {c.path for c in opened}
        if names is None:
            left_out = set(meters)
            found = [c for c in self._outputs.values() if c.index not in left_out]
            found += [c for c in self._externals.values() if c.path.partition(".")[0] not in held]
        else:
            found = self._find(
                "output", names, [self._outputs, self._externals, self._states, self._inputs, self._system]
            )
        found = [c for c in found if c.path not in taken]
        for channel in found:
            if channel.path in self._externals:
                self._check_moves(channel.path, held, "output")
        return found

    def opened(self, names: list[str], close: list[str], held: list[str]) -> list[Channel]:
        """Places at which loops are opened."""
        found = self._find("open", names, [self._outputs, self._externals, self._inputs], [self._states, self._system])
        closed = self._find("close", close, [self._outputs, self._externals, self._inputs])
        kept = {c.path for c in closed}
        found = [c for c in found if c.path not in kept]
        for channel in found:
            if channel.path in self._externals:
                self._check_moves(channel.path, held, "open")
            if channel.kind == "input" and channel.path not in self._driven:
                raise UsageError(
                    f"linearize: open: no unit drives '{channel.path}', so there is no loop to open; name it in inputs="
                )
        return found

    def _check_moves(self, path: str, held: list[str], what: str) -> None:
        unit = path.partition(".")[0]
        if unit in held:
            way = "sampled='discrete' lets it move" if unit in self._sampled else "it is held"
            raise UsageError(
                f"linearize: {what}: '{path}' is held at the operating point ({way}); name it in inputs= to see what "
                "follows from it"
            )

    def _find(
        self, what: str, names: list[str], groups: list[_Group], others: list[_Group] | None = None
    ) -> list[Channel]:
        """Channels of names, arrays and patterns in order; the first group that has a name wins."""
        found: dict[str, Channel] = {}
        for name in names:
            channels = self._one(name, groups)
            if not channels:
                known = [path for group in groups for path in group]
                strange = others is not None and bool(self._one(name, others))
                if strange:
                    raise UsageError(f"linearize: {what}: '{name}' is no signal between units; {_ADVICE[what]}")
                raise UsageError(f"linearize: {what}: nothing matches '{name}'{near_miss(name, known)}")
            for channel in channels:
                found.setdefault(channel.path, channel)
        return list(found.values())

    def _one(self, name: str, groups: list[_Group]) -> list[Channel]:
        for candidate in (name, f"{self._alone}.{name}") if self._alone is not None else (name,):
            for group in groups:
                if candidate in group:
                    return [group[candidate]]
                shape = array_shapes(group).get(candidate)
                if shape:
                    return [group[path] for path in element_names(candidate, shape)]
        if "*" not in name and "?" not in name:
            return []
        found: dict[str, Channel] = {}
        for group in groups:
            for path, channel in group.items():
                shown = path[len(self._alone) + 1 :] if self._alone and path.startswith(f"{self._alone}.") else path
                if matches(name, path) or matches(name, shown):
                    found.setdefault(path, channel)
        return list(found.values())


_ADVICE = {
    "input": "a state is no input; name an input of its unit",
    "open": "name an output of a unit, or an input that a unit drives",
}
