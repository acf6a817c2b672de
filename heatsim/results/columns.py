"""Which entries a result has, and where their values come from: names, units, dimensions, arrays gathered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from heatsim.errors import UsageError, near_miss
from heatsim.fmu.block import Port, array_shapes, element_names, matches, split_subscript
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.compose import Composite
from heatsim.system.system import System

_PER = re.compile(r"\bper (?P<word>[A-Za-z_]\w*)\W*$")


@dataclass(frozen=True)
class Column:
    """An entry of a result.

    Attributes
    ----------
    name
        Name in the Dataset.
    ports
        Port of each element, in row-major order; one for a scalar.
    elements
        Where each element comes from: ("x" | "u" | "y", position).
    dimensions, shape
        Dimensions after time and their lengths; empty for a scalar.
    """

    name: str
    ports: tuple[Port, ...]
    elements: tuple[tuple[str, int], ...]
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]

    @property
    def attributes(self) -> dict[str, str]:
        """Unit and long name."""
        port = self.ports[0]
        return {"units": port.unit or "1", "long_name": port.description or self.name}

    def values(self, x: np.ndarray, u: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Values of shape (n, *shape) from states, externals and outputs of shape (n, number of each)."""
        rows = {"x": x, "u": u, "y": y}
        values = np.stack([rows[group][:, i] for group, i in self.elements], axis=1)
        return values.reshape(values.shape[0], *self.shape)

    def variable(self, x: np.ndarray, u: np.ndarray, y: np.ndarray) -> xr.Variable:
        """Variable with its attributes."""
        return xr.Variable(("time", *self.dimensions), self.values(x, u, y), dict(self.attributes))


def columns_of(
    system: System, composite: Composite, alone: Fmu | None, variables: str | Sequence[str] | None = None
) -> list[Column]:
    """Entries of a run in the order of the Dataset.

    Parameters
    ----------
    system, composite
        What is run.
    alone
        The FMU, when one FMU is run by itself; its variables then have no unit in their names.
    variables
        Names or patterns (`"storage.*"`, `"*.T_supply"`); the word "states" adds all states. None keeps outputs,
        commands and system inputs.

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    patterns = _patterns(variables)
    with_states = "states" in patterns
    patterns = [p for p in patterns if p != "states"]

    def shown(path: str) -> str:
        return path if alone is None else path.partition(".")[2]

    scalars: dict[str, tuple[Port, tuple[str, int]]] = {}
    opaque = composite.n_inputs + composite.n_commands
    for i, path in enumerate(composite.externals):
        # system inputs have no unit in their names, but may have points
        scalars[path if i < opaque else shown(path)] = (_external_port(system, path), ("u", i))
    for i, path in enumerate(composite.outputs):
        scalars[shown(path)] = (composite.output_ports[i], ("y", i))
    if with_states:
        for i, path in enumerate(composite.states):
            scalars.setdefault(shown(path), (composite.state_ports[i], ("x", i)))
    shapes = array_shapes(scalars)
    gathered: dict[str, list[str]] = {}
    for name in scalars:
        base = split_subscript(name)[0]
        if base not in shapes:
            gathered[name] = [name]
        elif base not in gathered:
            gathered[base] = element_names(base, shapes[base])
    wanted = _select(gathered, patterns)
    if patterns and with_states:
        names = {shown(path) for path in composite.states}
        arrays = array_shapes(names)
        wanted |= {n for n in gathered if n in names or n in arrays}
    sizes: dict[str, int] = {}
    return [_column(name, [scalars[n] for n in names], sizes) for name, names in gathered.items() if name in wanted]


def _column(name: str, members: list[tuple[Port, tuple[str, int]]], sizes: dict[str, int]) -> Column:
    ports = tuple(port for port, _ in members)
    elements = tuple(place for _, place in members)
    if split_subscript(name)[1] or not split_subscript(ports[0].name)[1]:
        # a scalar, or an element of an array that is not all there
        return Column(name, ports, elements, (), ())
    shape = array_shapes(port.name for port in ports)[split_subscript(ports[0].name)[0]]
    return Column(name, ports, elements, tuple(_dimensions(name, ports[0].description, shape, sizes)), shape)


def _dimensions(name: str, description: str, shape: tuple[int, ...], sizes: dict[str, int]) -> list[str]:
    """Names of the dimensions after time; notes their lengths in `sizes`."""
    unit, dot, _ = name.rpartition(".")
    prefix = unit.split(".")[0] + "." if dot else ""
    match = _PER.search(description)
    # arrays of another length with the same word, faces beside layers say, get a dimension of their own
    word = "" if match is None else f"{prefix}{match['word']}"
    if word not in ("", "time") and len(shape) == 1 and sizes.setdefault(word, shape[0]) == shape[0]:
        return [word]
    return [f"{name}_index"] if len(shape) == 1 else [f"{name}_index_{i + 1}" for i in range(len(shape))]


def _external_port(system: System, path: str) -> Port:
    declared = system.input_scalars.get(path)
    if declared is not None:
        return Port(path, declared.unit, description=declared.description)
    unit, _, name = path.partition(".")
    return system.members[unit].ports["outputs"][name]


def check_variables(model: System | Fmu, variables: str | Sequence[str] | None) -> None:
    """Refuse a name or pattern that no run of this model can give, before the run.

    Raises
    ------
    UsageError
        When a pattern matches nothing.
    """
    if isinstance(model, Fmu):
        names = [*model.inputs, *model.outputs, *model.states]
        names += [*array_shapes(model.inputs), *array_shapes(model.outputs), *array_shapes(model.states)]
    else:
        groups = ("outputs", "states")
        names = [*model.inputs]
        names += [f"{m.name}.{n}" for m in model.members.values() for group in groups for n in m.names(group)]
    selected = _select(names, [p for p in _patterns(variables) if p != "states"])
    if isinstance(model, Fmu) and "time" in selected & {*model.inputs, *model.outputs}:
        raise UsageError(
            f"{model.name}: its variable 'time' would be taken for the time of the result; put the FMU into a System, "
            "where the variable is called unit.time, or leave it out by variables="
        )


def _patterns(variables: str | Sequence[str] | None) -> list[str]:
    if variables is None or isinstance(variables, str):
        return [] if variables is None else [variables]
    patterns = list(variables) if isinstance(variables, Iterable) else []
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        raise UsageError(f"variables={variables!r} names nothing; give names or patterns, or leave it out for all")
    return patterns


def _select(names: Collection[str], patterns: Iterable[str]) -> set[str]:
    patterns = list(patterns)
    if not patterns:
        return set(names)
    wanted: set[str] = set()
    for pattern in patterns:
        found = {n for n in names if n == pattern or matches(pattern, n)}
        if not found:
            raise UsageError(
                f"variables: nothing matches '{pattern}'{near_miss(pattern, names)}; states need \"states\" in the list"
            )
        wanted |= found
    return wanted
