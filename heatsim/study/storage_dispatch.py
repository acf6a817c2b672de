"""What a tank earns in a week under each way to run it: planned, and proven on the plant.

`run` takes a frozen `StorageDispatch` record, reads the plant, calibrates what dispatch knows of it from a first run,
and carries out every policy on the dynamic plant, in parallel processes. `write` puts the schedules, the runs,
`storage_dispatch.json` and the plots into a folder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import xarray as xr

from heatsim.analysis.shortage import CATCH_UP
from heatsim.dispatch.calibration import Calibration, calibrate
from heatsim.dispatch.comparison import NO_TANK, PERFECT, Comparison, compare
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.gap import Gap, gap
from heatsim.dispatch.plant import DispatchPlant, Tariff
from heatsim.dispatch.reading import plant_of
from heatsim.errors import HeatsimError, UsageError, near_miss
from heatsim.processes import processes, processors
from heatsim.study import dispatch_page, dispatch_series
from heatsim.study.changed_series import SeriesChange
from heatsim.study.dispatch_files import FILES, schedules, set_aside, write
from heatsim.study.dispatch_policies import POLICIES
from heatsim.study.dispatch_runs import Job, PolicyRun, dynamic_plant, run_policy

ENERGY_LIMIT = 1e-3
"""Largest energy residual of a good run, as a share of the exchanged energy."""
UNMET_LIMIT = 1e-3
"""Largest demand of a good run that is not met (`heatsim.analysis.shortage`), as a share of the demand."""
GAP_LIMIT = 0.03
"""Largest difference of cost between plan and plant with perfect foresight, as a share of the planned cost."""
LEAST_COST = 0.2
"""Share of what is paid and earned in all hours that the planned cost counts as at least in that difference."""
HALL_LIMITS = ("chip_violation", "tcs_supply_violation", "hall_air_violation")
"""Key figures that are zero in a good run, K.h."""

BASELINE, BEST = NO_TANK, PERFECT
"""Policies that the others are compared with."""

STEP = 3600.0
"""Interval of plans, s."""


@dataclass(frozen=True)
class StorageDispatch:
    """What to run; SI units.

    Attributes
    ----------
    start
        Local standard time of t = 0, ISO date or date and time.
    stop
        Length of the run, s; whole hours.
    policies
        Names of `heatsim.study.dispatch_policies.POLICIES`.
    data
        Folder with the known files of `heatsim.study.dispatch_series`; None: that of `HEATSIM_DATA`, if it is set.
    demand, weather, price, gas_price, utilisation
        `FILE.csv` or `FILE.csv:column`; None: the known file of the data folder, else the built-in series.
    demand_peak
        Largest heat demand of the year, W; None: the size of the preset's network.
    preset, it_capacity
        Plant, as in `heatsim.reference.PRESETS`, and its rated IT power, W; None: that of the preset.
    heat_capacity, storage_volume
        Nominal heat of all heat pumps together, W, and water in the tank, m3; None: those of the preset, scaled.
    replan, horizon
        Time between two plans of the receding horizon and their length, s; whole hours.
    grid_charge
        On every unit of electricity drawn, EUR/J.
    co2_price
        Of the CO2 of electricity and gas, EUR/kg.
    start_cost
        Wear of a start of a heat pump, EUR.
    peak_charge
        On the highest hourly power of the run, EUR/W.
    heat_value
        What a unit of heat recovered from the hall earns, EUR/J.
    seed
        Of the errors of forecasts.
    calibrations
        Runs from which what dispatch knows of the plant is calibrated before the policies run.
    output_step
        Of the runs that are kept, s.
    jobs
        Processes; None: one for each processor.
    compiler
        `auto`, `openmodelica` or `embedded`.
    settings
        `unit.name` → value in SI units: parameters, start values and constant inputs of the plant.
    changes
        Input series → what becomes of it, as in `heatsim.study.changed_series`; forecasts see it too.
    """

    start: str = "2020-04-20"
    stop: float = 7 * 86400.0
    policies: tuple[str, ...] = tuple(POLICIES)
    data: str | None = None
    demand: str | None = None
    weather: str | None = None
    price: str | None = None
    gas_price: str | None = None
    utilisation: str | None = None
    demand_peak: float | None = None
    preset: str = "reference"
    it_capacity: float | None = None
    heat_capacity: float | None = None
    storage_volume: float | None = None
    replan: float = 3600.0
    horizon: float = 48 * 3600.0
    grid_charge: float = 0.0
    co2_price: float = 0.0
    start_cost: float = 20.0
    peak_charge: float = 0.0
    heat_value: float = 0.0
    seed: int = 0
    calibrations: int = 1
    output_step: float = 300.0
    jobs: int | None = None
    compiler: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, SeriesChange] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """A plan with perfect foresight and its run, from which dispatch learned the plant."""

    gap: Gap = field(repr=False)
    calibration: Calibration = field(repr=False)


@dataclass(frozen=True)
class DispatchResult:
    """What a study gave.

    Attributes
    ----------
    options
        What was run.
    notes
        Where the series come from, a line each.
    rounds
        Calibrations, in order.
    plant
        The plant as dispatch knew it when the policies ran.
    forecasts
        Interval means of the series.
    runs
        What each policy planned and did, by name, in the order of the options.
    gaps
        Planned against realised, by policy.
    errors
        Policies whose run failed, with the reason.
    failure
        None, or one line that says which check did not pass.
    """

    options: StorageDispatch
    notes: tuple[str, ...]
    rounds: tuple[Round, ...]
    plant: DispatchPlant
    forecasts: xr.Dataset = field(repr=False)
    runs: Mapping[str, PolicyRun]
    gaps: Mapping[str, Gap]
    errors: Mapping[str, str]
    failure: str | None = None

    @cached_property
    def comparison(self) -> Comparison:
        """Every policy against no tank and against perfect foresight."""
        pairs = {name: (one.planned, one.realised) for name, one in self.runs.items()}
        return compare(pairs, self.plant, self.forecasts, baseline=BASELINE, reference=BEST)

    def earned(self, policy: str, side: str = "realised") -> float | None:
        """Return what the tank earned under a policy against no tank, EUR; None without a run of one of them.

        The change of the heat in the tank is valued. `side` is "realised" or "planned".
        """
        if policy not in self.runs:
            return None
        row = self.comparison[policy]
        return row.saving_planned if side == "planned" else row.saving_realised


def run(
    options: StorageDispatch,
    *,
    report: Callable[[str], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> DispatchResult:
    """Run the study.

    Parameters
    ----------
    options
        What to run.
    report
        Called with a line for each step of the work.
    progress
        Called with the number of finished runs of the plant and of all.

    Raises
    ------
    UsageError
        Wrong options, files that cannot be used.
    SimulationError
        If the plant cannot be trimmed, or the run for the calibration fails. A policy whose run fails is reported in
        `errors` and `failure`.
    """
    tell = report or (lambda line: None)
    count = progress or (lambda done, total: None)
    check(options)
    series, notes = dispatch_series.of(options)
    for line in notes:
        tell(line)
    known = forecasts(series, stop=options.stop, step=STEP)
    tell("reading the plant")
    settings = tuple(sorted(options.settings.items()))
    sizes = (options.heat_capacity, options.storage_volume)
    plant = plant_of(
        dynamic_plant(options.preset, options.it_capacity, options.compiler, settings, True, sizes),
        tariff=tariff(options),
        start_cost=options.start_cost,
    )
    job = Job(
        policy=BEST,
        plant=plant,
        preset=options.preset,
        it_capacity=options.it_capacity,
        compiler=options.compiler,
        settings=settings,
        series=series,
        forecasts=known,
        start=options.start,
        stop=options.stop,
        every=options.replan,
        horizon=options.horizon,
        seed=options.seed,
        output_step=options.output_step,
        sizes=sizes,
    )
    total = options.calibrations + len(options.policies)
    rounds = []
    for number in range(options.calibrations):
        tell(f"calibration: plan with perfect foresight and run it (round {number + 1} of {options.calibrations})")
        first = run_policy(replace(job, plant=plant))
        calibration = calibrate(plant, first.run, step=STEP)
        rounds.append(Round(gap(first.planned, first.realised, plant=plant, forecasts=known), calibration))
        plant = calibration.plant
        count(number + 1, total)
    runs, errors = _policies(
        [replace(job, plant=plant, policy=name) for name in options.policies],
        options.jobs or processors(),
        tell,
        lambda done: count(options.calibrations + done, total),
    )
    gaps = {name: gap(one.planned, one.realised, plant=one.plant, forecasts=known) for name, one in runs.items()}
    result = DispatchResult(options, notes, tuple(rounds), plant, known, runs, gaps, errors)
    return replace(result, failure=failure(result))


def check(options: StorageDispatch) -> None:
    """Refuse options that cannot be run; raises UsageError."""
    for name in options.policies:
        if name not in POLICIES:
            raise UsageError(f"there is no policy '{name}'{near_miss(name, POLICIES)}; there are {', '.join(POLICIES)}")
    if not options.policies or len(set(options.policies)) < len(options.policies):
        raise UsageError("policies: name at least one, each once")
    for name in ("stop", "replan", "horizon"):
        value = getattr(options, name)
        if not value > 0.0 or abs(value / STEP - round(value / STEP)) > 1e-9:
            raise UsageError(f"{name} is {value / 3600.0:g} h; plans have intervals of one hour, give whole hours")
    if options.horizon < options.replan:
        raise UsageError(
            f"horizon is {options.horizon / 3600.0:g} h, less than the {options.replan / 3600.0:g} h between plans; "
            "a plan must last until the next one"
        )
    if options.calibrations < 0:
        raise UsageError(f"calibrations is {options.calibrations}; give 0 or more")
    if options.calibrations and options.stop < 2 * STEP:
        raise UsageError("stop is 1 h; a calibration needs a run of 2 h or more (without one: calibrations=0)")
    if not 0.0 < options.output_step <= STEP / 3:
        raise UsageError(f"output_step is {options.output_step:g} s; give 20 min or less")


def tariff(options: StorageDispatch) -> Tariff:
    """Return charges and values of the options."""
    return Tariff(
        grid_charge=options.grid_charge,
        peak_charge=options.peak_charge,
        co2_price=options.co2_price,
        heat_value=options.heat_value,
    )


def _policies(
    todo: list[Job], jobs: int, tell: Callable[[str], None], count: Callable[[int], None]
) -> tuple[dict[str, PolicyRun], dict[str, str]]:
    """Run the policies, in processes where there are several; a run that fails is kept as an error."""
    runs: dict[str, PolicyRun] = {}
    errors: dict[str, str] = {}
    workers = min(jobs, len(todo))
    tell(f"{len(todo)} policies on the plant, {workers} process{'es' * (workers != 1)}")

    def keep(name: str, work: Callable[[], PolicyRun]) -> None:
        try:
            runs[name] = work()
        except UsageError:
            raise
        except HeatsimError as error:
            errors[name] = str(error)
            tell(f"{name}: failed: {error}")
        count(len(runs) + len(errors))

    if workers == 1:
        for job in todo:
            keep(job.policy, lambda job=job: run_policy(job))  # type: ignore[misc]
    else:
        # The longest first: a plan every hour takes several times as long as one plan.
        longest_first = sorted(todo, key=lambda job: job.policy != "receding_horizon")
        with processes(workers) as pool:
            futures = {pool.submit(run_policy, job): job.policy for job in longest_first}
            for future in as_completed(futures):
                keep(futures[future], future.result)
    return {job.policy: runs[job.policy] for job in todo if job.policy in runs}, errors


def failure(result: DispatchResult) -> str | None:
    """Return what did not come out as it should, in a line; None when all checks pass."""
    found = [f"{name}: {reason}" for name, reason in result.errors.items()]
    for name, one in result.runs.items():
        if not one.energy_residual <= ENERGY_LIMIT:
            found.append(f"{name}: {one.energy_residual:.1e} of the exchanged energy is missing (limit {ENERGY_LIMIT})")
        if not one.unmet <= UNMET_LIMIT:
            share, most = 100.0 * one.unmet, 100.0 * UNMET_LIMIT
            text = f"{name}: {share:.2f} % of the demand is not met within a day (limit {most:g} %)"
            # Valves deliver late while the demand rises, and a short run ends before they have.
            short = "" if result.options.stop > CATCH_UP else "; the run ends before that, try a longer one"
            found.append(text + short)
        for figure in HALL_LIMITS:
            value = one.figures[figure][0]
            if value is None or not value <= 0.0:
                shown = "not known" if value is None else f"{value:.3g} K.h"
                found.append(f"{name}: {figure} is {shown}; the hall must stay within its limits")
        if one.failures:
            found.append(f"{name}: {len(one.failures)} of its plans failed: {next(iter(one.failures.values()))}")
    apart = plan_gap(result)
    if apart is not None and not abs(apart) <= GAP_LIMIT:
        found.append(
            f"{BEST}: the plant cost {100.0 * apart:+.1f} % against the plan (limit {100.0 * GAP_LIMIT:g} %); "
            "calibrate once more, or look at where they differ"
        )
    return "; ".join(found) or None


def plan_gap(result: DispatchResult) -> float | None:
    """Return the difference of cost between plan and plant with perfect foresight over the planned cost, 1."""
    return None if BEST not in result.gaps else cost_gap(result.gaps[BEST])


def cost_gap(apart: Gap) -> float | None:
    """Return the difference of cost between plant and plan over the planned cost, 1.

    Where negative prices pay for dear hours, the cost may be next to nothing: then over `LEAST_COST` of the turnover.
    """
    row = apart["cost_compared"]
    if row.planned is None or row.difference is None:
        return None
    measure = max(abs(row.planned), LEAST_COST * row.size)
    if not measure > 0.0:
        return math.inf if row.difference else 0.0
    return row.difference / measure


def show(result: DispatchResult) -> None:
    """Print the calibration, what each policy planned and did, and the verdict in words."""
    dispatch_page.show(result)


__all__ = [
    "BASELINE",
    "BEST",
    "FILES",
    "POLICIES",
    "DispatchResult",
    "StorageDispatch",
    "run",
    "schedules",
    "set_aside",
    "show",
    "write",
]
