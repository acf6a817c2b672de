"""A year of the plant under a policy: from the input series, month by month, to a Dataset, figures and a verdict.

Each part of the run (a calendar month by default) is a netCDF file of its own, written as a whole, with a checkpoint at
its end: a run that was interrupted goes on with the first part that is missing, to the same bits. `run` and `resume`
take a frozen `Annual` record, `write` leaves `annual.nc`, `annual.json` and the plots.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import xarray as xr

from heatsim import analysis, profiles, results
from heatsim.analysis.monthly import GROUPS, heat_balance, monthly
from heatsim.analysis.shortage import CATCH_UP
from heatsim.errors import AuditError, UsageError, near_miss
from heatsim.plot import annual as figures
from heatsim.reference.presets import preset as find_preset
from heatsim.results.concatenated import concatenate
from heatsim.simulation import resume as resume_run
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.solvers.run import check_arguments
from heatsim.solvers.transfer import transfer
from heatsim.study import annual_parts as parts
from heatsim.study.annual_options import HOUR, SUPERVISOR, Annual, AnnualResult
from heatsim.study.annual_page import HALL_LIMITS, charged, show, table
from heatsim.study.annual_plant import FailedPlans, build, inputs
from heatsim.study.dispatch_policies import POLICIES
from heatsim.study.files import move_aside
from heatsim.whole_file import whole_file

__all__ = [
    "HOUR",
    "SUPERVISOR",
    "Annual",
    "AnnualResult",
    "check",
    "finished_parts",
    "inputs",
    "resume",
    "run",
    "set_aside",
    "show",
    "table",
    "write",
]

ENERGY_LIMIT = 1e-3
"""Largest energy residual of a good run, as a share of the exchanged energy."""
UNMET_LIMIT = 1e-3
"""Largest demand of a good run that is not met (`heatsim.analysis.shortage`), as a share of the demand."""
_NEVER = 1e12
"""Distance of checkpoints that makes one at the end of each part alone, s."""


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
    if kept := parts.finished(folder):
        raise UsageError(
            f"{folder}: holds {len(kept)} parts of a run that was interrupted; go on with it (--resume), or delete "
            f"{parts.folder_of(folder)}"
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
    file = parts.folder_of(folder) / "options.json"
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
    check(options)
    series = inputs(options, report)
    plain, system = build(options, series, report)
    plant_inputs = {name: series[name] for name in system.inputs}
    parts.remember(options, series, folder, going_on)
    edges = parts.edges(options)
    done = len(parts.finished(folder))
    if 0 < done < edges.size - 1:
        tell(f"going on at {edges[done] / 3600.0:g} h, {done} of {edges.size - 1} parts are there")
    shown = None if progress is None else (lambda t, _: progress(t, options.stop))
    common: dict[str, Any] = {"inputs": plant_inputs, "progress": shown}
    failed_plans = FailedPlans(system, tell)
    for number in range(done, edges.size - 1):
        begin, end = float(edges[number]), float(edges[number + 1])
        checkpoint = parts.part(folder, number, "checkpoint")
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
            ds = resume_run(parts.part(folder, number - 1, "checkpoint"), system, stop=end, keep=checkpoint, **common)
        # the checkpoint is there already, so a part that has its file can be gone on from
        results.save(profiles.attach(ds, series), parts.part(folder, number, "nc"))
        failed_plans.report()
        if number > 0:
            parts.part(folder, number - 1, "checkpoint").unlink(missing_ok=True)
    return _result(options, folder, edges.size - 1)


def check(options: Annual) -> None:
    """Refuse what makes no sense before anything is built."""
    check_arguments(0.0, options.stop, options.output_step, "monolithic", None, "linear", options.rtol)
    known = (SUPERVISOR, *POLICIES)
    if options.policy not in known:
        raise UsageError(
            f"there is no policy '{options.policy}'{near_miss(options.policy, known)}; available: {', '.join(known)}"
        )
    for name in ("replan", "horizon", "period", "part"):
        value = getattr(options, name)
        if value is not None and not 0.0 < value < float("inf"):
            raise UsageError(f"{name} is {value:g} s; give a positive time")
    for name in ("replan", "horizon") if options.policy != SUPERVISOR else ():
        value = getattr(options, name)
        if abs(value / HOUR - round(value / HOUR)) > 1e-9:
            raise UsageError(f"{name} is {value:g} s; plans are made of whole hours, give a multiple of {HOUR:g} s")
    if options.part is not None and options.part < options.output_step:
        raise UsageError(
            f"part = {options.part:g} s is shorter than output_step = {options.output_step:g} s; give longer parts"
        )


def _result(options: Annual, folder: Path, number: int) -> AnnualResult:
    """Join the parts in a file, audit it and work out the figures."""
    attributes: dict[str, Any] = {"study": "annual", "policy": options.policy, "start_time": options.start}
    attributes |= find_preset(options.preset).limits()
    whole = concatenate(
        [parts.part(folder, i, "nc") for i in range(number)], parts.folder_of(folder) / "annual.nc", attributes
    )
    dataset = xr.open_dataset(whole, engine="netcdf4", decode_times=False)
    audit = analysis.audit(dataset)
    kpis = charged(analysis.KpiTable((*analysis.kpis(dataset, groups=GROUPS), *heat_balance(dataset))), options)
    failure = _failure(audit, kpis, options.stop)
    if failure is not None:
        dataset.attrs["status"] = f"failed: {failure}"
    months = tuple(replace(month, kpis=charged(month.kpis, options)) for month in monthly(dataset))
    return AnnualResult(dataset, months, kpis, audit, options, failure)


def _failure(audit: analysis.AuditResult, kpis: analysis.KpiTable, stop: float) -> str | None:
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
        # Valves deliver late while the demand rises, and a short run ends before they have.
        short = "" if stop > CATCH_UP else "; heat may come within a day, and the run ends before: try a longer one"
        return f"unmet demand is {share:.3g} % of the demand, more than {100.0 * UNMET_LIMIT:g} %{short}"
    return None


NAMES = ("annual.nc", "annual.json", *(f"{name}.png" for name in figures.FIGURES))


def write(result: AnnualResult, folder: Path) -> list[Path]:
    """Write Dataset, monthly figures and plots into a folder, remove the parts, and return the files.

    The Dataset of the result is closed, since its file takes its final name: ask for `table` and figures before.
    A run that did not pass its checks has `.failed` in the names of its files.
    """
    ending = "" if result.failure is None else ".failed"
    if result.failure is not None:
        set_aside(folder)
    else:
        for name in NAMES:  # of an earlier run into the same folder
            (folder / parts.named(name, ".failed")).unlink(missing_ok=True)
    record = folder / parts.named("annual.json", ending)
    with whole_file(record, "the monthly figures") as temporary:
        temporary.write_text(json.dumps(table(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    pictures = figures.save_all(result.dataset, result.months, folder, ending=ending)
    data = folder / parts.named("annual.nc", ending)
    whole = parts.folder_of(folder) / "annual.nc"
    result.dataset.close()
    if result.failure is not None:
        results.set_attributes(whole, {"status": f"failed: {result.failure}"})
    whole.replace(data)
    parts.remove(folder)
    return [data, record, *pictures]


def finished_parts(folder: Path) -> int:
    """Return how many parts of a run that was interrupted are there."""
    return len(parts.finished(folder))


def set_aside(folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, NAMES)
