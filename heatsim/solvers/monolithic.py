"""Monolithic method: all continuous units in one right-hand side, one CVODES.

The integration restarts where an input jumps and where sampled units tick, and goes on over kinks of inputs and over
output times.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from heatsim.solvers.checkpoint import Checkpoints
from heatsim.solvers.compose import Composite
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.kernel import compiled_output, kernel
from heatsim.solvers.kernel import integrator as make_integrator
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine

_CHUNK = 2048
_CHUNK_VALUES = 2_000_000  # states times intervals of a call


def integrate(
    composite: Composite,
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
    native: bool | str = False,
    checkpoints: Checkpoints | None = None,
) -> None:
    """Run along the time line.

    Parameters
    ----------
    composite, sampled
        The system; memory of the sampled units is set.
    line
        Segments, ticks and output times.
    x0
        States at the start, shape (n_states,).
    rtol
        Relative tolerance.
    statistics, report
        Counter of work and progress reporter.
    recorder
        Gets states and externals at the output times. On a jump or tick they are right limits: commands after the
        update.
    native
        Whether the equations are compiled to machine code, see `kernel`.
    checkpoints
        Takes checkpoints at the breaks that are meant for it, and at the end.
    """
    x = x0.copy()
    stops = np.flatnonzero(hard_breaks(line))
    chosen = kernel(composite, native, stops.size, line.breaks.size + line.output_times.size)
    integrator = make_integrator(composite, chosen, rtol, statistics)
    if statistics.machine_code:
        recorder.outputs.function = compiled_output(chosen) or composite.output
    for k, following in zip(stops, [*stops[1:], -1], strict=True):
        t = float(line.breaks[k])
        if k in line.ticks:
            sampled.tick(t, line.ticks[int(k)], x, line.values[k])
        if line.at_break[k]:
            recorder.put(int(line.first_output[k]), x, sampled.externals(line.values[k]))
        report(t)
        if checkpoints is not None and k > 0 and (line.checkpoints[k] or following < 0):
            checkpoints.take(t, x, sampled.externals(line.values[k]))
        if line.checkpoints[k]:
            # a run that is resumed here has learnt nothing yet
            integrator.forget()
        if following > 0:
            x = _segment(integrator, x, int(k), int(following), sampled.commands, line, recorder, report)


def hard_breaks(line: TimeLine) -> np.ndarray:
    """Whether the integration restarts at each break: ends, ticks, jumps, checkpoints, own changes of the equations.

    Over the others, kinks of inputs, it goes on.
    """
    hard = line.kinks | line.checkpoints | line.jumps.any(axis=1)
    hard[[0, -1]] = True
    hard[list(line.ticks)] = True
    return np.asarray(hard)


def _segment(
    integrator: SegmentIntegrator,
    x: np.ndarray,
    first: int,
    last: int,
    commands: np.ndarray,
    line: TimeLine,
    recorder: Recorder,
    report: Reporter,
) -> np.ndarray:
    """Integrate from break `first` to `last`, record the outputs inside, return the state at the end."""
    n_inputs = line.values.shape[1]
    width = n_inputs + commands.size
    points, rows = _points(line, first, last)
    starts = np.concatenate([line.breaks[[first]], points[:-1]])
    done = 0
    longest = max(1, min(_CHUNK, _CHUNK_VALUES // max(1, x.size)))
    for count in equal_steps(points - starts, longest):
        part = slice(done, done + count)
        # the line that holds in each interval; its value at the break that it begins at is exact
        piece = np.searchsorted(line.breaks[first + 1 : last], starts[part], side="right") + first
        anchors = line.breaks[piece]
        a, b = np.empty((count, width)), np.zeros((count, width))
        a[:, :n_inputs], a[:, n_inputs:] = line.values[piece], commands
        b[:, :n_inputs] = line.slopes[piece]
        interval = (points[done + count - 1] - starts[done]) / count
        states = integrator.advance_pieces(x, float(starts[done]), interval, anchors, a.T, b.T).T
        wanted = np.flatnonzero(rows[part] >= 0)
        if wanted.size:
            times = points[part][wanted, None]
            externals = a[wanted] + b[wanted] * (times - anchors[wanted, None])
            if last > first + 1:
                # an output on a kink: the value of the piece that begins there
                kinked = np.flatnonzero(np.isin(times[:, 0], line.breaks[first + 1 : last]))
                at = np.searchsorted(line.breaks, times[kinked, 0])
                externals[kinked, :n_inputs] = line.values[at]
            for low, high in _runs(rows[part][wanted]):
                recorder.put(int(rows[part][wanted][low]), states[wanted[low:high]], externals[low:high])
        x, done = states[-1], done + count
        report(float(points[done - 1]))
    return x


def _points(line: TimeLine, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Times to stop at after break `first` up to `last`, and the output row that each one is for, -1 for none."""
    begin = int(line.first_output[first]) + int(line.at_break[first])
    outputs = np.arange(begin, int(line.first_output[last]))
    breaks = np.arange(first + 1, last + 1)
    on_break = breaks[line.at_break[breaks] & (breaks < last)]
    times = line.output_times[outputs].copy()
    # an output on a break is at the break, to the last bit
    times[line.first_output[on_break] - begin] = line.breaks[on_break]
    alone = breaks[~line.at_break[breaks] | (breaks == last)]
    points = np.concatenate([times, line.breaks[alone]])
    rows = np.concatenate([outputs, np.full(alone.size, -1)])
    order = np.argsort(points, kind="stable")
    return points[order], rows[order]


def _runs(rows: np.ndarray) -> list[tuple[int, int]]:
    """Parts of consecutive numbers as (first, behind the last): `[3, 4, 7]` gives `[(0, 2), (2, 3)]`."""
    cuts = np.flatnonzero(np.diff(rows) != 1) + 1
    return list(pairwise([0, *cuts.tolist(), rows.size]))


def equal_steps(steps: np.ndarray, longest: int = _CHUNK) -> list[int]:
    """Lengths of runs of equal steps, none longer than allowed: `[1, 2, 2, 2, 3]` gives `[1, 3, 1]`."""
    runs = [1]
    first = steps[0]
    for step in steps[1:]:
        # like the first of the run: steps that grow little by little are not equal
        if abs(step - first) <= 1e-9 * step and runs[-1] < longest:
            runs[-1] += 1
        else:
            runs.append(1)
            first = step
    return runs
