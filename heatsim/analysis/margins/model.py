"""Linear model of a system with all its control loops closed and a place to disturb each loop's command.

Everything else follows from it: a loop is opened, or its gain is changed, by feeding its command back to that place
(`LoopModel.scaled`). The units that tick stay with their sample times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import xarray as xr

from heatsim.analysis.linear_choices import check_known, modes_of
from heatsim.analysis.linear_kinks import Kink, kinks_at
from heatsim.analysis.linear_names import Names
from heatsim.analysis.linear_sampling import Discrete, SampledPart, discretise, linear_step, read_channels
from heatsim.analysis.linear_system import Affine, Channel, Layout, LinearPlant, layout, linear_plant, source_value
from heatsim.analysis.margins.steady import steady_state
from heatsim.errors import SimulationError, UsageError
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.start import StartFrom, operating_point
from heatsim.system.loops import ControlLoop, find_loop
from heatsim.system.system import System

At = StartFrom | Mapping[str, Any]


@dataclass(frozen=True)
class LoopModel:
    """A system at an operating point with its loops.

    Attributes
    ----------
    system, point
        What was linearised and where.
    loops
        The loops that can be opened, by name; disturbance number i is added to the command of loop number i.
    refused
        Loops that cannot be opened: name -> why.
    composite, places, probed, parts
        The pieces of the linear model, all loops closed; disturbances at commands and at probes.
    channels, measured
        Place of each loop's command and of its controlled variable.
    free
        Boolean, shape (n_states,): states that something depends on.
    held
        Units whose outputs are held: name -> why.
    kinks
        Limits, ramps of two speeds and other kinks on which the point lies.
    probes
        Outputs that have kinks, `unit.output`; disturbances that follow those at the commands.
    """

    system: System
    point: OperatingPoint
    loops: dict[str, ControlLoop]
    refused: dict[str, str]
    composite: Composite
    places: Layout
    probed: LinearPlant
    parts: list[SampledPart]
    channels: list[Channel]
    measured: list[Channel]
    free: np.ndarray
    held: dict[str, str] = field(default_factory=dict)
    kinks: tuple[Kink, ...] = ()
    probes: tuple[str, ...] = ()

    @cached_property
    def plant(self) -> LinearPlant:
        """The plant with all loops closed, disturbances at the commands."""
        return _first(self.probed, len(self.channels))

    @property
    def sampled(self) -> bool:
        """Whether units that tick take part."""
        return bool(self.parts)

    def index(self, loop: str) -> int:
        """Number of a loop."""
        return list(self.loops).index(loop)

    def inputs_of(self, unit: str) -> dict[str, float]:
        """Inputs of a unit at the point."""
        u = np.nan_to_num(self.point.u)
        y = np.asarray(self.composite.output(self.point.time, self.point.x, u)).ravel()
        names = self.system.members[unit].ports["inputs"]
        return {name: source.value(y, u) for name, source in zip(names, self.composite.sources[unit], strict=True)}

    def scaled(self, factors: Mapping[str, float], probed: bool = False) -> LinearPlant:
        """The plant with the commands of some loops multiplied (0 opens a loop), with or without the probes."""
        plant = self.probed if probed else self.plant
        for loop, factor in factors.items():
            plant = _fed_back(self.composite, plant, self.channels[self.index(loop)], self.index(loop), factor - 1.0)
        return plant

    def closed(self, factors: Mapping[str, float] | None = None, states: tuple[str, ...] | None = None) -> Discrete:
        """Matrices of the closed system, disturbances at the commands, commands read; period 0: continuous time.

        With units that tick, the disturbances are held over the common period. Without `states`, those stay on which
        something depends.
        """
        plant = self.scaled(factors or {})
        if self.parts:
            made = discretise(self.composite, self.places, plant, self.parts, self.channels, self.point.time)
        else:
            n_x, n_q = plant.derivative.x.shape[0], plant.derivative.q.shape[1]
            x, q = np.eye(n_x, n_x + n_q), np.eye(n_q, n_x + n_q, n_x)
            c = np.zeros((self.composite.n_commands, n_x + n_q))
            rows = read_channels(plant, self.channels, x, c, q)
            made = Discrete(plant.derivative.x, plant.derivative.q, rows[:, :n_x], rows[:, n_x:], plant.states, 0.0)
        if states is None:
            return _reduced(made, _that_matter(made, self.free))
        place = {name: i for i, name in enumerate(made.states)}
        return _reduced(made, np.array([place[name] for name in states], dtype=int))


def loop_model(system: System, at: At, loops: Sequence[str] | None = None) -> LoopModel:
    """Linearise a system for the analysis of its loops.

    Parameters
    ----------
    system
        The system.
    at
        Inputs (the steady state for them is found), or a point as for `linearize`.
    loops
        Names of loops; None takes all.

    Raises
    ------
    UsageError
        For an unknown loop, or no loop at all.
    """
    system.check()
    names = list(system.loops) if loops is None else list(loops)
    wanted = {name: find_loop(system, name) for name in names}
    if not wanted:
        raise UsageError(f"{system.name} has no control loops; add a controller, or declare a loop with declare_loop")
    composite = compose(system)
    units = SampledUnits(system, composite)
    inputs = isinstance(at, Mapping) and not isinstance(at, xr.Dataset)  # a Dataset is a mapping too
    source = steady_state(system, cast(Mapping[str, Any], at), names) if inputs else at
    point = operating_point(source, composite, units.names)
    if units.names and point.memory is None:
        raise UsageError(
            "loop margins need the memory of the sampled units, which this row of a Dataset does not hold; take the "
            "last row of a run, a checkpoint, or the steady state (of a twin: heatsim.solvers.transfer)"
        )
    check_known(composite, point)
    modes = modes_of(system, composite, point, [])
    own = [f"{mode.linear.name}.{state}" for mode in modes for state in mode.states]
    places = layout(composite, _input_names(system, composite))
    find = Names(system, composite, places.inputs, None, (*composite.states, *own))
    u = np.nan_to_num(point.u)
    parts, held = _parts(system, composite, units.names, places, point, u)
    usable, refused, channels, measured = {}, {}, [], []
    for name, loop in wanted.items():
        why = _why_not(loop, held)
        if why:
            refused[name] = why
            continue
        usable[name] = loop
        channels += find.inputs([loop.command], [])
        measured += find.outputs([loop.measurement], [], [], ())
    free = np.zeros(len(composite.states), dtype=bool)
    if free.size:
        free[composite.ode.jac_sparsity(0, 1).get_triplet()[1]] = True
    kinks = kinks_at(composite, point.time, point.x, u, free)
    stays = np.append(free, np.ones(len(own), dtype=bool))
    probes = tuple(dict.fromkeys(f"{k.unit}.{row}" for k in kinks for row in k.rows if not row.startswith("der(")))
    places_of = {path: i for i, path in enumerate(composite.outputs)}
    disturbed = [*channels, *(Channel("signal", places_of[path], path) for path in probes)]
    plant = linear_plant(composite, places, point.time, point.x, u, disturbed, [], modes)
    return LoopModel(
        system, point, usable, refused, composite, places, plant, parts, channels, measured, stays, held, kinks, probes
    )


def _why_not(loop: ControlLoop, held: dict[str, str]) -> str:
    unit = loop.command.partition(".")[0]
    if loop.inside:
        return "it is closed inside an FMU and cannot be opened"
    if not loop.drives:
        return "its command drives nothing"
    if unit in held:
        return f"its controller is held: {held[unit]}"
    return ""


def _input_names(system: System, composite: Composite) -> dict[str, list[str]]:
    return {
        name: [p.name for p in composite.blocks[name].inputs]
        if name in composite.blocks
        else list(system.members[name].ports["inputs"])
        for name in composite.sources
    }


def _parts(
    system: System, composite: Composite, names: list[str], places: Layout, point: OperatingPoint, u: np.ndarray
) -> tuple[list[SampledPart], dict[str, str]]:
    """Linear steps of the sampled units in the order in which they tick; units without one are held."""
    y = np.asarray(composite.output(point.time, point.x, u)).ravel()
    stack = np.concatenate([y, u])
    first = {path: j for j, path in enumerate(composite.externals[composite.commands])}
    parts, held = [], {}
    for member in (system.members[name] for name in names):
        ports = zip(member.ports["inputs"], composite.sources[member.name], strict=True)
        values = {name: source_value(source, stack, y.size) for name, source in ports}
        unit: Any = member.unit
        tick = unit.offset + unit.period * np.ceil((point.time - unit.offset) / unit.period - 1e-9)
        try:
            step = linear_step(member, float(tick), values, (point.memory or {})[member.name])
        except (SimulationError, UsageError) as error:
            held[member.name] = str(error).removeprefix(f"{member.name}: ")
            continue
        commands = [first[f"{member.name}.{name}"] for name in member.ports["outputs"]]
        parts.append(SampledPart(member, step, places.rows[member.name], commands))
    return parts, held


def _first(plant: LinearPlant, count: int) -> LinearPlant:
    """The plant with its first disturbances only."""

    def cut(vector: Affine) -> Affine:
        return Affine(vector.x, vector.c, vector.q[:, :count])

    coupling = plant.coupling
    coupling = replace(coupling, to_signals=coupling.to_signals[:, :count], to_inputs=coupling.to_inputs[:, :count])
    return replace(
        plant,
        derivative=cut(plant.derivative),
        signals=cut(plant.signals),
        seen=cut(plant.seen),
        inputs=cut(plant.inputs),
        arrivals=cut(plant.arrivals),
        coupling=coupling,
    )


def _fed_back(composite: Composite, plant: LinearPlant, channel: Channel, i: int, gain: float) -> LinearPlant:
    """The plant with disturbance i replaced by itself plus `gain` times the command that it is added to."""
    row = plant.signals[channel.index]
    rest = 1.0 - gain * row.q[i]
    if abs(rest) < 1e-12:
        raise SimulationError(f"'{channel.path}' lies on an algebraic cycle that has no solution with this gain")
    x, c, q = (gain * part / rest for part in (row.x, row.c, row.q))

    def moved(vector: Affine) -> Affine:
        by = vector.q[..., i]
        outer = np.multiply.outer
        # the loop's own disturbance is amplified by the direct path around it
        return Affine(vector.x + outer(by, x), vector.c + outer(by, c), vector.q + outer(by, q))

    coupling = plant.coupling
    first = len(composite.outputs) + composite.n_inputs
    if first <= channel.index < first + composite.n_commands:
        keep = coupling.keep.copy()
        keep[channel.index] += gain * coupling.to_signals[channel.index, i]
        coupling = replace(coupling, keep=keep)
    return replace(
        plant,
        derivative=moved(plant.derivative),
        signals=moved(plant.signals),
        seen=moved(plant.seen),
        inputs=moved(plant.inputs),
        arrivals=moved(plant.arrivals),
        coupling=coupling,
    )


def _that_matter(made: Discrete, free: np.ndarray) -> np.ndarray:
    """Numbers of the states on which others depend: those on which nothing does are left out until none is left."""
    keep = np.ones(len(made.states), dtype=bool)
    keep[: free.size] = free
    read = made.c.any(axis=0)
    keep |= read
    matrix = made.a.astype(bool)
    np.fill_diagonal(matrix, False)
    while True:
        used = matrix[keep].any(axis=0) | read
        if not (keep & ~used).any():
            return np.flatnonzero(keep)
        keep &= used


def _reduced(made: Discrete, kept: np.ndarray) -> Discrete:
    names = tuple(made.states[i] for i in kept)
    return Discrete(made.a[np.ix_(kept, kept)], made.b[kept], made.c[:, kept], made.d, names, made.period)
