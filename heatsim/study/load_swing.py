"""A day of load swings on the reference plant: from a trimmed steady state to a Dataset, figures and a verdict.

`run` takes a frozen `LoadSwing` record, builds the inputs and the system, trims, simulates and audits; `write` puts
`load_swing.nc`, `kpis.json` and the plots into a folder, under these names only when all checks of the run passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim import analysis, plot, profiles, results
from heatsim.errors import AuditError, UsageError
from heatsim.reference import reference_plant
from heatsim.reference.presets import preset as find_preset
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.solvers.run import check_arguments
from heatsim.study.changed_series import SeriesChange, changed
from heatsim.study.files import move_aside
from heatsim.system import System

ENERGY_LIMIT = 1e-3
"""Largest energy residual of a good run, as a share of the exchanged energy."""


COUPLING_STEP = 10.0
"""Step of the methods of co-simulation when none is given, s."""

SMALLEST_PEAK = 1e-3
"""Smallest yearly peak of the demand, as a share of the IT capacity; less is a missing unit."""

_COMPILED = 43200.0
"""Length of a run, s, from which on it usually compiles its equations."""


@dataclass(frozen=True)
class LoadSwing:
    """What to run; times in s, powers in W.

    Attributes
    ----------
    start
        Local standard time of t = 0, ISO date or date and time.
    stop
        Length of the run, s.
    preset
        Plant: "reference" or a published one, as in `heatsim.reference.PRESETS`.
    it_capacity
        Rated IT power of the hall, W; the plant is scaled with it. None: that of the preset.
    heat_capacity, storage_volume
        Nominal heat of all heat pumps together, W, and water in the tank, m3; None: those of the preset, scaled.
    demand, weather, price, gas_price, utilisation
        `FILE.csv` or `FILE.csv:column`; None uses the built-in series.
    demand_peak
        Largest heat demand of the year, W. None: a file is used as it is, the built-in demand peaks at the
        size of the preset's network.
    trip
        Start and duration of a trip of all heat pumps, s from the start of the run; None for no trip.
    seed
        Seed of the IT load.
    method, step, rtol, output_step
        How the system is solved; `step` is the communication step of the Jacobi method, 10 s when None.
    compiler
        `auto`, `openmodelica` or `embedded`.
    settings
        `unit.name` → value in SI units: parameters, start values and constant inputs of the system.
    changes
        Input series → what becomes of it, as in `heatsim.study.changed_series`.
    """

    start: str = "2020-01-15"
    stop: float = 86400.0
    preset: str = "reference"
    it_capacity: float | None = None
    heat_capacity: float | None = None
    storage_volume: float | None = None
    demand: str | None = None
    weather: str | None = None
    price: str | None = None
    gas_price: str | None = None
    utilisation: str | None = None
    demand_peak: float | None = None
    trip: tuple[float, float] | None = None
    seed: int = 0
    method: str = "monolithic"
    step: float | None = None
    rtol: float = 1e-6
    output_step: float = 60.0
    compiler: str = "auto"
    settings: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, SeriesChange] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyResult:
    """What a run gave.

    Attributes
    ----------
    dataset
        All signals of the run; its attribute `status` is `ok` only when the checks passed.
    kpis
        Key figures.
    audit
        Energy balance of the units, the bonds between them and the whole.
    failure
        None, or one line that says which check the run did not pass.
    """

    dataset: xr.Dataset
    kpis: Any
    audit: Any
    failure: str | None = None


def network_peak(preset: str, it_capacity: float | None) -> float:
    """Return the largest heat demand of a plant's network, W, that grows with the rated IT power (W; None: as is)."""
    plant = find_preset(preset)
    return plant.network_peak.value * (1.0 if it_capacity is None else it_capacity / plant.it_capacity.value)


def inputs(options: LoadSwing, *, it_options: Mapping[str, Any] | None = None) -> dict[str, xr.DataArray]:
    """Return the input series of the run by name: the plant's inputs and the prices.

    `it_options` are further keywords of `heatsim.profiles.it_load.it_load`.
    """
    plant = find_preset(options.preset)
    capacity = plant.it_capacity.value if options.it_capacity is None else options.it_capacity
    peak = options.demand_peak
    if peak is None and options.demand is None:
        peak = network_peak(options.preset, options.it_capacity)
    if peak is not None and peak < SMALLEST_PEAK * capacity:
        raise UsageError(
            f"a demand with a peak of {peak:g} W is too small for a plant of {capacity / 1e6:g} MW; "
            "give the peak with its unit, such as 14MW"
        )
    gas: dict[str, Any] = {} if options.gas_price is None else {"gas": options.gas_price}
    series = profiles.dataset(
        start=options.start,
        duration=options.stop,
        it_capacity=capacity,
        demand=options.demand,
        demand_peak=peak,
        weather=options.weather,
        price=options.price,
        utilisation=options.utilisation,
        seed=options.seed,
        it_options=it_options,
        **gas,
    )
    series |= {"heat_pump_available": profiles.heat_pump_availability(duration=options.stop, trip=options.trip)}
    return changed(series, options.changes)


def build_system(options: LoadSwing, report: Callable[[str], None] | None = None) -> System:
    """Return the reference plant of the run with the user's settings."""
    system = reference_plant(
        options.it_capacity,
        preset=options.preset,
        heat_capacity=options.heat_capacity,
        storage_volume=options.storage_volume,
        compiler=options.compiler,
        report=report,
    )
    for name, value in options.settings.items():
        system.set(name, value)
    return system


def check(options: LoadSwing) -> None:
    """Refuse options that make no sense before anything is built; raises UsageError."""
    check_arguments(0.0, options.stop, options.output_step, options.method, _step(options), "linear", options.rtol)


def _step(options: LoadSwing) -> float | None:
    return COUPLING_STEP if options.method != "monolithic" and options.step is None else options.step


def run(
    options: LoadSwing,
    *,
    series: Mapping[str, xr.DataArray] | None = None,
    system: System | None = None,
    report: Callable[[str], None] | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> StudyResult:
    """Run the day.

    Parameters
    ----------
    options
        What to run.
    series
        What `inputs` gives for these options, where it is there already.
    system
        What `build_system` gives for these options, where it is there already.
    report
        Called with a line for each step of the work.
    progress
        Called with simulated time and stop time, s.

    Raises
    ------
    SimulationError
        If the plant cannot be trimmed or the integrator fails. A finished run whose energy residual exceeds
        `ENERGY_LIMIT` is returned, with `failure` set.
    """
    tell = report or (lambda line: None)
    check(options)
    series = inputs(options) if series is None else series
    system = build_system(options, report) if system is None else system
    plant_inputs = {name: series[name] for name in system.inputs}
    tell("trimming to the steady state at the start of the day")
    # the same machine code serves both, and gives the same steady state as none
    compiled = options.method == "monolithic" and options.stop >= _COMPILED
    start = trim(system, at=plant_inputs, native="preferred" if compiled else False)
    dataset = simulate(
        system,
        inputs=plant_inputs,
        stop=options.stop,
        output_step=options.output_step,
        method=options.method,
        step=_step(options),
        rtol=options.rtol,
        start_from=start,
        progress=progress,
    )
    dataset = profiles.attach(dataset, series)
    dataset.attrs |= {"study": "load_swing", "start_time": options.start}
    dataset.attrs |= find_preset(options.preset).limits()
    audit = analysis.audit(dataset)
    failure = None
    try:
        audit.check(ENERGY_LIMIT)
    except AuditError as error:
        failure = str(error)
        dataset.attrs["status"] = f"failed: {failure}"
    return StudyResult(dataset, analysis.kpis(dataset), audit, failure)


def write(result: StudyResult, folder: Path) -> list[Path]:
    """Write Dataset, key figures and plots into a folder and return the files.

    A run that failed its checks is kept for looking at, but only as `load_swing.failed.nc`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if result.failure is not None:
        set_aside(folder)
        data = folder / "load_swing.failed.nc"
        results.save(result.dataset, data)
        return [data]
    data, figures = folder / "load_swing.nc", folder / "kpis.json"
    (folder / "load_swing.failed.nc").unlink(missing_ok=True)  # of an earlier run into the same folder
    results.save(result.dataset, data)
    analysis.to_json(result.kpis, figures)
    return [data, figures, *plot.save_all(result.dataset, folder)]


def set_aside(folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, ["load_swing.nc", "kpis.json", *(f"{name}.png" for name in plot.FIGURES)])
