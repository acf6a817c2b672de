"""Checks the arguments of a run, sets it up and hands it to the chosen method."""

from __future__ import annotations

import dataclasses
import math
import time as clock
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from heatsim.errors import SimulationError, UsageError, near_miss
from heatsim.fmu.fmu import Fmu
from heatsim.solvers import jacobi, monolithic
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.kinks import kinks
from heatsim.solvers.record import PIECE, Recorder, Run, Sink, check_assertions
from heatsim.solvers.reporter import Reporter
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.segments import output_times, tick_times, time_line, time_tolerance
from heatsim.solvers.steady import TrimPoint
from heatsim.system.inputs import Inputs, read_signals
from heatsim.system.protocols import SampledUnit
from heatsim.system.signals import Signal
from heatsim.system.system import System

METHODS = ("monolithic", "jacobi")
EXTRAPOLATIONS = ("linear", "held")


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
        copy = model.copy()
        for path, value in parameters.items():
            copy.set(path, value)
        return copy
    if not isinstance(model, Fmu):
        raise UsageError(
            f"a run needs a System or an Fmu, not {type(model).__name__}; use hs.Fmu(path) or hs.build(model)"
        )
    return System.of_one(model, parameters)


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
    rtol: float = 1e-6,
    parameters: Mapping[str, Any] | None = None,
    start_from: TrimPoint | None = None,
    progress: Callable[[float, float], None] | None = None,
    sink: Sink | None = None,
) -> Run:
    """Simulate and return raw arrays, or give them to a sink; `heatsim.simulation.simulate` documents the rest."""
    check_arguments(start, stop, output_step, method, step, extrapolation, rtol)
    began = clock.perf_counter()
    system = as_system(model, parameters)
    system.check()
    _check_resolution(system, start, stop, output_step, step)
    if step is not None:
        _check_periods(system, start, step)
    wanted = {name: (declared.unit, declared.shape) for name, declared in system.inputs.items()}
    signals = list(read_signals(wanted, inputs, start, stop).values())
    composite = compose(system)
    if composite.opaque_slices:
        raise UsageError(
            f"{next(iter(composite.opaque_slices))}: method '{method}' cannot run Co-Simulation FMUs and FMUs with events"
        )
    sampled = SampledUnits(system, composite)
    x0 = _start(composite, sampled, start_from, start)
    ticks = [tick_times(float(u.period), float(u.offset), start, stop) for u in sampled.units]
    outputs = output_times(start, stop, output_step)
    statistics = Statistics()
    report = Reporter(progress, stop)
    composed = clock.perf_counter()
    macro = None if step is None else _exchanges(composite, signals, _macro_times(start, stop, step))
    # the macro method records at breaks only, so that results inside a macro step become breaks
    extra = np.zeros(0) if macro is None else np.concatenate([macro, outputs])
    line = time_line(start, stop, outputs, signals, ticks, extra, kinks(composite.ode, start, stop))
    if start_from is None:
        sampled.initialise(start, x0, line.values[0])
        check_start(system, composite, start, x0, line.values[0])
    if sink is not None:
        sink.begin(system, composite, model if isinstance(model, Fmu) else None, outputs, PIECE)
    recorder = Recorder(composite, outputs, sink)
    if macro is None:
        monolithic.integrate(composite, sampled, line, x0, rtol, statistics, report, recorder)
    else:
        jacobi.integrate(composite, sampled, line, macro, x0, extrapolation, rtol, statistics, report, recorder)
    x, u, y = recorder.finish()
    ended = clock.perf_counter()
    settings: dict[str, Any] = {
        "method": method,
        **({} if step is None else {"step": step, "extrapolation": extrapolation}),
        "rtol": rtol,
        "start": start,
        "stop": stop,
        "output_step": output_step,
        **({} if start_from is None else {"start_from": repr(start_from)}),
    }
    stats = {
        **dataclasses.asdict(statistics),
        "setup_seconds": composed - began,
        "wall_seconds": ended - began,
    }
    return Run(system, composite, model if isinstance(model, Fmu) else None, outputs, x, u, y, settings, stats)


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
    sampled.initialise(time, x, inputs)
    sampled.tick(time, list(range(len(sampled.units))), x, inputs)
    externals = np.concatenate([inputs, sampled.commands])
    y = np.asarray(composite.output(time, x, externals)).reshape(1, -1)
    if unsolved := composite.unsolved(y[0]):
        raise SimulationError(f"{system.name}: at the start, t = {time:g} s, {unsolved}")
    check_assertions(composite, np.array([time]), x[None, :], externals[None, :], y)


def _macro_times(start: float, stop: float, step: float) -> np.ndarray:
    count = round((stop - start) / step)
    times = start + step * np.arange(count + 1)
    times[-1] = stop
    return np.asarray(times)


def _exchanges(composite: Composite, signals: list[Signal], macro: np.ndarray) -> np.ndarray:
    """Macro times, and the jumps of system inputs that feed through to signals between units."""
    coupled = sorted({s.output for row in composite.sources.values() for s in row if s.output is not None})
    through = np.any(composite.feedthrough[coupled], axis=0, keepdims=True)[0]
    jumps = [signal.jumps for j, signal in enumerate(signals) if through[j]]
    times = np.concatenate([np.zeros(0), *jumps])
    return np.union1d(macro, times[(times > macro[0]) & (times < macro[-1])])


def _check_periods(system: System, start: float, step: float) -> None:
    """Sampled units tick at macro points only."""
    for member in system.members.values():
        if member.kind != "sampled":
            continue
        unit = cast(SampledUnit, member.unit)
        for what, value in (("period", float(unit.period)), ("offset", float(unit.offset) - start)):
            if abs(value / step - round(value / step)) > 1e-9 * max(1.0, abs(value / step)):
                raise UsageError(
                    f"{member.name}: its sample {what} of {value:g} s is no multiple of step = {step:g} s; change "
                    "one of them"
                )


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


def _start(composite: Composite, sampled: SampledUnits, start_from: TrimPoint | None, start: float) -> np.ndarray:
    if start_from is None:
        return composite.initial.copy()
    if sampled.units and start_from.time > start + time_tolerance(start, start_from.time):
        # the sampled units remember instants up to then, which would lie in the future
        raise UsageError(
            f"start_from was found for t = {start_from.time:g} s, after start = {start:g} s; trim with t={start:g}"
        )
    if tuple(start_from.states) != composite.states:
        different = next((s for s in composite.states if s not in start_from.states), "another order of units")
        raise UsageError(f"start_from belongs to another system ('{different}' is missing); trim this system")
    strange = [n for n in sampled.names if n not in start_from.memory]
    strange += [n for n in composite.externals[composite.commands] if n not in start_from.commands]
    if strange:
        raise UsageError(f"start_from belongs to another system ('{strange[0]}' is missing); trim this system")
    sampled.restore(start_from.memory, start_from.commands)
    return np.array(list(start_from.states.values()), dtype=float)


def check_arguments(
    start: float, stop: float, output_step: float, method: str, step: float | None, extrapolation: str, rtol: float
) -> None:
    """Raise UsageError for the first argument of `simulate` that makes no sense, before anything is built or run."""
    numbers = {"start": start, "stop": stop, "output_step": output_step, "rtol": rtol}
    for name, value in (numbers if step is None else numbers | {"step": step}).items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not math.isfinite(value):
            raise UsageError(f"{name} must be a finite number of SI units, not {value!r}")
    if stop <= start:
        raise UsageError(f"stop = {stop:g} s must come after start = {start:g} s")
    if output_step <= 0:
        raise UsageError(f"output_step must be positive, not {output_step:g} s")
    if not 1e-12 <= rtol <= 1e-1:
        raise UsageError(f"rtol must lie between 1e-12 and 0.1, not {rtol:g}")
    if method not in METHODS:
        raise UsageError(
            f"method '{method}' is unknown{near_miss(method, METHODS)}; choose one of {', '.join(METHODS)}"
        )
    if extrapolation not in EXTRAPOLATIONS:
        raise UsageError(
            f"extrapolation '{extrapolation}' is unknown{near_miss(extrapolation, EXTRAPOLATIONS)}; choose linear "
            "or held"
        )
    if method == "jacobi":
        if step is None:
            raise UsageError("method 'jacobi' needs step=, the time between exchanges in s, e.g. step=2")
        if step <= 0:
            raise UsageError(f"step must be positive, not {step:g} s")
        whole = (stop - start) / step
        if abs(whole - round(whole)) * step > time_tolerance(start, stop):
            raise UsageError(
                f"stop - start = {stop - start:g} s is no multiple of step = {step:g} s; change one of them"
            )
    elif step is not None:
        raise UsageError("step= belongs to method 'jacobi'; the monolithic method chooses its own steps")
