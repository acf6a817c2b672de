"""Monolithic method for systems with FMUs that have events: states of the graph and of these FMUs in one CVODE.

The signals are consistent in every evaluation of the right-hand side. An event of one unit is an event of all: each is
told the inputs as they are after it, and those whose inputs change again once more, until nothing changes. So results
at an event are right limits for all units. Where system inputs jump, sampled units tick, or a unit has an event, the
integration starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from heatsim.solvers.checkpoint import Checkpoints
from heatsim.solvers.compose import Composite
from heatsim.solvers.consistent_start import depending, start_states
from heatsim.solvers.event_integrator import EventIntegrator
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.hybrid_model import HybridModel
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.opaque import close_all, open_event_units
from heatsim.solvers.record import Recorder
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import TimeLine, time_tolerance
from heatsim.system.system import System

LEAST_STEPS = 10
"""Steps from one result to the next at least, where there are event indicators: who wants to see what happens in an
output step may not miss an indicator that changes twice in it."""


@dataclass(frozen=True)
class Begin:
    """How a run begins.

    Attributes
    ----------
    opaque
        Kept states of the units by name; None to initialise them.
    fresh
        Whether the sampled units begin anew.
    states
        Start values of the graph from the outputs of the units, where they depend on inputs.
    """

    opaque: Mapping[str, bytes] | None = None
    fresh: bool = True
    states: Callable[[np.ndarray], np.ndarray] | None = None


def run_with_events(
    system: System,
    composite: Composite,
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
    max_step: float,
    begin: Begin,
    checkpoints: Checkpoints | None = None,
) -> None:
    """Open the FMUs with events, run along the time line, and close them; the arguments are those of `integrate`.

    Raises
    ------
    UsageError
        When an opaque unit is a Co-Simulation FMU.
    FmuError
        When a binary cannot be used here.
    """
    units = open_event_units(system, rtol, statistics)
    if depending(composite):
        begin = replace(begin, states=partial(start_states, system, composite, float(line.breaks[0]), line.values[0]))
    try:
        integrate(composite, units, sampled, line, x0, rtol, statistics, report, recorder, max_step, begin, checkpoints)
    finally:
        close_all(units)


def integrate(
    composite: Composite,
    units: Sequence[EventUnit],
    sampled: SampledUnits,
    line: TimeLine,
    x0: np.ndarray,
    rtol: float,
    statistics: Statistics,
    report: Reporter,
    recorder: Recorder,
    max_step: float,
    begin: Begin,
    checkpoints: Checkpoints | None = None,
) -> None:
    """Run along the time line.

    Parameters
    ----------
    composite, sampled
        The system; the sampled units have not been initialised.
    units
        FMUs with events, all opaque units of the composite.
    line
        Segments, ticks and output times.
    x0
        States of the graph at the start, shape (n_states,).
    rtol
        Relative tolerance.
    statistics, report
        Counter of work and progress reporter.
    recorder
        Gets states of the graph and externals at the output times, right limits.
    max_step
        Longest step of the integrator where there are indicators, s: one that changes twice in a step is not seen.
        Without, it is `LEAST_STEPS` times as long, for explicit functions of time.
    begin
        How the run begins.
    checkpoints
        Takes checkpoints at the breaks that are meant for it, and at the end.

    Raises
    ------
    SimulationError
        When the integration stops, events come without end, or a unit fails; names it and the time.
    """
    model = HybridModel(composite, units)
    n, last = len(composite.states), line.breaks.size - 1
    longest = max_step if model.n_indicators else LEAST_STEPS * max_step
    integrator = EventIntegrator(model, rtol, longest, statistics)
    t, y = _started(model, units, sampled, line, x0, begin)
    for k in range(last + 1):
        moment = float(line.breaks[k])
        # an event within rounding of the break has been carried through at its own time
        t = max(moment, integrator.t) if k else t
        inputs, slopes = line.values[k], line.slopes[k]
        if k == 0 or line.changes[k].any() or line.jumps[k].any() or line.kinks[k] or line.checkpoints[k]:
            model.follow(moment, inputs, slopes, sampled.commands)
            if k and line.jumps[k].any():
                y = model.event(t, y)
            integrator.restart(t, y)
            # a time event may be due at once
            y = integrator.to(t, t)
        if k in line.ticks:
            before = sampled.commands
            sampled.tick(moment, line.ticks[k], y[:n], inputs, model.opaque(integrator.t, y))
            if not np.array_equal(before, sampled.commands):
                model.follow(moment, inputs, slopes, sampled.commands)
                integrator.restart(integrator.t, model.event(integrator.t, y))
                y = integrator.to(t, t)
        first = int(line.first_output[k])
        if line.at_break[k]:
            recorder.put(first, y[:n], model.externals(integrator.t, y))
            first += 1
        report(moment)
        if checkpoints is not None and k > 0 and (line.checkpoints[k] or k == last):
            externals = model.externals(integrator.t, y)
            checkpoints.take(moment, y[:n], externals, model.states_of_units(integrator.t, y))
        if k == last:
            break
        end = float(line.breaks[k + 1])
        for row in range(first, int(line.first_output[k + 1])):
            y = integrator.to(float(line.output_times[row]), end)
            recorder.put(row, y[:n], model.externals(integrator.t, y))
            report(integrator.t)
        y = integrator.to(end, end)


def _started(
    model: HybridModel, units: Sequence[EventUnit], sampled: SampledUnits, line: TimeLine, x0: np.ndarray, begin: Begin
) -> tuple[float, np.ndarray]:
    """Time and all states at the start; sampled units that begin anew have their memory then."""
    t, stop, inputs = float(line.breaks[0]), float(line.breaks[-1]), line.values[0]
    if begin.opaque is None:
        y = model.start(t, stop, x0, inputs, sampled.commands, begin.states)
    else:
        y = model.resume(t, stop, x0, inputs, sampled.commands, begin.opaque)
        # a unit may have had its last event within rounding behind
        latest = max(unit.t for unit in units)
        t = latest if 0.0 < latest - t <= time_tolerance(t, stop) else t
    if begin.fresh:
        sampled.initialise(t, y[: x0.size], inputs, model.opaque(t, y))
    return t, y
