"""Linear model of a system at an operating point, as a python-control StateSpace with named signals.

Loops are opened by name. `lin = linearize(system, at=point, open="pi.y")` has the signal "pi/y" among its inputs (what
the actuator gets) and among its outputs (what the controller would give), so `loop = lin["pi/y", "pi/y"]` is the loop
transfer function. Its margins: `control.margin(-loop)`, or, for a large plant, whose polynomials lose all digits,
`control.margin(control.frd(-loop, omega, smooth=False))`. python-control keeps the point for itself: in its labels a
slash stands where a path has a point.
"""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import control
import numpy as np

from heatsim.analysis.linear_choices import check_held, check_known, modes_of, ways_of
from heatsim.analysis.linear_kinks import kinks_at
from heatsim.analysis.linear_names import Names
from heatsim.analysis.linear_sampling import Discrete, SampledPart, discretise, left_out, linear_step, read_channels
from heatsim.analysis.linear_system import Channel, Layout, LinearPlant, layout, linear_plant, source_value
from heatsim.errors import HeatsimWarning, UsageError, caller_level
from heatsim.fmu.fmu import Fmu
from heatsim.one_at_a_time import one_at_a_time
from heatsim.results.checkpoints import load_checkpoint
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.run import as_system
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.start import StartFrom, operating_point
from heatsim.system.system import System

_LOG = logging.getLogger("heatsim")


@dataclass(frozen=True)
class Linearisation:
    """How a linear model was made; its attribute `info`.

    Attributes
    ----------
    point
        The operating point.
    held
        Units whose outputs are held: sampled ones, and opaque ones in `hold`.
    removed
        States that were left out because they influence nothing (energy meters, memory of instants).
    kinks
        Limits, ramps of two speeds and other kinks that the point lies on, in words. There the linear model holds in
        one direction only, and which one is chance.
    residual, worst
        Largest rate of a state at the point relative to its magnitude, 1/s, and that state. Far from zero, the linear
        model describes deviations from a trajectory, not from a steady state.
    left_out
        Parameters that were taken as zero, `unit.parameter`: resolution and noise of sensors, stiction and play of
        actuators, which have no linear model.
    """

    point: OperatingPoint
    held: tuple[str, ...]
    removed: tuple[str, ...]
    kinks: tuple[str, ...]
    residual: float
    worst: str
    left_out: tuple[str, ...] = ()


@one_at_a_time
def linearize(
    model: System | Fmu,
    at: StartFrom | str | Path,
    inputs: str | Sequence[str] | None = None,
    outputs: str | Sequence[str] | None = None,
    *,
    open: str | Sequence[str] = (),  # noqa: A002 - the word of the trade
    close: str | Sequence[str] = (),
    t: float | None = None,
    sampled: str | Mapping[str, str] = "held",
    hold: str | Sequence[str] = (),
    keep_meters: bool = False,
    parameters: Mapping[str, Any] | None = None,
) -> Any:
    """Linearise a system at an operating point.

    Parameters
    ----------
    model
        System, or one FMU alone.
    at
        Steady state from `trim`, row of a Dataset that holds the states, or checkpoint (path).
    inputs
        Names of arrays or scalars, or patterns: system inputs; inputs of units ("heat_pump.capacity[1]"), to which the
        linear input is added; outputs of units ("pi.y"), to which it is added for all that they drive. None takes the
        system inputs.
    outputs
        Names or patterns: outputs, states, and inputs of units, and system inputs. An output is what its unit gives,
        without what is added to it. None takes all outputs of continuous units, without energy meters.
    open
        Signals or patterns at which a loop is opened: outputs of units (all that they drive) or inputs of units (that
        one alone). Each becomes an input, and its source an output, after those above.
    close
        Signals that stay closed although a pattern in `open` matches them.
    t
        Time of the row when `at` is a Dataset of several, s.
    sampled
        What becomes of sampled units: "held" (commands held at the point), "discrete" (the result is a discrete-time
        system over their common period), "error"; or a mapping from unit names to these, others being held.
    hold
        Units that keep their state to themselves whose outputs are to be held. Of the others FMUs with events are
        linearised in their present mode, where the point holds their state (trim, checkpoint); Co-Simulation FMUs are
        refused.
    keep_meters
        Keep states that influence nothing, such as energy meters, and their outputs.
    parameters
        As for `simulate`.

    Returns
    -------
    control.StateSpace
        In SI units, deviations from the point. Labels are the paths with "/" for "."; attribute `info`
        (`Linearisation`) says how it was made.

    Raises
    ------
    UsageError
        For a name that fits nothing, an operating point of another system, an opaque unit.
    SimulationError
        When a derivative is not finite or a step of a sampled unit has a kink or jump there.
    """
    system = as_system(model, parameters)
    system.check()
    composite = compose(system)
    alone = next(iter(system.members)) if isinstance(model, Fmu) else None
    units = SampledUnits(system, composite)
    source = load_checkpoint(at) if isinstance(at, str | Path) else at
    point = operating_point(source, composite, units.names, t, alone)
    ways = ways_of(sampled, units.names)
    held = [n for n in units.names if ways[n] == "held"]
    check_held(composite, _listed(hold))
    held += _listed(hold)
    check_known(composite, point)
    modes = modes_of(system, composite, point, held)
    own = [f"{mode.linear.name}.{state}" for mode in modes for state in mode.states]
    places = layout(composite, _input_names(system, composite))
    names = Names(system, composite, places.inputs, alone, (*composite.states, *own))
    opened = names.opened(_listed(open), _listed(close), held)
    wanted_inputs = names.inputs(None if inputs is None else _listed(inputs), opened)
    disturbances = [*wanted_inputs, *opened]
    # values of opaque units that are not known do not matter where nothing reads them
    u = np.nan_to_num(point.u)
    free = _free(composite, keep_meters)
    listed = None if outputs is None else _listed(outputs)
    read = names.outputs(listed, opened, held, _meter_outputs(composite, ~free))
    read += [replace(c, kind="arrival") if c.kind == "input" else c for c in opened]
    for what, found in (("inputs", disturbances), ("outputs", read)):
        if not found:
            raise UsageError(f"linearize: no {what}; name some in {what}=, or a loop in open=")
    plant = linear_plant(composite, places, point.time, point.x, u, disturbances, opened, modes)
    stays = np.append(free, np.ones(len(own), dtype=bool))
    stays[[c.index for c in read if c.kind == "state"]] = True
    without: list[str] = []
    if any(way == "discrete" for way in ways.values()):
        order = [n for n in units.names if ways[n] == "discrete"]
        parts = _parts(system, composite, order, places, point, u)
        made = discretise(composite, places, plant, parts, read, point.time)
        without = [f"{part.member.name}.{name}" for part in parts for name in left_out(part.member)]
    else:
        made = _continuous(composite, plant, read)
    result, removed = _state_space(system.name, made, disturbances, read, stays, keep_meters, names)
    residual, worst = _residual(composite, point, u, free)
    kinks = tuple(str(kink) for kink in kinks_at(composite, point.time, point.x, u, free))
    result.info = Linearisation(point, tuple(held), removed, kinks, residual, worst, tuple(without))
    if kinks:
        counts = Counter(text.partition(":")[0] for text in kinks)
        warnings.warn(
            f"linearize: the operating point lies on kinks (limits, ramps of two speeds, switches) of "
            f"{', '.join(f'{unit} ({count})' for unit, count in counts.items())}, where the linear model holds in one "
            "direction only; its attribute info.kinks lists them",
            HeatsimWarning,
            stacklevel=caller_level(),
        )
    if without:
        warnings.warn(
            f"linearize: {', '.join(without)} left out: there is no linear model of resolution, noise, stiction and "
            "play, and what they do to a loop only a simulation shows",
            HeatsimWarning,
            stacklevel=caller_level(),
        )
    if held:
        _LOG.info("linearize: held at the operating point: %s", ", ".join(held))
    return result


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _input_names(system: System, composite: Composite) -> dict[str, list[str]]:
    """Inputs of each unit in the order of `composite.sources`."""
    return {
        name: [p.name for p in composite.blocks[name].inputs]
        if name in composite.blocks
        else list(system.members[name].ports["inputs"])
        for name in composite.sources
    }


def _free(composite: Composite, keep_meters: bool) -> np.ndarray:
    """Mask of the states that stay: without those on which nothing depends."""
    free = np.ones(len(composite.states), dtype=bool)
    if not keep_meters and len(composite.states):
        free[:] = False
        free[composite.ode.jac_sparsity(0, 1).get_triplet()[1]] = True
    return free


def _meter_outputs(composite: Composite, meters: np.ndarray) -> set[int]:
    """Outputs that depend on a meter."""
    if not composite.outputs or not meters.any():
        return set()
    rows, columns = composite.output.jac_sparsity(0, 1).get_triplet()
    return {row for row, column in zip(rows, columns, strict=True) if meters[column]}


def _continuous(composite: Composite, plant: LinearPlant, read: list[Channel]) -> Discrete:
    """Matrices with commands held; a period of 0 means continuous time."""
    n_x, n_q = plant.derivative.x.shape[0], plant.derivative.q.shape[1]
    x, q = np.eye(n_x, n_x + n_q), np.eye(n_q, n_x + n_q, n_x)
    c = np.zeros((composite.n_commands, n_x + n_q))
    rows = read_channels(plant, read, x, c, q)
    return Discrete(plant.derivative.x, plant.derivative.q, rows[:, :n_x], rows[:, n_x:], plant.states, 0.0)


def _parts(
    system: System,
    composite: Composite,
    order: list[str],
    places: Layout,
    point: OperatingPoint,
    u: np.ndarray,
) -> list[SampledPart]:
    """Linear steps of the sampled units that take part, in the order in which they tick."""
    if point.memory is None:
        raise UsageError(
            "linearize: sampled='discrete' needs the memory of the sampled units, which this row of a Dataset does not "
            "hold; take the last row of a run, a checkpoint or the result of trim"
        )
    y = np.asarray(composite.output(point.time, point.x, u)).ravel()
    stack = np.concatenate([y, u])
    first = {path: j for j, path in enumerate(composite.externals[composite.commands])}
    parts = []
    for member in (system.members[name] for name in order):
        values = {}
        for name, source in zip(member.ports["inputs"], composite.sources[member.name], strict=True):
            values[name] = source_value(source, stack, y.size)
        unit: Any = member.unit
        period, offset = float(unit.period), float(unit.offset)
        tick = offset + period * np.ceil((point.time - offset) / period - 1e-9)
        step = linear_step(member, float(tick), values, point.memory[member.name])
        commands = [first[f"{member.name}.{name}"] for name in member.ports["outputs"]]
        parts.append(SampledPart(member, step, places.rows[member.name], commands))
    return parts


def _state_space(
    name: str,
    made: Discrete,
    disturbances: list[Channel],
    read: list[Channel],
    free: np.ndarray,
    keep_meters: bool,
    names: Names,
) -> tuple[Any, tuple[str, ...]]:
    """StateSpace without the states that influence nothing, and the names of those."""
    keep = np.ones(len(made.states), dtype=bool)
    keep[: free.size] = free | made.c[:, : free.size].any(axis=0)
    if not keep_meters:
        # commands that each tick replaces, and memory that only keeps itself
        for i in range(free.size, len(made.states)):
            others = np.delete(made.a[:, i], i)
            keep[i] = bool(others.any() or made.c[:, i].any())
    labels = [[names.label(c.path) for c in group] for group in (disturbances, read)]
    states = [names.label(made.states[i]) for i in np.flatnonzero(keep)]
    timing = (made.period,) if made.period else ()
    result = control.StateSpace(
        made.a[np.ix_(keep, keep)],
        made.b[keep],
        made.c[:, keep],
        made.d,
        *timing,
        inputs=labels[0],
        outputs=labels[1],
        states=states,
        name=names.label(name),
        remove_useless_states=False,
    )
    return result, tuple(made.states[i] for i in np.flatnonzero(~keep))


def _residual(composite: Composite, point: OperatingPoint, u: np.ndarray, free: np.ndarray) -> tuple[float, str]:
    if not free.any():
        return 0.0, ""
    rates = np.asarray(composite.ode(point.time, point.x, u)).ravel()
    rates = np.where(free, np.abs(rates) / np.maximum(composite.nominal, np.abs(point.x)), 0.0)
    worst = int(np.argmax(rates))
    return float(rates[worst]), composite.states[worst]
