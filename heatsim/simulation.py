"""`simulate`: one call from a system or an FMU to a Dataset; `resume` goes on with a run."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.errors import UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.results import NetcdfStream, check_variables, to_dataset
from heatsim.results.checkpoints import Keeper, load_checkpoint
from heatsim.results.dataset import ledger_variables
from heatsim.results.provenance import attributes_of
from heatsim.solvers.checkpoint import Checkpoint, check_identity, identity_of
from heatsim.solvers.compose import compose
from heatsim.solvers.run import as_system, run
from heatsim.solvers.start import StartFrom
from heatsim.system.inputs import Inputs
from heatsim.system.system import System


def simulate(
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
    start_from: StartFrom | str | Path | None = None,
    correct_energy: bool = False,
    advise: bool = True,
    bounds: str = "error",
    progress: Callable[[float, float], None] | None = None,
    variables: str | Sequence[str] | None = None,
    stream: str | Path | None = None,
    native: bool | str = "auto",
    checkpoint: str | Path | None = None,
    checkpoint_step: float | None = None,
) -> xr.Dataset:
    """Simulate a system or one FMU.

    Parameters
    ----------
    model
        System, or one FMU to be run alone.
    inputs
        Dataset with coordinate `time` (s, on the clock of `start` and `stop`), or mapping name -> DataArray, number or
        `Signal`. A DataArray is linear between its knots unless its attribute `interpolation` is "held".
    start, stop
        Time span, s.
    output_step
        Distance of the results, s; `stop` is always among them.
    method
        "monolithic": all continuous units in one right-hand side and one variable-step integrator; the reference.
        The others are methods of co-simulation: each unit (or cluster of units) advances by itself from one exchange
        of signals to the next. "jacobi": all at once, coupling signals extrapolated. "gauss_seidel": one after the
        other; those already there give their signals interpolated. "iterated": that again and again until the signals
        at the end of the step no longer change; needs units that can go back.
    step
        Step of the methods of co-simulation, s; the first one where steps are adaptive. Steps end at ticks, and at
        jumps of system inputs that feed through to a coupling signal.
    extrapolation
        "held" (order 1), "linear" (order 2) or "quadratic" (order 3) for the coupling signals inside a step.
    order
        Names of units in the order in which "gauss_seidel" and "iterated" advance them; those not named follow. By
        default as few signals as possible are extrapolated.
    clusters
        "units": each unit by itself. "graph": all units whose equations are known merged into one, the others coupled
        to it; the default where there are others. Lists of names merge those; the rest stays by itself.
    step_control
        "constant", "adaptive" (by the error of the extrapolation, without going back), or "rollback" (each step is
        taken as a whole and in two halves, and repeated where they differ; needs units that can go back).
    tolerance
        Of the coupling, relative to the larger of a signal's nominal value and its magnitude, 1e-4 by default: what a
        step may err by with "adaptive" and "rollback". "iterated" converges to a hundredth of it.
    rtol
        Relative tolerance of the integrator; the absolute one is rtol times the nominal value of each state. The units
        of a co-simulation, which restart at each step, get a tenth of it.
    parameters
        Values that differ: by name for an FMU, by `unit.name` for a system.
    start_from
        Steady state from `trim`; a Dataset with the states, of which the row at `start` counts, or the only one; or a
        checkpoint or its file. Only the state is taken: parameters and settings may be others, and `start` need not be
        the time of the state. To go on with a run as if it had not stopped, use `resume`.
    correct_energy
        Give back to each bond of a kind (`System.water_bond`, `heat_bond`, …) what its signals fell short of in the
        step before. Refused where such a signal feeds through to another coupling signal.
    advise
        Look at the stability of the coupling at the start, after a tenth and after half of a run with constant steps,
        and warn (`HeatsimWarning`) of the bond that makes it unstable; see `heatsim.advise`.
    bounds
        What happens when a state or output leaves the range (min, max) that its unit declares, or an absolute
        temperature falls below 0 K: "error", "warn" (`HeatsimWarning`, once for each variable), or "off".
    progress
        Called as `progress(t, stop)` a few times a second.
    variables
        Names or patterns to keep; "states" adds all states. None keeps outputs, commands and system inputs.
    stream
        netCDF file that takes the results while the run goes on, so that memory does not grow with its length. The
        file is there when the run has finished, not before; the Dataset reads from it.
    native
        Whether the monolithic method compiles the coupled equations to machine code, which takes seconds once for a
        system and makes it several times faster: True, False, or "auto" for runs that are long enough.
    checkpoint
        File that keeps the state at the end, and before that each `checkpoint_step`, for `resume`.
    checkpoint_step
        Distance of the checkpoints from `start` on, s. The integration restarts at each.

    Returns
    -------
    xarray.Dataset
        Values on a jump or tick are right limits: commands after their update.

    Raises
    ------
    UsageError, ConnectionError, InputError
        When the call, the system or the inputs do not fit.
    SimulationError
        When the run fails; nothing that looks complete is returned.
    """
    return _run(
        model,
        inputs,
        variables,
        stream,
        checkpoint,
        start=start,
        stop=stop,
        output_step=output_step,
        method=method,
        step=step,
        extrapolation=extrapolation,
        order=order,
        clusters=clusters,
        step_control=step_control,
        tolerance=tolerance,
        rtol=rtol,
        parameters=parameters,
        start_from=load_checkpoint(start_from) if isinstance(start_from, str | Path) else start_from,
        correct_energy=correct_energy,
        advise=advise,
        bounds=bounds,
        progress=progress,
        native=native,
        checkpoint_step=checkpoint_step,
    )


def resume(
    checkpoint: str | Path | Checkpoint,
    model: System | Fmu,
    inputs: Inputs | None = None,
    *,
    stop: float,
    parameters: Mapping[str, Any] | None = None,
    progress: Callable[[float, float], None] | None = None,
    variables: str | Sequence[str] | None = None,
    stream: str | Path | None = None,
    keep: str | Path | None = None,
) -> xr.Dataset:
    """Go on with a run from a checkpoint, with the settings it had.

    The result equals that part of the run without an interruption, bit by bit, when both have the same
    `checkpoint_step` and the checkpoint lies on it (one that was taken at the end of a run need not).

    Parameters
    ----------
    checkpoint
        File of the checkpoint.
    model, inputs, parameters
        As they were given to `simulate`; a system that differs is refused. Inputs are used from the time of the
        checkpoint on.
    stop
        End of the run, s.
    progress, variables, stream
        As for `simulate`.
    keep
        File for further checkpoints; `checkpoint` again when that is a file.

    Returns
    -------
    xarray.Dataset
        From the time of the checkpoint on; `join` puts it behind the first part.

    Raises
    ------
    UsageError
        When the file is no checkpoint, or of another system; says what differs.
    """
    kept = checkpoint if isinstance(checkpoint, Checkpoint) else load_checkpoint(checkpoint)
    where = "resume" if isinstance(checkpoint, Checkpoint) else str(checkpoint)
    if keep is None and not isinstance(checkpoint, Checkpoint):
        keep = checkpoint
    if stop <= kept.time:
        raise UsageError(f"{where}: the checkpoint was taken at t = {kept.time:g} s, so stop must come after that")
    if strange := sorted(set(kept.settings) - set(inspect.signature(run).parameters)):
        raise UsageError(
            f"{where}: setting '{strange[0]}' is unknown to this version of heatsim; use the one that it was made with"
        )
    system = as_system(model, parameters)
    check_identity(kept, identity_of(system, compose(system)), where)
    return _run(
        model,
        inputs,
        variables,
        stream,
        keep,
        start=kept.time,
        stop=stop,
        parameters=parameters,
        start_from=kept,
        progress=progress,
        resumed=True,
        **kept.settings,
    )


def _run(
    model: System | Fmu,
    inputs: Inputs | None,
    variables: str | Sequence[str] | None,
    stream: str | Path | None,
    checkpoint: str | Path | None,
    **settings: Any,
) -> xr.Dataset:
    """Run and make a Dataset, in memory or on disk."""
    if isinstance(model, System | Fmu):
        check_variables(model, variables)
    keep = None if checkpoint is None else Keeper(checkpoint)
    with ExitStack() as stack:
        sink = None if stream is None else stack.enter_context(NetcdfStream(stream, variables))
        finished = run(model, inputs, sink=sink, keep=keep, **settings)
        if sink is None:
            return to_dataset(finished, variables)
        for name, variable in ledger_variables(finished).items():
            sink.add(name, variable)
        return sink.finish(attributes_of(finished))
