"""One Modelica class from its source to a Dataset, a figure and a verdict, as its experiment annotation says.

`run` takes a frozen `ModelRun` record, builds the class, simulates it and closes its energy balance; `write` puts
`NAME.nc` and `NAME.png` into a folder, under these names only when the balance holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

import heatsim as hs
from heatsim import analysis, plot, results
from heatsim.compiler.experiment import read_experiment, usual_interval
from heatsim.compiler.library import open_library
from heatsim.errors import UsageError
from heatsim.fmu import Fmu
from heatsim.fmu.block import split_subscript
from heatsim.simulation import simulate
from heatsim.solvers.run import check_arguments
from heatsim.study.files import move_aside
from heatsim.units import parse_quantity

ENERGY_LIMIT = 1e-5
"""Largest energy residual of a good run, as a share of the exchanged energy: ten times the usual tolerance of 1e-6."""


@dataclass(frozen=True)
class ModelRun:
    """What to run; times in s.

    Attributes
    ----------
    model
        Class name; leading packages may be left out when that is unambiguous.
    library
        Modelica package folder or .mo file; None for heatsim's own.
    stop, output_step, rtol
        In place of StopTime, Interval and Tolerance of the experiment annotation.
    settings
        Parameters and constant inputs by name: text or numbers. Parameters that decide on the structure of the model
        are given to the compiler.
    compiler
        `auto`, `openmodelica` or `embedded`.
    """

    model: str
    library: str | None = None
    stop: float | None = None
    output_step: float | None = None
    rtol: float | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    compiler: str = "auto"


@dataclass(frozen=True)
class ModelResult:
    """What a run gave.

    Attributes
    ----------
    model
        Full class name.
    description
        Its description string.
    dataset
        All outputs over time; the attribute `status` is `ok` only when the energy balance holds.
    variables
        The main variables: outputs that are no energies, or the states of a model without outputs.
    held
        Inputs and the constant values they had.
    audit
        Energy balance, or None for a model without `U` and `E_in_*`.
    failure
        None, or one line that says what the run did not pass.
    """

    model: str
    description: str
    dataset: xr.Dataset
    variables: tuple[str, ...]
    held: Mapping[str, float]
    audit: analysis.AuditResult | None
    failure: str | None = None


def full_name(options: ModelRun) -> str:
    """Return the full name of the class; raises UsageError with a near miss when there is none."""
    return open_library(options.library).resolve(options.model)


def run(
    options: ModelRun,
    *,
    report: Callable[[str], None] | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> ModelResult:
    """Build and simulate a class.

    Raises
    ------
    UsageError
        For an unknown class or parameter, a wrong value, or a class that does not say how long it wants to run.
    HeatsimError
        When the class cannot be built or the integrator fails.
    """
    tell = report or (lambda line: None)
    library = open_library(options.library)
    name = library.resolve(options.model)
    experiment = read_experiment(library, name)
    stop = options.stop if options.stop is not None else experiment.stop
    if stop is None:
        raise UsageError(
            f"{name} does not say how long to run (annotation experiment, StopTime); give --stop, such as --stop 1h, "
            "or if it is a component, run a model that contains it"
        )
    length = stop - experiment.start
    step = options.output_step or experiment.interval or (usual_interval(length) if length > 0 else 60.0)
    rtol = options.rtol or experiment.tolerance or 1e-6
    check_arguments(experiment.start, stop, step, "monolithic", None, "linear", rtol)
    fmu = hs.build(name, library=options.library, compiler=options.compiler, report=report)
    parameters, inputs, structural = _settings(fmu, options.settings)
    if structural:
        tell(f"building again with {', '.join(structural)}")
        fmu = _rebuild(name, options, structural, report)
    held = {n: float(v.start or 0.0) for n, v in fmu.inputs.items()} | inputs
    if held:
        tell(f"{name} has inputs, which stay at " + ", ".join(f"{n} = {value:g}" for n, value in held.items()))
    dataset = simulate(
        fmu,
        inputs=_arrays(held),
        start=experiment.start,
        stop=stop,
        output_step=step,
        rtol=rtol,
        parameters=parameters,
        progress=progress,
        variables=None if fmu.outputs else "states",
    )
    return _result(name, fmu, dataset, held)


def _rebuild(name: str, options: ModelRun, structural: dict[str, object], report: Callable[[str], None] | None) -> Fmu:
    """Build with parameters that the FMU does not have; a wrong call says where the names are listed."""
    try:
        return hs.build(name, library=options.library, compiler=options.compiler, parameters=structural, report=report)
    except UsageError as error:
        where = "" if options.library is None else f" --library {options.library}"
        raise UsageError(f"--set: {error}; heatsim info {name}{where} lists parameters and inputs") from error


def _settings(fmu: Fmu, settings: Mapping[str, object]) -> tuple[dict[str, float], dict[str, float], dict[str, object]]:
    """Sort settings into parameters of the FMU, constant inputs, and what has to be given to the compiler."""
    parameters: dict[str, float] = {}
    inputs: dict[str, float] = {}
    structural: dict[str, object] = {}
    for name, value in settings.items():
        target = parameters if name in fmu.parameters else inputs if name in fmu.inputs else None
        if target is None:
            structural[name] = value
            continue
        try:
            target[name] = parse_quantity(value, fmu.variables[name].unit)  # type: ignore[arg-type]
        except UsageError as error:
            raise UsageError(f"--set {name}={value}: {error}") from error
    return parameters, inputs, structural


def _arrays(held: Mapping[str, float]) -> dict[str, object]:
    """Constant inputs as `simulate` takes them: the elements of an array as one list."""
    gathered: dict[str, object] = {}
    for name, value in held.items():
        base, subscript = split_subscript(name)
        if not subscript:
            gathered[name] = value
        else:
            gathered.setdefault(base, [])
            gathered[base].append(value)  # type: ignore[attr-defined]
    return gathered


def _result(name: str, fmu: Fmu, dataset: xr.Dataset, held: Mapping[str, float]) -> ModelResult:
    dataset.attrs["study"] = name
    given = {split_subscript(n)[0] for n in held}
    variables = tuple(str(n) for n in dataset.data_vars if str(n) not in given and not _is_energy(dataset, str(n)))
    audit, failure = None, None
    if "U" in dataset and any(str(n).startswith("E_in_") for n in dataset.data_vars):
        audit = analysis.audit(dataset)
        if not audit.total.share <= ENERGY_LIMIT:
            failure = (
                f"{name}: its energy balance is off by {audit.total.share:.1e} of the energy exchanged, more than "
                f"{ENERGY_LIMIT:g}; look for a heat flow without a meter E_in_..., or take a smaller --rtol"
            )
            dataset.attrs["status"] = f"failed: {failure}"
    return ModelResult(name, fmu.description.description, dataset, variables, held, audit, failure)


def _is_energy(dataset: xr.Dataset, name: str) -> bool:
    return name == "U" or name.startswith("E_") or str(dataset[name].attrs["units"]) == "J"


def names(model: str) -> tuple[str, str]:
    """File names of the Dataset and the figure of a class."""
    last = model.rpartition(".")[2]
    return f"{last}.nc", f"{last}.png"


def write(result: ModelResult, folder: Path, *, dpi: float = 130.0) -> list[Path]:
    """Write Dataset and figure into a folder and return the files.

    A run whose energy balance does not hold is kept for looking at, but only as `NAME.failed.nc`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, picture = (folder / file for file in names(result.model))
    failed = data.with_suffix(".failed.nc")
    if result.failure is not None:
        set_aside(result.model, folder)
        results.save(result.dataset, failed)
        return [failed]
    failed.unlink(missing_ok=True)  # of an earlier run into the same folder
    results.save(result.dataset, data)
    if not result.variables:
        return [data]
    partial = picture.with_suffix(".png.part")
    heading = result.description or result.model
    plot.variables(result.dataset, result.variables, heading=heading).savefig(partial, format="png", dpi=dpi)
    partial.replace(picture)
    return [data, picture]


def set_aside(model: str, folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, names(model))


def summary(result: ModelResult) -> list[tuple[str, str, str, str, str, str]]:
    """Return name, unit, smallest, largest and last value, and description of each main variable, as text.

    Elements of an array share a row; its last values are given from the smallest to the largest.
    """
    rows = []
    for name in result.variables:
        variable = result.dataset[name]
        unit, values = plot.edge_units(str(variable.attrs["units"]), np.asarray(variable.transpose("time", ...).values))
        last = values[-1].ravel()
        ends = dict.fromkeys((_figure(last.min()), _figure(last.max())))
        final = " to ".join(ends)
        text = str(variable.attrs["long_name"])
        rows.append((name, unit, _figure(values.min()), _figure(values.max()), final, "" if text == name else text))
    return rows


def _figure(value: float) -> str:
    return f"{value + 0.0:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"  # no -0
