"""Monolithic method: all continuous units in one right-hand side, one CVODES; sampled units cut it at their ticks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from heatsim.solvers.compose import Composite
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine

_CHUNK = 256


def integrate(
    composite: Composite,
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
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
    """
    integrator = SegmentIntegrator(
        "the coupled system", composite.ode, composite.states, composite.nominal, rtol, statistics
    )
    slopes = np.zeros(len(composite.externals))
    x = x0.copy()
    last = line.breaks.size - 1
    for k in range(last + 1):
        t = float(line.breaks[k])
        inputs = line.values[k]
        if k in line.ticks:
            sampled.tick(t, line.ticks[k], x, inputs)
        a = np.concatenate([inputs, sampled.commands])
        first = int(line.first_output[k])
        if line.at_break[k]:
            recorder.put(first, x, a)
            first += 1
        report(t)
        if k == last:
            break
        slopes[: composite.n_inputs] = line.slopes[k]
        x = _segment(integrator, x, t, k, first, a, slopes, line, recorder, report)


def _segment(
    integrator: SegmentIntegrator,
    x: np.ndarray,
    start: float,
    k: int,
    first: int,
    a: np.ndarray,
    slopes: np.ndarray,
    line: TimeLine,
    recorder: Recorder,
    report: Reporter,
) -> np.ndarray:
    """Integrate one segment, fill in the outputs inside it, return the state at its end."""
    end = float(line.breaks[k + 1])
    # outputs strictly inside; one on the next break is recorded there, after a tick
    targets = line.output_times[first : int(line.first_output[k + 1])]
    if targets.size == 0:
        return integrator.advance(x, start, end, a, slopes)
    points = np.append(targets, end)
    done = 0
    t = start
    for count in equal_steps(np.diff(points, prepend=start)):
        reached = float(points[done + count - 1])
        moved = a + slopes * (t - start)
        piece = integrator.advance_grid(x, t, (reached - t) / count, count, moved, slopes)
        recorded = min(count, targets.size - done)
        externals = a + slopes * (targets[done : done + recorded, None] - start)
        recorder.put(first + done, piece[:, :recorded].T, externals)
        x, t, done = piece[:, -1], reached, done + count
        report(t)
    return x


def equal_steps(steps: np.ndarray) -> list[int]:
    """Lengths of runs of equal steps, none longer than a chunk: `[1, 2, 2, 2, 3]` gives `[1, 3, 1]`."""
    runs = [1]
    for previous, step in pairwise(steps):
        if abs(step - previous) <= 1e-9 * step and runs[-1] < _CHUNK:
            runs[-1] += 1
        else:
            runs.append(1)
    return runs
