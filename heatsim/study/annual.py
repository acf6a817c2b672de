"""A year of the plant under a policy: from the input series, month by month, to a Dataset, figures and a verdict.

Each part of the run (a calendar month by default) is a netCDF file of its own, written as a whole, with a checkpoint at
its end: a run that was interrupted goes on with the first part that is missing, to the same bits. `run` and `resume`
take a frozen `Annual` record, `write` leaves `annual.nc`, `annual.json` and the plots.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from rich import box
from rich.console import Console
from rich.table import Table

import heatsim
from heatsim import analysis, profiles, results
from heatsim.analysis.monthly import BALANCE_IN, BALANCE_OUT, GROUPS, Month, heat_balance, month_edges, monthly
from heatsim.analysis.run import MWH
from heatsim.dispatch.execution import scheduled
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.plant import Tariff
from heatsim.dispatch.reading import plant_of
from heatsim.errors import AuditError, UsageError, near_miss
from heatsim.plot import annual as figures
from heatsim.reference import reference_plant
from heatsim.reference.presets import preset as find_preset
from heatsim.results.concatenated import concatenate
from heatsim.simulation import resume as resume_run
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.solvers.run import check_arguments
from heatsim.solvers.transfer import transfer
from heatsim.study import dispatch_series
from heatsim.study.dispatch_policies import NO_TANK_VOLUME, POLICIES, has_tank, make
from heatsim.study.files import move_aside
from heatsim.system import System
from heatsim.system.inputs import read_signals, sha256_of_signals
from heatsim.whole_file import whole_file

ENERGY_LIMIT = 1e-3
"""Largest energy residual of a good run, as a share of the exchanged energy."""
UNMET_LIMIT = 1e-3
"""Largest demand of a good run that is not made up for within its day, as a share of the demand."""
HALL_LIMITS = ("chip_violation", "tcs_supply_violation", "hall_air_violation")
"""Figures that are zero in a good run, K.h."""

SUPERVISOR = "supervisor"
"""Policy of the plant's own supervisor: no plan, all waste heat into network and tank until that is full."""

HOUR = 3600.0
"""Interval of plans, s."""

_NEVER = 1e12
"""Distance of checkpoints that makes one at the end of each part alone, s."""


@dataclass(frozen=True)
class Annual:
    """What to run; times in s, powers in W.

    Attributes
    ----------
    policy
        "supervisor" (no plan), or a policy of `heatsim.study.dispatch_policies`.
    replan, horizon
        Time between plans, and length of a plan: whole hours.
    start_cost, grid_charge, co2_price
        Wear of a start of a heat pump, EUR, charge on each unit of electricity, EUR/J, and price of CO2, EUR/kg: plans
        reckon with them, and the figures have them beside the cost of energy.
    start
        Local standard time of t = 0, ISO date or date and time.
    stop
        Length of the run.
    part
        Length of the parts that an interrupted run goes on from; None: calendar months.
    preset, it_capacity, demand, weather, price, gas_price, utilisation, demand_peak, seed
        Plant and series as in `heatsim.study.load_swing.LoadSwing`; the IT load is without swings within seconds, since
        over a year only means count.
    data
        Folder of known files for series that are not given, as in `heatsim.study.dispatch_series`.
    period
        Sample time of the supervisor. A longer one is faster: against 60 s, 300 s change the cost of a week by 0.01 %.
    rtol, output_step
        Relative tolerance, and distance of the results.
    compiler
        `auto`, `openmodelica` or `embedded`.
    settings
        `unit.name` -> value: parameters, start values and constant inputs of the system, such as `storage.V`.
    """

    policy: str = SUPERVISOR
    replan: float = 86400.0
    horizon: float = 2 * 86400.0
    start_cost: float = 20.0
    grid_charge: float = 0.0
    co2_price: float = 0.0
    start: str = "2020-01-01"
    stop: float = 365 * 86400.0
    part: float | None = None
    preset: str = "reference"
    it_capacity: float | None = None
    demand: str | None = None
    weather: str | None = None
    price: str | None = None
    gas_price: str | None = None
    utilisation: str | None = None
    demand_peak: float | None = None
    seed: int = 0
    data: str | None = None
    period: float = 300.0
    rtol: float = 1e-5
    output_step: float = 900.0
    compiler: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AnnualResult:
    """What a run gave.

    Attributes
    ----------
    dataset
        The year, open on disk; values are read when they are used.
    months
        Key figures and energy balance of each month.
    kpis
        Those of the whole run.
    audit
        Energy balance of the units, the bonds between them and the whole.
    options
        What was run.
    failure
        None, or one line that says which check the run did not pass.
    """

    dataset: xr.Dataset
    months: tuple[Month, ...]
    kpis: analysis.KpiTable
    audit: analysis.AuditResult
    options: Annual
    failure: str | None = None


def inputs(options: Annual, report: Callable[[str], None] | None = None) -> dict[str, xr.DataArray]:
    """Return the input series of the run by name: the plant's inputs and the prices; say where they come from."""
    given = {name: getattr(options, name) for name in dispatch_series.KNOWN_FILES}
    sources = dispatch_series.find(given, data=options.data, start=options.start, stop=options.stop)
    series = dispatch_series.series(
        sources,
        start=options.start,
        stop=options.stop,
        preset=options.preset,
        it_capacity=options.it_capacity,
        demand_peak=options.demand_peak,
        seed=options.seed,
    )
    if report is not None:
        for line in (*sources.notes, *dispatch_series.described(series)):
            report(line)
    return series


def part_edges(options: Annual) -> np.ndarray:
    """Return the ends of the parts with 0 in front, s: on the grid of the results, `stop` last."""
    if options.part is None:
        edges = month_edges(options.start, options.stop)
    else:
        edges = np.append(np.arange(0.0, options.stop, options.part), options.stop)
    inner = np.ceil(edges[1:-1] / options.output_step - 1e-9) * options.output_step
    return np.unique(np.concatenate([[0.0], inner[inner < options.stop], [options.stop]]))


def run(
    options: Annual,
    folder: Path,
    *,
    report: Callable[[str], None] | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> AnnualResult:
    """Run the year.

    Parameters
    ----------
    options
        What to run.
    folder
        Where the parts go, into its folder `parts`.
    report
        Called with a line for each step of the work.
    progress
        Called with simulated time and stop time, s.

    Raises
    ------
    UsageError
        If the folder holds parts of a run that was interrupted.
    SimulationError
        If the plant cannot be trimmed or the integrator fails; the parts before are kept. A finished run that does not
        pass its checks is returned, with `failure` set.
    """
    if kept := _finished(folder):
        raise UsageError(
            f"{folder}: holds {len(kept)} parts of a run that was interrupted; go on with it (--resume), or delete "
            f"{_parts(folder)}"
        )
    return _run(options, folder, report, progress, going_on=False)


def resume(
    options: Annual,
    folder: Path,
    *,
    report: Callable[[str], None] | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> AnnualResult:
    """Go on with a run that was interrupted, from its first missing part; parameters as in `run`.

    Raises
    ------
    UsageError
        If the folder holds no such run, or one with other options or other input series; says which.
    """
    file = _parts(folder) / "options.json"
    if not file.is_file():
        raise UsageError(f"{folder}: holds no run that was interrupted; start one without --resume")
    return _run(options, folder, report, progress, going_on=True)


def _run(
    options: Annual,
    folder: Path,
    report: Callable[[str], None] | None,
    progress: Callable[[float, float], None] | None,
    going_on: bool,
) -> AnnualResult:
    tell = report or (lambda line: None)
    _check(options)
    series = inputs(options, report)
    plain, system = _system(options, series, report)
    plant_inputs = {name: series[name] for name in system.inputs}
    _remember(options, series, folder, going_on)
    edges = part_edges(options)
    done = len(_finished(folder))
    if 0 < done < edges.size - 1:
        tell(f"going on at {edges[done] / 3600.0:g} h, {done} of {edges.size - 1} parts are there")
    shown = None if progress is None else (lambda t, _: progress(t, options.stop))
    common: dict[str, Any] = {"inputs": plant_inputs, "progress": shown}
    for number in range(done, edges.size - 1):
        begin, end = float(edges[number]), float(edges[number + 1])
        checkpoint = _part(folder, number, "checkpoint")
        if number == 0:
            tell("trimming to the steady state at the start")
            point = trim(plain, at=plant_inputs)
            ds = simulate(
                system,
                start=begin,
                stop=end,
                output_step=options.output_step,
                rtol=options.rtol,
                start_from=point if system is plain else transfer(point, system),
                checkpoint=checkpoint,
                checkpoint_step=_NEVER,
                **common,
            )
        else:
            ds = resume_run(_part(folder, number - 1, "checkpoint"), system, stop=end, keep=checkpoint, **common)
        # the checkpoint is there already, so a part that has its file can be gone on from
        results.save(profiles.attach(ds, series), _part(folder, number, "nc"))
        if number > 0:
            _part(folder, number - 1, "checkpoint").unlink(missing_ok=True)
    return _result(options, folder, edges.size - 1)


def _check(options: Annual) -> None:
    """Refuse what makes no sense before anything is built."""
    check_arguments(0.0, options.stop, options.output_step, "monolithic", None, "linear", options.rtol)
    for name in ("replan", "horizon", "period", "part"):
        value = getattr(options, name)
        if value is not None and not 0.0 < value < float("inf"):
            raise UsageError(f"{name} is {value:g} s; give a positive time")
    if options.part is not None and options.part < options.output_step:
        raise UsageError(
            f"part = {options.part:g} s is shorter than output_step = {options.output_step:g} s; give longer parts"
        )


def _system(
    options: Annual, series: Mapping[str, xr.DataArray], report: Callable[[str], None] | None
) -> tuple[System, System]:
    """Return the plant with the user's settings, and the same plant with the policy."""
    planned = options.policy != SUPERVISOR
    if planned and options.policy not in POLICIES:
        known = (SUPERVISOR, *POLICIES)
        raise UsageError(
            f"there is no policy '{options.policy}'{near_miss(options.policy, known)}; available: {', '.join(known)}"
        )
    system = reference_plant(
        options.it_capacity,
        preset=options.preset,
        supervisor_period=options.period,
        compiler=options.compiler,
        report=report,
    )
    for name, value in options.settings.items():
        system.set(name, value)
    if not planned:
        return system, system
    if not has_tank(options.policy):
        capacity = options.it_capacity or find_preset(options.preset).it_capacity.value
        system.set("storage.V", NO_TANK_VOLUME * capacity / find_preset("reference").it_capacity.value)
    if report is not None:
        report("reading the plant that plans are made for")
    tariff = Tariff(grid_charge=options.grid_charge, co2_price=options.co2_price)
    plant = plant_of(system, tariff=tariff, start_cost=options.start_cost)
    if not has_tank(options.policy):
        plant = replace(plant, tank=None)
    policy = make(options.policy, plant, every=options.replan, horizon=options.horizon, seed=options.seed)
    # plans are made to the end of the last interval, wherever in it the run ends
    last = float(np.ceil(options.stop / HOUR - 1e-9)) * HOUR
    known_series = forecasts(_longer(series, last), stop=last)
    return system, scheduled(system, policy, known_series, plant, every=options.replan, horizon=options.horizon)


def _longer(series: Mapping[str, xr.DataArray], stop: float) -> dict[str, xr.DataArray]:
    """Return series that hold their last value up to `stop`, less than an interval of a plan later."""
    found = {}
    for name, one in series.items():
        end = float(one["time"].values[-1])
        last = one.isel(time=[-1]).assign_coords(time=[stop])
        found[name] = one if end >= stop else xr.concat([one, last], "time", combine_attrs="override")
    return found


def _parts(folder: Path) -> Path:
    return folder / "parts"


def _part(folder: Path, number: int, suffix: str) -> Path:
    return _parts(folder) / f"part_{number:03d}.{suffix}"


def _finished(folder: Path) -> list[Path]:
    """Return the files of the parts that are there, without a gap."""
    found: list[Path] = []
    while _part(folder, len(found), "nc").is_file():
        found.append(_part(folder, len(found), "nc"))
    return found


def finished_parts(folder: Path) -> int:
    """Return how many parts of a run that was interrupted are there."""
    return len(_finished(folder))


def _remember(options: Annual, series: Mapping[str, xr.DataArray], folder: Path, going_on: bool) -> None:
    """Write down what is run, or refuse to mix it with another run whose parts are there."""
    wanted = {name: (str(one.attrs["units"]), ()) for name, one in series.items()}
    signals = read_signals(wanted, dict(series), 0.0, options.stop)
    now = {
        **json.loads(json.dumps(dataclasses.asdict(options))),
        "heatsim": heatsim.__version__,
        "input series": sha256_of_signals(signals),
    }
    file = _parts(folder) / "options.json"
    if going_on:
        try:
            before = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UsageError(f"{file}: is damaged; delete {_parts(folder)} and start anew") from error
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                raise UsageError(
                    f"{folder}: the parts were made with {name} = {before.get(name)}, not {now.get(name)}; give the "
                    f"options as they were, or delete {_parts(folder)}"
                )
        return
    with whole_file(file, "the record of the run") as temporary:
        temporary.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")


def _result(options: Annual, folder: Path, number: int) -> AnnualResult:
    """Join the parts in a file, audit it and work out the figures."""
    attributes: dict[str, Any] = {"study": "annual", "policy": options.policy, "start_time": options.start}
    attributes |= find_preset(options.preset).limits()
    whole = concatenate([_part(folder, i, "nc") for i in range(number)], _parts(folder) / "annual.nc", attributes)
    dataset = xr.open_dataset(whole, engine="netcdf4", decode_times=False)
    audit = analysis.audit(dataset)
    kpis = _charged(analysis.KpiTable((*analysis.kpis(dataset, groups=GROUPS), *heat_balance(dataset))), options)
    failure = _failure(audit, kpis)
    if failure is not None:
        dataset.attrs["status"] = f"failed: {failure}"
    months = tuple(replace(month, kpis=_charged(month.kpis, options)) for month in monthly(dataset))
    return AnnualResult(dataset, months, kpis, audit, options, failure)


def _charged(kpis: analysis.KpiTable, options: Annual) -> analysis.KpiTable:
    """Return figures with what is paid beside the energy, and all cost together."""
    starts = sum(record.value or 0.0 for record in kpis if record.name.startswith("heat_pump_starts"))
    charges = {
        "cost_grid": (options.grid_charge * kpis["heat_supply_electricity"] * MWH, "Grid charge on electricity"),
        "cost_co2": (options.co2_price * kpis["co2_total"] * 1e3, "Price of the CO2"),
        "cost_starts": (options.start_cost * starts, "Wear of starts, as far as the output step shows them"),
    }
    total = kpis["cost_total"] + sum(value for value, _ in charges.values())
    charges["cost_with_charges"] = (total, "Cost of energy with grid charge, CO2 and starts")
    more = (analysis.Kpi(name, value, "EUR", text, "options", "charges") for name, (value, text) in charges.items())
    return analysis.KpiTable((*kpis, *more))


def _failure(audit: analysis.AuditResult, kpis: analysis.KpiTable) -> str | None:
    """Return one line for the first check that is not passed."""
    try:
        audit.check(ENERGY_LIMIT)
    except AuditError as error:
        return str(error)
    for name in HALL_LIMITS:
        if kpis[name] > 0.0:
            record = kpis.record(name)
            return f"a temperature limit of the hall is violated: {record.description}, {record.value:.3g} K.h"
    demand = kpis["heat_demand"]
    if demand > 0.0 and kpis["unmet_daily"] > UNMET_LIMIT * demand:
        share = 100.0 * kpis["unmet_daily"] / demand
        return f"unmet demand is {share:.3g} % of the demand, more than {100.0 * UNMET_LIMIT:g} %"
    return None


FIGURES = (
    *("heat_demand", "unmet_demand", "unmet_daily", "heat_pump_heat", "seasonal_cop", "energy_reuse_factor"),
    *("pue_partial", "heat_supply_electricity", "peak_fuel", "cost_electricity", "cost_gas", "cost_total", "co2_total"),
    *("cost_grid", "cost_co2", "cost_starts", "cost_with_charges"),
    *("state_of_charge_start", "state_of_charge_end", "storage_cycles"),
    *("chip_max", *HALL_LIMITS, "network_supply_min", "network_supply_violation", "energy_residual"),
)
"""Figures of each month in `annual.json`, beside the energy balance."""

NAMES = ("annual.nc", "annual.json", *(f"{name}.png" for name in figures.FIGURES))


def table(result: AnnualResult) -> dict[str, Any]:
    """Return what `annual.json` holds: options, units, the figures of each month and of the year, the verdict."""
    names = list(
        dict.fromkeys([*BALANCE_IN, "it_energy", "recovered_heat", *BALANCE_OUT, "balance_residual", *FIGURES])
    )
    starts = [record.name for record in result.kpis if record.name.startswith("heat_pump_starts")]
    records = {name: result.kpis.record(name) for name in dict.fromkeys([*names, *starts])}
    return {
        "options": dataclasses.asdict(result.options),
        "status": "ok" if result.failure is None else f"failed: {result.failure}",
        "figures": {name: {"unit": one.unit, "description": one.description} for name, one in records.items()},
        "months": [
            {"month": month.name, **{name: month.kpis.record(name).value for name in records}}
            for month in result.months
        ],
        "year": {name: one.value for name, one in records.items()},
    }


SHOWN = {
    "Energy by month in MWh": {
        "demand": "heat_demand",
        "heat\npumps": "heat_pump_heat",
        "boilers": "peak_heat",
        "tank": "stored_heat_change",
        "pipe\nloss": "network_loss",
        "rejected": "rejected_heat",
        "unmet": "unmet_daily",
        "residual": "balance_residual",
    },
    "Performance and cost by month": {
        "COP": "seasonal_cop",
        "ERF": "energy_reuse_factor",
        "PUE": "pue_partial",
        "cost\nEUR": "cost_total",
        "EUR\n/MWh": "cost_per_heat",
        "CO2\nt": "co2_total",
        "chip\ndegC": "chip_max",
        "supply\ndegC": "network_supply_min",
    },
}
"""Figures of the printed tables by heading."""


def show(result: AnnualResult) -> None:
    """Print tables with a row for each month and one for the whole run."""
    rows = [(month.name, month.kpis) for month in result.months] + [("all", result.kpis)]
    for title, columns in SHOWN.items():
        heading = f"{title}: {result.options.policy}"
        printed = Table(title=heading, title_justify="left", box=box.SIMPLE, padding=(0, 1), show_edge=False)
        printed.add_column("month", no_wrap=True)
        for heading in columns:
            printed.add_column(heading, justify="right", no_wrap=True)
        for name, figures_of in rows:
            if name == "all":
                printed.add_section()
            printed.add_row(name, *(_shown(figures_of.record(figure).value) for figure in columns.values()))
        Console().print(printed, "")
    if result.options.policy != SUPERVISOR:
        plans, failed = (int(result.dataset[f"planner.{name}"][-1]) for name in ("plans", "failures"))
        print(f"{plans} plans, {failed} that failed while the one before stayed in force")


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100.0 else f"{value:.2f}" if abs(value) >= 0.005 else "0"


def write(result: AnnualResult, folder: Path) -> list[Path]:
    """Write Dataset, monthly figures and plots into a folder, remove the parts, and return the files.

    The Dataset of the result is closed: its file takes its final name.
    A run that did not pass its checks has `.failed` in the names of its files.
    """
    ending = "" if result.failure is None else ".failed"
    if result.failure is not None:
        set_aside(folder)
    else:
        for name in NAMES:  # of an earlier run into the same folder
            (folder / _named(name, ".failed")).unlink(missing_ok=True)
    record = folder / _named("annual.json", ending)
    with whole_file(record, "the monthly figures") as temporary:
        temporary.write_text(json.dumps(table(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    pictures = figures.save_all(result.dataset, result.months, folder, ending=ending)
    data = folder / _named("annual.nc", ending)
    whole = _parts(folder) / "annual.nc"
    result.dataset.close()
    if result.failure is not None:
        results.set_attributes(whole, {"status": f"failed: {result.failure}"})
    whole.replace(data)
    _remove_parts(folder)
    return [data, record, *pictures]


def _named(name: str, ending: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}{ending}.{suffix}"


def _remove_parts(folder: Path) -> None:
    """Remove what `run` has made, and nothing else."""
    for pattern in ("part_*.nc", "part_*.checkpoint", "options.json"):
        for path in _parts(folder).glob(pattern):
            path.unlink()
    if not any(_parts(folder).iterdir()):
        _parts(folder).rmdir()


def set_aside(folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, NAMES)
