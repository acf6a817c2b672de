"""Sizes of tank and heat pumps: value curves of the reference plant, and chosen sizes run on the plant over the span.

A size changes the plant as `heatsim.reference.sizing` would build it: the machines with the supervisor's and the
feed-forward's idea of them, the tank with its headers, the gain of the condenser flow's loop. What dispatch knows of
each size is read from that plant.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import xarray as xr

import heatsim
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.plant import DispatchPlant, Tariff
from heatsim.dispatch.reading import plant_of, tank_conductance
from heatsim.dispatch.realised import realised
from heatsim.dispatch.schedule import compared_cost, stock_value
from heatsim.dispatch.value import value_curves
from heatsim.dispatch.yearly import SUMS, YEAR, yearly
from heatsim.errors import UsageError
from heatsim.processes import processes
from heatsim.reference import reference_plant
from heatsim.reference.presets import preset as find_preset
from heatsim.reference.sizing import Sizing
from heatsim.study import annual, annual_parts
from heatsim.study.annual_options import HOUR, Annual
from heatsim.system import System
from heatsim.whole_file import whole_file

POLICY = "perfect_foresight"
"""Policy of the runs: the value curves know the future, so the runs do."""
NO_TANK = "no_tank"
"""Policy of the runs without a tank, in which there is nothing to choose but who meets the demand."""

MWH = 3.6e9

SIZES = ("storage.V", "heat_pump.Q_flow_nominal")
"""Settings that the sizes give."""


def sized(options: Annual, volume: float, heat: float) -> Annual:
    """Return what is run at a size.

    Parameters
    ----------
    options
        Plant, series and span.
    volume
        Tank, m3; 0 for none, which is the policy `no_tank`.
    heat
        Nominal heat of all heat pumps together, W.

    Raises
    ------
    UsageError
        If a size is no size, or the settings hold it already.
    """
    if not 0.0 <= volume < float("inf") or not 0.0 < heat < float("inf"):
        raise UsageError(
            f"tank of {volume:g} m³, heat pumps of {heat:g} W: give a volume (0: no tank) and a heat above 0"
        )
    if twice := set(SIZES) & set(options.settings):
        raise UsageError(f"{sorted(twice)[0]} is given as a setting and as a size; leave the setting out")
    found = find_preset(options.preset)
    plan = Sizing(found, (options.it_capacity or found.it_capacity.value) / found.it_capacity.value)
    other = plan.having(heat_capacity=heat, storage_volume=volume or found.storage_volume.value * plan.scale)
    before = plan.settings()
    changes = {name: value for name, value in other.settings().items() if value != before[name]}
    policy = options.policy if volume else NO_TANK
    return replace(options, policy=policy, settings={**changes, **options.settings})


def dispatch_plant(options: Annual, volume: float, heat: float) -> DispatchPlant:
    """Return what dispatch knows of the plant at a size; arguments as in `sized`.

    Takes some seconds for heat pumps that were not read before; the tank changes no steady state.
    """
    settings = dict(sized(options, volume, heat).settings)
    own = settings.pop("storage.V", None)
    system, plant = _read(options.preset, options.it_capacity, options.compiler, tuple(settings.items()))
    tariff = Tariff(grid_charge=options.grid_charge, co2_price=options.co2_price)
    machines = tuple(replace(group, start_cost=options.start_cost) for group in plant.heat_pumps)
    plant = replace(plant, tariff=tariff, heat_pumps=machines)
    if plant.tank is None or not volume:
        return replace(plant, tank=None)
    if own is None:
        return plant
    other = system.copy().set("storage.V", own)
    return plant.having(tank__volume=volume, tank__UA=tank_conductance(other))


@cache
def _read(
    preset: str, it_capacity: float | None, compiler: str, settings: tuple[tuple[str, Any], ...]
) -> tuple[System, DispatchPlant]:
    system = reference_plant(it_capacity, preset=preset, compiler=compiler)
    for name, value in settings:
        system.set(name, value)
    return system, plant_of(system)


def year_of(options: Annual, report: Callable[[str], None] | None = None) -> xr.Dataset:
    """Return the hourly forecasts of the span, which are what really comes."""
    if abs(options.stop / HOUR - round(options.stop / HOUR)) > 1e-9:
        raise UsageError(f"a span of {options.stop / HOUR:g} h: give whole hours")
    return forecasts(annual.inputs(options, report), stop=options.stop)


def curves(
    options: Annual, year: xr.Dataset, volumes: Sequence[float], heats: Sequence[float], **how: Any
) -> xr.Dataset:
    """Return the value curves of the reference plant; `how` as in `heatsim.dispatch.value.value_curves`."""
    first = dispatch_plant(options, max(volumes, default=0.0), heats[0] if len(heats) else 0.0)
    return value_curves(
        first, year, volumes, heats, resize=lambda plant, volume, heat: dispatch_plant(options, volume, heat), **how
    )


@dataclass(frozen=True)
class _Job:
    base: Annual
    volume: float
    heat: float
    folder: Path
    year: xr.Dataset

    @property
    def options(self) -> Annual:
        return sized(self.base, self.volume, self.heat)

    def plant(self) -> DispatchPlant:
        return dispatch_plant(self.base, self.volume, self.heat)

    def record(self) -> dict[str, Any]:
        """Return what tells this run from others, as JSON gives it back."""
        series = hashlib.sha256()
        for name in sorted(map(str, self.year.data_vars)):
            series.update(name.encode() + self.year[name].values.astype(float).tobytes())
        known = {"options": asdict(self.options), "series": series.hexdigest(), "heatsim": heatsim.__version__}
        return dict(json.loads(json.dumps(known)))


def check_on_plant(
    points: Sequence[tuple[float, float]],
    options: Annual,
    folder: Path,
    *,
    relax: bool = False,
    gap: float = 0.005,
    jobs: int = 1,
    report: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Run chosen sizes on the plant and compare what they cost with what was planned.

    Parameters
    ----------
    points
        Tank volume (m3, 0 for no tank) and heat of all heat pumps (W) of each.
    options
        Plant, series and span; policy of the runs with a tank (`POLICY` is the one of the value curves).
    folder
        Each point has a folder in it, with the files of `heatsim run annual`. A point that was interrupted goes on, and
        one that was finished with the same options and series is not run again.
    relax, gap
        Of the plans of the whole span, as in `value_curves`.
    jobs
        Processes.
    report
        Called with a line for each step of the work.

    Returns
    -------
    xarray.Dataset
        Over `point` with `volume` (m3) and `heat` (W): the figures of value curves twice, `cost_plan` and `cost_plant`
        and so on (the plant's from its meters, after the value of the heat that the tank gained), `cost_error` (plant
        over plan less 1), `value_plan` and `value_plant` (EUR/a, what the point saves against the first), and
        `passed`, 1 where the run passed its checks. What did not is in the attribute `failures`.

    Raises
    ------
    UsageError
        If no or equal points are given, or a folder holds something else.
    SimulationError
        If a run or a plan fails.
    """
    if not points or len(set(points)) < len(points):
        raise UsageError(f"points to check: {list(points)}; give at least one size, and none twice")
    year = year_of(options, report)
    names = [f"tank_{volume:g}m3_heat_pumps_{heat / 1e6:g}MW" for volume, heat in points]
    work = [_Job(options, *point, folder / name, year) for point, name in zip(points, names, strict=True)]
    tell = report or (lambda line: None)
    # All plans first: a size without one is found before the long runs.
    plans = [yearly(job.plant(), [], gap=gap, relax=relax, time_limit=120.0, year=year) for job in work]
    runs: dict[int, dict[str, Any]] = {}
    if jobs == 1:
        for i, job in enumerate(work):
            runs[i] = _run(job)
            tell(_line(job, plans[i], runs[i]))
    else:
        with processes(min(jobs, len(work))) as pool:
            waiting = {pool.submit(_run, job): i for i, job in enumerate(work)}
            for future in as_completed(waiting):
                i = waiting[future]
                runs[i] = future.result()
                tell(_line(work[i], plans[i], runs[i]))
    return _dataset(points, plans, [runs[i] for i in range(len(points))], options)


def _run(job: _Job) -> dict[str, Any]:
    """Run one size, unless the folder holds this very run, and return its yearly figures and why it failed."""
    record, wanted = job.folder / "point.json", job.record()
    if record.is_file():
        found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        if found["run"] == wanted:
            return found
    run_on = annual.resume if annual_parts.finished(job.folder) else annual.run
    result = run_on(job.options, job.folder)
    plant, step = job.plant(), job.year.attrs["step"]
    done = realised(result.dataset, plant, job.year)
    scale = YEAR / (job.year.sizes["time"] * step)
    figures = {"cost": compared_cost(done, plant, stock_value(plant, job.year)) * scale}
    for name, (variable, units, _) in SUMS.items():
        figures[name] = float(done[variable].sum()) * scale * (step if units == "J/a" else 1.0)
    annual.write(result, job.folder)
    found = {"run": wanted, "figures": figures, "failure": result.failure or ""}
    with whole_file(record, "the figures of the size") as temporary:
        temporary.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return found


def _line(job: _Job, plan: Mapping[str, float], run: Mapping[str, Any]) -> str:
    cost = f"planned {plan['cost'] / 1e3:,.1f}, on the plant {run['figures']['cost'] / 1e3:,.1f} kEUR/a"
    failure = f"; {run['failure']}" if run["failure"] else ""
    return f"tank {job.volume:g} m³, heat pumps {job.heat / 1e6:g} MW: {cost}{failure}"


def _dataset(
    points: Sequence[tuple[float, float]],
    plans: Sequence[Mapping[str, float]],
    runs: Sequence[Mapping[str, Any]],
    options: Annual,
) -> xr.Dataset:
    names = {"cost": ("EUR/a", "Yearly cost of operation")}
    names |= {name: (units, long_name) for name, (_, units, long_name) in SUMS.items()}
    data: dict[str, Any] = {}
    for name, (units, long_name) in names.items():
        for side, words, of in (
            ("plan", "planned", plans),
            ("plant", "on the plant", [one["figures"] for one in runs]),
        ):
            values = [one[name] for one in of]
            data[f"{name}_{side}"] = ("point", values, {"units": units, "long_name": f"{long_name}, {words}"})
    result = xr.Dataset(
        data,
        coords={
            "volume": ("point", [one[0] for one in points], {"units": "m3", "long_name": "Volume of the tank"}),
            "heat": ("point", [one[1] for one in points], {"units": "W", "long_name": "Heat of all heat pumps"}),
        },
    )
    result["cost_error"] = (result["cost_plant"] / result["cost_plan"] - 1.0).assign_attrs(
        units="1", long_name="Cost on the plant over that planned, less 1"
    )
    for side, words in (("plan", "planned"), ("plant", "on the plant")):
        cost = result[f"cost_{side}"]
        result[f"value_{side}"] = (cost.isel(point=0, drop=True) - cost).assign_attrs(
            units="EUR/a", long_name=f"What the size saves against the first one, {words}"
        )
    passed = [int(not one["failure"]) for one in runs]
    result["passed"] = ("point", passed, {"units": "1", "long_name": "Whether the run passed its checks"})
    failures = "; ".join(f"point {i}: {one['failure']}" for i, one in enumerate(runs) if one["failure"])
    return result.assign_attrs(span=options.stop, policy=options.policy, start_time=options.start, failures=failures)


def check_table(checked: xr.Dataset) -> list[str]:
    """Return the lines of a table of sizes, planned and on the plant; the Dataset holds more."""
    lines = [
        f"{'tank':>5} {'heat':>5}  {'cost':>16}{'':>7}  {'saved':>14}  {'boilers':>13}  {'starts':>11}",
        f"{'':>5} {'pumps':>5}  {'plan':>8}{'plant':>8}{'error':>7}"
        f"  {'plan':>7}{'plant':>7}  {'plan':>6}{'plant':>7}  {'plan':>5}{'plant':>6}",
        f"{'m³':>5} {'MW':>5}  {'kEUR/a':>16}{'%':>7}  {'kEUR/a':>14}  {'MWh/a':>13}  {'1/a':>11}",
    ]
    for i in range(checked.sizes["point"]):
        row = {str(name): float(one) for name, one in checked.isel(point=i).variables.items()}
        cells = [f"{row['volume']:>5g} {row['heat'] / 1e6:>5g}"]
        cells.append(f"{row['cost_plan'] / 1e3:>8.1f}{row['cost_plant'] / 1e3:>8.1f}{100.0 * row['cost_error']:>+7.1f}")
        cells.append(f"{row['value_plan'] / 1e3:>7.1f}{row['value_plant'] / 1e3:>7.1f}")
        cells.append(f"{row['peak_heat_plan'] / MWH:>6.0f}{row['peak_heat_plant'] / MWH:>7.0f}")
        cells.append(f"{row['starts_plan']:>5.0f}{row['starts_plant']:>6.0f}")
        lines.append("  ".join(cells))
    return lines
