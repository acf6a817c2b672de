"""Sampled units in a linear system: their steps by finite differences, the plant exactly between their ticks.

The state is z = (plant states, held commands, memory of the units) just before the ticks that begin a period; the
period is the shortest in which the pattern of ticks repeats. Within an instant the rules of `SampledUnits` hold: units
read the plant as it was before any command changed and other units directly, in the order in which they tick.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.linalg import expm

from heatsim.analysis.linear_system import Affine, Channel, Layout, LinearPlant
from heatsim.errors import SimulationError, UsageError
from heatsim.solvers.compose import Composite
from heatsim.system.member import Member

_STEP = 1e-6
_SAME = 1e-3
_NOTHING = 1e-9
_MOST_TICKS = 10_000


@dataclass(frozen=True)
class LinearStep:
    """Step of a sampled unit: `outputs = p w + q m`, `memory = r w + s m`, with the names of its memory."""

    p: np.ndarray
    q: np.ndarray
    r: np.ndarray
    s: np.ndarray
    memory: tuple[str, ...]


@dataclass(frozen=True)
class SampledPart:
    """A sampled unit that takes part: its linear step, and where its inputs and commands are."""

    member: Member
    step: LinearStep
    inputs: slice
    commands: list[int]


@dataclass(frozen=True)
class Discrete:
    """`z' = a z + b q`, `y = c z + d q` from one period to the next; `states` names z."""

    a: np.ndarray
    b: np.ndarray
    c: np.ndarray
    d: np.ndarray
    states: tuple[str, ...]
    period: float


def linear_step(member: Member, t: float, inputs: dict[str, float], memory: dict[str, float]) -> LinearStep:
    """Derivatives of a unit's step by central differences.

    Raises
    ------
    SimulationError
        When the step has a kink or a jump at this point, or its memory is no numbers.
    UsageError
        When the unit keeps state outside of its memory.
    """
    unit, parameters = member.unit, member.parameter_values() | left_out(member)
    if hasattr(unit, "get_state"):
        raise UsageError(
            f"{member.name}: keeps a state of its own (get_state), which has no place in a linear model; keep it in "
            "the memory that step() returns, or hold this unit"
        )
    names = list(inputs)
    keys = sorted(memory)
    outputs = list(member.ports["outputs"])

    def call(values: np.ndarray) -> np.ndarray:
        u = dict(zip(names, values[: len(names)].tolist(), strict=True))
        m = {**memory, **dict(zip(moving, values[len(names) :].tolist(), strict=True))}
        given, new = unit.step(t, u, m, parameters)  # type: ignore[union-attr]
        if sorted(new) != keys:
            raise SimulationError(
                f"{member.name}: the entries of its memory change at a tick; linearise where it has ticked before"
            )
        return np.array([float(given[n]) for n in outputs] + [float(new[k]) for k in keys])

    # an instant that was never reached is NaN in some controllers, and nothing moves it
    moving = [k for k in keys if math.isfinite(float(memory[k]))]
    ports = member.ports["inputs"]
    point = np.array([*inputs.values(), *(float(memory[k]) for k in moving)])
    size = np.array([*(max(abs(v), ports[n].nominal) for n, v in inputs.items()), *np.ones(len(moving))])
    jacobian = _central(member.name, call, point, np.maximum(np.abs(point), size), [*names, *moving], outputs + keys)
    n_u, n_y = len(names), len(outputs)
    by_memory = np.zeros((n_y + len(keys), len(keys)))
    by_memory[:, [keys.index(k) for k in moving]] = jacobian[:, n_u:]
    return LinearStep(jacobian[:n_y, :n_u], by_memory[:n_y], jacobian[n_y:, :n_u], by_memory[n_y:], tuple(keys))


def left_out(member: Member) -> dict[str, float]:
    """Parameters of a sampled unit that make it a stair, a play or noise, with the values that leave this out.

    A derivative would see a sensor with a resolution as one that measures nothing, and a sticking valve as one that
    never moves. Their attribute `linear` names such parameters.
    """
    values = member.parameter_values()
    return {name: value for name, value in getattr(member.unit, "linear", {}).items() if values[name] != value}


def _central(
    unit: str,
    call: Callable[[np.ndarray], np.ndarray],
    point: np.ndarray,
    size: np.ndarray,
    columns: list[str],
    rows: list[str],
) -> np.ndarray:
    """Central differences; both sides have to agree."""
    base = call(point)
    known = np.isfinite(base)
    forward, backward = np.zeros((base.size, point.size)), np.zeros((base.size, point.size))
    h = _STEP * size
    for j in range(point.size):
        moved = point.copy()
        moved[j] = point[j] + h[j]
        forward[:, j] = (call(moved) - base) / h[j]
        moved[j] = point[j] - h[j]
        backward[:, j] = (base - call(moved)) / h[j]
    largest = np.maximum(np.abs(forward), np.abs(backward))
    noise = 64 * np.finfo(float).eps * np.maximum(np.abs(base), 1e-300)[:, None] / h
    # where terms cancel, what is left is rounding and nothing beside what the row does otherwise
    with np.errstate(invalid="ignore"):
        beside = _NOTHING * np.max(np.where(np.isfinite(largest), largest * size, 0.0), axis=1, initial=0.0)
        bad = np.abs(forward - backward) > _SAME * largest + noise + beside[:, None] / size
    bad |= ~np.isfinite(forward) | ~np.isfinite(backward)
    bad &= known[:, None]
    if bad.any():
        j = int(np.argmax(bad.any(axis=0)))
        i = int(np.argmax(bad[:, j]))
        raise SimulationError(
            f"{unit}: its step() has a kink or a jump here: '{rows[i]}' changes by {forward[i, j]:.4g} per unit of "
            f"'{columns[j]}' upwards and {backward[i, j]:.4g} downwards; linearise away from its limits, or hold "
            "this unit"
        )
    return np.where(known[:, None], 0.5 * (forward + backward), 0.0)


def discretise(
    composite: Composite,
    places: Layout,
    plant: LinearPlant,
    parts: list[SampledPart],
    outputs: list[Channel],
    t: float,
) -> Discrete:
    """One period of the sampled system as matrices.

    Parameters
    ----------
    composite, places, plant
        The continuous part.
    parts
        Sampled units in the order in which they tick; other commands are held.
    outputs
        What to read, just after the ticks that begin a period.
    t
        The period begins with the first tick at or after this time, s.
    """
    period, events = tick_pattern(parts, t)
    n_x, n_c, n_q = len(plant.states), composite.n_commands, plant.seen.q.shape[1]
    first = len(composite.outputs) + composite.n_inputs
    offsets = np.cumsum([n_x + n_c, *(len(part.step.memory) for part in parts)])
    n_z = int(offsets[-1])
    z = np.hstack([np.eye(n_z), np.zeros((n_z, n_q))])
    q = np.hstack([np.zeros((n_q, n_z)), np.eye(n_q)])
    read = np.zeros((len(outputs), n_z + n_q))
    scale = plant.nominal
    transitions: dict[float, np.ndarray] = {}
    for k, (instant, due) in enumerate(events):
        x, c = z[:n_x], z[n_x : n_x + n_c].copy()
        seen = _apply(plant.seen, x, c, q)
        for i in due:
            part, rows = parts[i], slice(int(offsets[i]), int(offsets[i + 1]))
            w = plant.coupling.link[part.inputs] @ seen + plant.coupling.to_inputs[part.inputs] @ q
            memory = z[rows]
            c[part.commands] = part.step.p @ w + part.step.q @ memory
            z[rows] = part.step.r @ w + part.step.s @ memory
            at = [first + j for j in part.commands]
            seen[at] = plant.coupling.keep[at, None] * c[part.commands] + plant.coupling.to_signals[at] @ q
        z[n_x : n_x + n_c] = c
        if k == 0:
            read = read_channels(plant, outputs, x, c, q)
        end = events[k + 1][0] if k + 1 < len(events) else period
        step = round(end - instant, 9)
        if step not in transitions:
            transitions[step] = transition(plant.derivative, scale, step)
        z[:n_x] = transitions[step] @ np.vstack([x, c, q])
    names = [*plant.states, *composite.externals[composite.commands]]
    names += [f"{part.member.name}.memory.{key}" for part in parts for key in part.step.memory]
    return Discrete(z[:, :n_z], z[:, n_z:], read[:, :n_z], read[:, n_z:], tuple(names), period)


def _apply(vector: Affine, x: np.ndarray, c: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.asarray(vector.x @ x + vector.c @ c + vector.q @ q)


def read_channels(
    plant: LinearPlant, channels: list[Channel], x: np.ndarray, c: np.ndarray, q: np.ndarray
) -> np.ndarray:
    """Values of channels from matrices of states, commands and disturbances."""
    vectors = {"signal": plant.signals, "input": plant.inputs, "arrival": plant.arrivals}
    rows = [
        x[channel.index] if channel.kind == "state" else _apply(vectors[channel.kind][[channel.index]], x, c, q)[0]
        for channel in channels
    ]
    return np.array(rows).reshape(len(channels), q.shape[1])


def transition(derivative: Affine, scale: np.ndarray, step: float) -> np.ndarray:
    """Exact solution over a step with held commands and disturbances: x' = result @ (x, c, q)."""
    n_x = derivative.x.shape[0]
    held = np.hstack([derivative.c, derivative.q])
    n = n_x + held.shape[1]
    # states of like magnitude, so that the matrix exponential loses no digits between pascals and kelvins
    matrix = np.zeros((n, n))
    matrix[:n_x, :n_x] = derivative.x * scale / scale[:, None]
    size = np.maximum(np.abs(held / scale[:, None]).max(axis=0, initial=0.0), 1e-300)
    matrix[:n_x, n_x:] = held / scale[:, None] / size
    solved = expm(matrix * step)[:n_x]
    solved[:, :n_x] = solved[:, :n_x] * scale[:, None] / scale
    solved[:, n_x:] = solved[:, n_x:] * scale[:, None] * size
    return np.asarray(solved)


def tick_pattern(parts: list[SampledPart], t: float) -> tuple[float, list[tuple[float, list[int]]]]:
    """Common period, and the ticks in it as (time since its begin, units in order)."""
    periods = [Fraction(float(part.member.unit.period)).limit_denominator(10**6) for part in parts]  # type: ignore[union-attr]
    common = Fraction(math.lcm(*(p.numerator for p in periods)), math.gcd(*(p.denominator for p in periods)))
    if sum(common / p for p in periods) > _MOST_TICKS:
        names = ", ".join(f"{part.member.name} {float(p):g} s" for part, p in zip(parts, periods, strict=True))
        raise UsageError(
            f"linearize: the sample periods ({names}) repeat only after {float(common):g} s; choose periods that are "
            "multiples of each other, or hold one of these units"
        )
    offsets = [float(part.member.unit.offset) for part in parts]  # type: ignore[union-attr]
    tolerance = 1e-9 * max(1.0, abs(t))
    firsts = [o + float(p) * math.ceil((t - o - tolerance) / float(p)) for o, p in zip(offsets, periods, strict=True)]
    begin = min(firsts)
    ticks = sorted(
        (first - begin + k * float(p), i)
        for i, (first, p) in enumerate(zip(firsts, periods, strict=True))
        for k in range(int(common / p))
    )
    events: list[tuple[float, list[int]]] = []
    for instant, i in ticks:
        if events and instant - events[-1][0] <= tolerance:
            events[-1][1].append(i)
        else:
            events.append((instant, [i]))
    return float(common), [(instant, sorted(due)) for instant, due in events]
