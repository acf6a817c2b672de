"""Checks the arguments of a run, sets it up and hands it to the chosen method."""

from __future__ import annotations

import dataclasses
import math
import time as clock
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from heatsim.errors import SimulationError, UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers import hybrid, monolithic
from heatsim.solvers.bounds import Bounds, BoundsWatch, check_policy
from heatsim.solvers.checkpoint import Checkpoint, Checkpoints, checkpoint_times
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.consistent_start import depending, start_states
from heatsim.solvers.couple import close, couple
from heatsim.solvers.coupling_check import CouplingCheck
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.kinks import kinks, kinks_of_outputs
from heatsim.solvers.ledger import Ledger
from heatsim.solvers.options import CouplingOptions
from heatsim.solvers.record import PIECE, LedgerResult, Recorder, Run, Sink, check_assertions
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import output_times, tick_times, time_line, time_tolerance
from heatsim.solvers.start import StartFrom, starting_point
from heatsim.system.inputs import Inputs, read_signals, sha256_of_signals
from heatsim.system.protocols import SampledUnit
from heatsim.system.system import System


def as_system(model: System | Fmu, parameters: Mapping[str, Any] | None = None) -> System:
    """A system as it is, with parameters applied to a copy; an FMU alone as a system of one unit fed from outside.

    Raises
    ------
    UsageError
        When `model` is neither, or a parameter does not exist.
    """
    if isinstance(model, System):
        if not parameters:
            return model
        if not isinstance(parameters, Mapping):
            raise UsageError(f"parameters={parameters!r} is no mapping; give {{'unit.parameter': value}}")
        copy = model.copy()
        for path, value in parameters.items():
            copy.set(path, value)
        return copy
    if not isinstance(model, Fmu):
        raise UsageError(
            f"a run needs a System or an Fmu, not {type(model).__name__}; use hs.Fmu(path) or hs.build(model)"
        )
    return System.of_one(model, parameters)


@one_at_a_time
def run(
    model: System | Fmu,
    inputs: Inputs | None = None,
    *,
    start: float = 0.0,
    stop: float,
    output_step: float = 60.0,
    method: str = "monolithic",
    step: float | None = None,
    extrapolation: str = "linear",
    order: Sequence[str] | None = None,
    clusters: str | Sequence[Sequence[str]] | None = None,
    step_control: str = "constant",
    tolerance: float | None = None,
    rtol: float = 1e-6,
    parameters: Mapping[str, Any] | None = None,
    start_from: StartFrom | None = None,
    correct_energy: bool = False,
    advise: bool = True,
    bounds: str = "error",
    progress: Callable[[float, float], None] | None = None,
    sink: Sink | None = None,
    native: bool | str = "auto",
    keep: Callable[[Checkpoint], None] | None = None,
    checkpoint_step: float | None = None,
    resumed: bool = False,
) -> Run:
    """Simulate and return raw arrays, or give them to a sink; `heatsim.simulation.simulate` documents the rest.

    `keep` gets the checkpoints. With `resumed` the run goes on from the `Checkpoint` in `start_from` on its grids.
    """
    going = start_from if resumed and isinstance(start_from, Checkpoint) else None
    origin = start if going is None else going.origin
    options = CouplingOptions(method, step, extrapolation, order, clusters, step_control, tolerance)
    _check_numbers(start, stop, output_step, rtol)
    options.check(origin, stop)
    check_policy(bounds)
    _check_effect(method, native, correct_energy)
    _check_checkpoint_step(origin, stop, checkpoint_step)
    began = clock.perf_counter()
    system = as_system(model, parameters)
    system.check()
    _check_resolution(system, origin, stop, output_step, step)
    options.check_periods(system, origin)
    wanted = {name: (declared.unit, declared.shape) for name, declared in system.inputs.items()}
    signals = list(read_signals(wanted, inputs, start, stop).values())
    composite = compose(system)
    sampled = SampledUnits(system, composite)
    alone = model if isinstance(model, Fmu) else None
    begun = starting_point(composite, sampled, start_from, start, None if alone is None else next(iter(system.members)))
    x0 = composite.initial.copy() if begun is None else begun.x.copy()
    fresh = begun is None or begun.memory is None
    ticked = begun is not None and begun.ticked and abs(begun.time - start) <= time_tolerance(origin, stop)
    grids = _grids(sampled, origin, start, stop, output_step, checkpoint_step, ticked)
    outputs = grids.outputs
    statistics = Statistics()
    report = Reporter(progress, stop)
    composed = clock.perf_counter()
    # the methods of co-simulation record at breaks and exchanges only, so that results inside a step become breaks
    extra = np.zeros(0) if method == "monolithic" else outputs
    own = kinks(composite.ode, origin, stop)
    if method != "monolithic":
        # signals that only units with equations of their own see
        used = {source.output for sources in composite.sources.values() for source in sources}
        positions = np.array(sorted(i for i in used if i is not None), dtype=int)
        own = np.union1d(own, kinks_of_outputs(composite, positions, origin, stop))
    own = own[own > start]
    line = time_line(start, stop, outputs, signals, grids.ticks, extra, own, grids.checkpoints)
    if begun is None and depending(composite):
        if composite.opaque_slices and method != "monolithic":
            raise UsageError(
                f"{depending(composite)[0]}: its start values depend on inputs, which the methods of co-simulation do "
                "not solve together with opaque units; choose method='monolithic', or give start_from="
            )
        if not composite.opaque_slices:
            x0 = start_states(system, composite, start, line.values[0])
    if start_from is None and not composite.opaque_slices:
        check_start(system, composite, start, x0, line.values[0])
    if sink is not None:
        sink.begin(system, composite, alone, outputs, PIECE)
    limits = Bounds(system, composite, bounds)
    recorder = Recorder(composite, outputs, sink, limits.check)
    checkpoints = None
    if keep is not None:
        going_on = {
            **dataclasses.asdict(options),
            "output_step": output_step,
            "rtol": rtol,
            "native": native,
            "correct_energy": correct_energy,
            "advise": advise,
            "bounds": bounds,
            "checkpoint_step": checkpoint_step,
        }
        checkpoints = Checkpoints(system, composite, sampled, origin, going_on, keep)
    coupling: dict[str, Any] = {}
    booked = LedgerResult()
    if method == "monolithic" and composite.opaque_slices:
        longest = output_step / hybrid.LEAST_STEPS
        begin = hybrid.Begin(None if begun is None else begun.opaque, fresh)
        hybrid.run_with_events(
            system, composite, sampled, line, x0, rtol, statistics, report, recorder, longest, begin, checkpoints
        )
    elif method == "monolithic":
        if fresh:
            sampled.initialise(start, x0, line.values[0])
        try:
            # parts of a run have to be evaluated alike, however long each is
            compiling = native if native != "auto" or checkpoint_step is None else "preferred"
            monolithic.integrate(
                composite, sampled, line, x0, rtol, statistics, report, recorder, compiling, checkpoints
            )
        except SimulationError as error:
            raise SimulationError(f"{error}{composite.suspect(str(error))}") from error
    else:
        check = CouplingCheck(system, composite, options, advise)
        if composite.opaque_slices:
            opaque = np.zeros(len(composite.externals) - composite.commands.stop)
            check.look_before(start, stop, x0, sampled.externals(line.values[0], opaque), rtol)
        coupled = couple(system, composite, options, sampled, line, rtol, statistics, recorder, report)
        ledger = Ledger(system, coupled.exchange, coupled.slots, outputs, cast(float, step), correct_energy)
        coupled.observers = (*coupled.observers, ledger)
        coupled.journey.correction = ledger.correction
        if not composite.opaque_slices:
            limits.hint = check.hint
            coupled.observers = (*coupled.observers, check)
        if composite.blocks:
            coupled.observers = (*coupled.observers, BoundsWatch(limits))
        try:
            coupled.count_from(origin)
            states = None if begun is None else begun.opaque
            coupled.run(x0, fresh, None if going is None else going.coupling, states, checkpoints)
        except SimulationError as error:
            hint = check.hint()
            if hint is None or hint in str(error):
                raise
            raise type(error)(f"{error}; {hint}") from error
        finally:
            close(coupled.slots)
        coupling = dataclasses.asdict(coupled.statistics)
        booked = ledger.result()
    integrated = clock.perf_counter()
    x, u, y = recorder.finish()
    ended = clock.perf_counter()
    # one graph has one integration; how it divides among its units is not known
    graph = {"graph": integrated - composed - sum(sampled.seconds.values())} if method == "monolithic" else {}
    settings: dict[str, Any] = {
        "method": method,
        **options.settings(),
        "rtol": rtol,
        "start": start,
        "stop": stop,
        "output_step": output_step,
        "inputs_sha256": sha256_of_signals(dict(zip(system.input_scalars, signals, strict=True))),
        **({} if begun is None else {"start_from": begun.origin}),
        **({} if checkpoint_step is None else {"checkpoint_step": checkpoint_step}),
    }
    stats = {
        **dataclasses.asdict(statistics),
        **coupling,
        "unit_seconds": {**coupling.get("unit_seconds", graph), **sampled.seconds},
        "setup_seconds": composed - began,
        "wall_seconds": ended - began,
    }
    kept = {"memory": sampled.memory, "hidden": sampled.hidden} if sampled.units else {}
    return Run(system, composite, alone, outputs, x, u, y, settings, stats, booked, kept)


def check_start(system: System, composite: Composite, time: float, x: np.ndarray, inputs: np.ndarray) -> None:
    """Evaluate the models at the start, so that a wrong parameter is named before it stops a solver.

    Raises
    ------
    SimulationError
        When an assertion does not hold, or an algebraic cycle has no solution.
    """
    if all(block.checks is None for block in composite.blocks.values()) and not composite.cycles:
        return
    # Units of its own: the run's have not ticked yet, and the models have to see the commands they will get.
    sampled = SampledUnits(system, composite)
    hidden = sampled.hidden
    sampled.initialise(time, x, inputs)
    sampled.tick(time, list(range(len(sampled.units))), x, inputs)
    sampled.restore_hidden(hidden)
    externals = np.concatenate([inputs, sampled.commands])
    y = np.asarray(composite.output(time, x, externals)).reshape(1, -1)
    if unsolved := composite.unsolved(y[0]):
        raise SimulationError(f"{system.name}: at the start, t = {time:g} s, {unsolved}")
    check_assertions(composite, np.array([time]), x[None, :], externals[None, :], y)


def _check_resolution(system: System, start: float, stop: float, output_step: float, step: float | None) -> None:
    """No distance of instants comes near to the one at which instants count as the same."""
    distances = {"output_step": output_step} | ({} if step is None else {"step": step})
    for member in system.members.values():
        if member.kind == "sampled":
            distances[f"the sample period of {member.name}"] = float(cast(SampledUnit, member.unit).period)
    tolerance = time_tolerance(start, stop)
    for what, value in distances.items():
        if value < 10 * tolerance:
            raise UsageError(
                f"{what} = {value:g} s cannot be told apart at times around {max(abs(start), abs(stop)):g} s; use a "
                "longer one, or a clock that starts near zero"
            )


@dataclass(frozen=True)
class _Grids:
    """Instants of a run that go on from one part to the next: ticks of each sampled unit, outputs, checkpoints."""

    ticks: list[np.ndarray]
    outputs: np.ndarray
    checkpoints: np.ndarray


def _grids(
    sampled: SampledUnits,
    origin: float,
    start: float,
    stop: float,
    output_step: float,
    checkpoint_step: float | None,
    ticked: bool,
) -> _Grids:
    """Grids that count from `origin`, between `start` and `stop`; without the ticks at `start` that have been made."""
    tolerance = time_tolerance(origin, stop)
    ticks = [tick_times(float(u.period), float(u.offset), origin, stop) for u in sampled.units]
    if ticked:
        ticks = [times[times > start + tolerance] for times in ticks]
    outputs = output_times(origin, stop, output_step)
    pauses = checkpoint_times(origin, stop, checkpoint_step)
    return _Grids(ticks, outputs[outputs >= start - tolerance], pauses[pauses > start + tolerance])


def check_arguments(
    start: float, stop: float, output_step: float, method: str, step: float | None, extrapolation: str, rtol: float
) -> None:
    """Raise UsageError for the first argument of `simulate` that makes no sense, before anything is built or run."""
    _check_numbers(start, stop, output_step, rtol)
    CouplingOptions(method, step, extrapolation).check(start, stop)


def _check_effect(method: str, native: bool | str, correct_energy: bool) -> None:
    """Raise UsageError for a choice that the method does not have."""
    if not isinstance(native, bool) and native != "auto":
        raise UsageError(f"native={native!r} is unknown; choose True, False or 'auto'")
    if native is True and method != "monolithic":
        raise UsageError(f"native=True has no effect on method '{method}', only on 'monolithic'; leave it out")
    if not isinstance(correct_energy, bool):
        raise UsageError(f"correct_energy={correct_energy!r} is unknown; choose True or False")
    if correct_energy and method == "monolithic":
        raise UsageError(
            "correct_energy=True has no effect on method 'monolithic', whose bonds lose no energy; leave it out"
        )


def _check_checkpoint_step(origin: float, stop: float, step: float | None) -> None:
    if step is None:
        return
    if isinstance(step, bool) or not isinstance(step, int | float | np.number) or not math.isfinite(step) or step <= 0:
        raise UsageError(f"checkpoint_step must be a positive number of seconds, not {step!r}")
    if step < 10 * time_tolerance(origin, stop):
        raise UsageError(f"checkpoint_step = {step:g} s cannot be told apart at t = {stop:g} s; use a longer one")


def _check_numbers(start: float, stop: float, output_step: float, rtol: float) -> None:
    for name, value in {"start": start, "stop": stop, "output_step": output_step, "rtol": rtol}.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
            raise UsageError(f"{name} must be a finite number of SI units, not {value!r}")
    if stop <= start:
        raise UsageError(f"stop = {stop:g} s must come after start = {start:g} s")
    if output_step <= 0:
        raise UsageError(f"output_step must be positive, not {output_step:g} s")
    if not 1e-12 <= rtol <= 1e-1:
        raise UsageError(f"rtol must lie between 1e-12 and 0.1, not {rtol:g}")
