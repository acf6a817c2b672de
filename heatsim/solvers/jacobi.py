"""Jacobi co-simulation: every unit by itself over a fixed macro step, then one exchange of signals.

An exchange also takes place where a system input jumps that feeds through to a coupling signal: known beforehand, the
jump cuts a macro step in two. Coupling signals inside a step are held or extrapolated on a straight line through the
last two exchanges (order 1 and 2; Kübler and Schiehlen, Two methods of simulator coupling, 2000). A signal that jumped
since the last exchange, because a command or a system input changed in a step, has no history and is held. System
inputs and commands are exact inside the step, with their own jumps. Python units, which do not depend on each other
inside a step, share one integrator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from heatsim.fmu.block import Block
from heatsim.solvers.compose import Composite, Source
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine, nearest

# each macro step is a restart, and what restarts may err by adds up: a tenth of the tolerance costs some 15 % (measured
# on the reference plant) and keeps the sum below the error of the coupling
_TOLERANCE = 0.1


@dataclass(frozen=True)
class _Part:
    """A group of units integrated in one call.

    `signal` holds, for each input, the index into the stack (outputs, externals, 0), so that an input is
    factor*stack[signal] + offset.
    """

    integrator: SegmentIntegrator
    states: np.ndarray
    signal: np.ndarray
    factor: np.ndarray
    offset: np.ndarray
    inputs: np.ndarray

    def lines(self, values: np.ndarray, slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Straight lines of this part's inputs from those of all signals."""
        return self.factor * values[self.signal] + self.offset, self.factor * slopes[self.signal]


def integrate(
    composite: Composite,
    sampled: SampledUnits,
    line: TimeLine,
    macro: np.ndarray,
    x0: np.ndarray,
    extrapolation: str,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
) -> None:
    """Run along the time line in macro steps.

    Parameters
    ----------
    composite, sampled
        The system; memory of the sampled units is set.
    line
        Segments (macro points among the breaks), ticks and output times.
    macro
        Times of exchange, shape (n,).
    x0
        States at the start.
    extrapolation
        "linear" or "held".
    rtol, statistics, report, recorder
        As for the monolithic method.
    """
    parts = _parts(composite, rtol, statistics)
    n_y = len(composite.outputs)
    at = np.unique(nearest(line.breaks, macro))
    x = x0.copy()
    previous: np.ndarray | None = None
    n = at.size - 1
    for i in range(n + 1):
        k = int(at[i])
        t = float(line.breaks[k])
        before = sampled.commands
        if k in line.ticks:
            sampled.tick(t, line.ticks[k], x, line.values[k])
        u = np.concatenate([line.values[k], sampled.commands])
        report(t)
        if i == n:
            _record(line, k, x, u, recorder)
            break
        y = np.asarray(composite.output(t, x, u)).ravel()
        rate = np.zeros(n_y)
        if extrapolation == "linear" and previous is not None:
            first = int(at[i - 1]) + 1
            moved = np.concatenate([line.jumps[first : k + 1].any(axis=0), sampled.commands != before])
            broken = composite.feedthrough @ moved
            rate = np.where(broken, 0.0, (y - previous) / (t - float(line.breaks[int(at[i - 1])])))
        previous = y
        x = _step(parts, line, k, int(at[i + 1]), x, y, rate, sampled.commands, recorder)


def _record(line: TimeLine, k: int, x: np.ndarray, u: np.ndarray, recorder: Recorder) -> None:
    if line.at_break[k]:
        recorder.put(int(line.first_output[k]), x, u)


def _step(
    parts: list[_Part],
    line: TimeLine,
    first: int,
    last: int,
    x: np.ndarray,
    y: np.ndarray,
    rate: np.ndarray,
    commands: np.ndarray,
    recorder: Recorder,
) -> np.ndarray:
    """One macro step from break `first` to `last`; fills in results inside it and at its start."""
    begin = float(line.breaks[first])
    at_breaks = np.zeros((last - first + 1, x.size))
    at_breaks[0] = x
    zero = np.zeros(1)
    idle = np.zeros(commands.size)
    for part in parts:
        k = first
        while k < last:
            # go on to the next break where this part's inputs or equations change or a result is wanted
            end = k + 1
            while end < last and not (line.at_break[end] or line.kinks[end] or line.changes[end, part.inputs].any()):
                end += 1
            t = float(line.breaks[k])
            values = np.concatenate([y + rate * (t - begin), line.values[k], commands, zero])
            slopes = np.concatenate([rate, line.slopes[k], idle, zero])
            a, b = part.lines(values, slopes)
            at_breaks[end - first, part.states] = part.integrator.advance(
                at_breaks[k - first, part.states], t, float(line.breaks[end]), a, b
            )
            k = end
    for k in range(first, last):
        _record(line, k, at_breaks[k - first], np.concatenate([line.values[k], commands]), recorder)
    return at_breaks[-1]


def _parts(composite: Composite, rtol: float, statistics: Statistics) -> list[_Part]:
    """One part for each FMU and one for all units written in Python."""
    groups: list[list[str]] = [[name] for name in composite.blocks if name in composite.fmus]
    python = [name for name in composite.blocks if name not in composite.fmus]
    if python:
        groups.append(python)
    return [
        _part(composite, names, rtol, statistics) for names in groups if any(composite.blocks[n].states for n in names)
    ]


def _part(composite: Composite, names: list[str], rtol: float, statistics: Statistics) -> _Part:
    blocks = [composite.blocks[name] for name in names]
    sources = [source for name in names for source in composite.sources[name]]
    states = np.concatenate([np.arange(composite.state_slices[n].start, composite.state_slices[n].stop) for n in names])
    n_y, n_u = len(composite.outputs), len(composite.externals)
    externals = {s.external for s in sources if s.external is not None and s.external < composite.n_inputs}
    return _Part(
        integrator=SegmentIntegrator(
            ", ".join(names),
            _stacked_ode(blocks),
            tuple(composite.states[i] for i in states),
            composite.nominal[states],
            max(_TOLERANCE * rtol, 1e-12),
            statistics,
        ),
        states=states,
        signal=np.array([_position(s, n_y, n_u) for s in sources], dtype=int),
        factor=np.array([s.factor for s in sources], dtype=float),
        offset=np.array([s.offset for s in sources], dtype=float),
        inputs=np.array(sorted(externals), dtype=int),
    )


def _position(source: Source, n_outputs: int, n_externals: int) -> int:
    if source.output is not None:
        return source.output
    if source.external is not None:
        return n_outputs + source.external
    return n_outputs + n_externals


def _stacked_ode(blocks: list[Block]) -> ca.Function:
    """Right-hand side of independent blocks side by side, parameters put in."""
    kind: Any = ca.SX if all(block.symbolic for block in blocks) else ca.MX
    t = kind.sym("t")
    x = kind.sym("x", sum(len(block.states) for block in blocks))
    u = kind.sym("u", sum(len(block.inputs) for block in blocks))
    odes = [kind(0, 1)]
    i = j = 0
    for block in blocks:
        n, m = len(block.states), len(block.inputs)
        ode, _ = block.function(t, x[i : i + n], u[j : j + m], block.parameter_values)
        odes.append(ode)
        i, j = i + n, j + m
    return ca.Function("ode", [t, x, u], [ca.densify(ca.vertcat(*odes))], ["t", "x", "u"], ["ode"])
