"""`simulate`: one call from a system or an FMU to a Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim.fmu.fmu import Fmu
from heatsim.results import NetcdfStream, check_variables, to_dataset
from heatsim.results.provenance import attributes_of
from heatsim.solvers.run import run
from heatsim.solvers.steady import TrimPoint
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
    rtol: float = 1e-6,
    parameters: Mapping[str, Any] | None = None,
    start_from: TrimPoint | None = None,
    progress: Callable[[float, float], None] | None = None,
    variables: str | Sequence[str] | None = None,
    stream: str | Path | None = None,
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
        "jacobi": each unit by itself over macro steps, coupling signals extrapolated, as in co-simulation.
    step
        Macro step of "jacobi", s. A jump of a system input that feeds through to a coupling signal cuts a step in two.
    extrapolation
        "linear" (order 2) or "held" (order 1) for the coupling signals of "jacobi".
    rtol
        Relative tolerance of the integrator; the absolute one is rtol times the nominal value of each state. The units
        of "jacobi", which restart at each step, get a tenth of it.
    parameters
        Values that differ: by name for an FMU, by `unit.name` for a system.
    start_from
        Steady state from `trim`.
    progress
        Called as `progress(t, stop)` a few times a second.
    variables
        Names or patterns to keep; "states" adds all states. None keeps outputs, commands and system inputs.
    stream
        netCDF file that takes the results while the run goes on, so that memory does not grow with its length. The
        file is there when the run has finished, not before; the Dataset reads from it.

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
    if isinstance(model, System | Fmu):
        check_variables(model, variables)
    with ExitStack() as stack:
        sink = None if stream is None else stack.enter_context(NetcdfStream(stream, variables))
        finished = run(
            model,
            inputs,
            start=start,
            stop=stop,
            output_step=output_step,
            method=method,
            step=step,
            extrapolation=extrapolation,
            rtol=rtol,
            parameters=parameters,
            start_from=start_from,
            progress=progress,
            sink=sink,
        )
        return to_dataset(finished, variables) if sink is None else sink.finish(attributes_of(finished))
