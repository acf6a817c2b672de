"""Files of the study of storage dispatch: schedules, runs, tables and plots of a result."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from heatsim import results
from heatsim.dispatch.forecasts import OPTIONAL, REQUIRED, step_of
from heatsim.dispatch.gap import Gap
from heatsim.dispatch.schedule import VARIABLES
from heatsim.study import dispatch_page
from heatsim.study.dispatch_policies import POLICIES
from heatsim.study.files import move_aside
from heatsim.whole_file import whole_file

if TYPE_CHECKING:
    from heatsim.study.storage_dispatch import DispatchResult

FIGURES = ("overview", "price", "heat", "tank", "cost")


def schedules(result: DispatchResult) -> xr.Dataset:
    """Return all schedules as one Dataset: dimensions `policy`, `kind` (planned, realised) and time."""
    rows = []
    for one in result.runs.values():
        pair = [schedule.drop_vars(["price_electricity", "price_gas"]) for schedule in (one.planned, one.realised)]
        common = [name for name in pair[0].data_vars if name in pair[1] and set(pair[0][name].dims) <= _TIMES]
        rows.append(xr.concat([each[common] for each in pair], dim="kind", combine_attrs="drop"))
    shared = [name for name in rows[0].data_vars if all(name in row for row in rows)]
    whole = xr.concat([row[shared] for row in rows], dim="policy", combine_attrs="drop")
    first = next(iter(result.runs.values())).planned
    for name in shared:
        whole[name].attrs = dict(first[name].attrs)
    text = {"long_name": "Policy"}
    whole = whole.assign_coords(
        policy=("policy", list(result.runs), text), kind=("kind", ["planned", "realised"], {"long_name": "Kind"})
    )
    whole = whole.assign({name: result.forecasts[name] for name in result.forecasts.data_vars if name not in whole})
    attrs = {"study": "storage_dispatch", "start_time": result.options.start, "step": step_of(result.forecasts)}
    return whole.assign_attrs(attrs | {"status": "ok" if result.failure is None else f"failed: {result.failure}"})


_TIMES = {"time", "time_edge"}


def schedule_names() -> set[str]:
    """Return the variables of `schedules`, the same for every plant and policy."""
    # the water at the heat pumps is none of the series of a study
    series = {*REQUIRED, *OPTIONAL} - {"T_source", "T_sink"}
    return {*VARIABLES, "state_of_charge", *series}


def record(result: DispatchResult) -> dict[str, Any]:
    """Return tables and figures as plain values for JSON, each with its unit."""
    policies: dict[str, Any] = {}
    for name, one in result.runs.items():
        policies[name] = {
            "title": POLICIES[name],
            "planned_and_realised": _rows(result.gaps[name]),
            "earned": {"planned": result.earned(name, "planned"), "realised": result.earned(name), "unit": "EUR"},
            "figures": {key: {"value": value, "unit": unit} for key, (value, unit) in one.figures.items()},
            "energy_residual": {"value": one.energy_residual, "unit": "1"},
            "unmet_of_the_day": {"value": one.unmet, "unit": "1"},
            "interventions": {reason: {"value": hours, "unit": "h"} for reason, hours in one.interventions.items()},
            "plans": one.plans,
            "failed_plans": {f"{t / 3600.0:g} h": reason for t, reason in one.failures.items()},
        }
    return {
        "options": asdict(result.options) | {"units": "SI: s, W, EUR/J, EUR/kg, EUR, EUR/W"},
        "series": list(result.notes),
        "plant": asdict(result.plant),
        "calibration": [
            {
                "planned_and_realised": _rows(one.gap),
                "rows": [asdict(row) for row in one.calibration.rows],
            }
            for one in result.rounds
        ],
        "comparison": result.comparison.to_dict() if result.runs else None,
        "policies": policies,
        "errors": dict(result.errors),
        "verdict": dispatch_page.answers(result),
        "failure": result.failure,
    }


def _rows(table: Gap) -> dict[str, Any]:
    return {
        row.name: {"planned": row.planned, "realised": row.realised, "unit": row.unit, "description": row.description}
        for row in table.rows
    }


def write(result: DispatchResult, folder: Path) -> list[Path]:
    """Write schedules, runs, JSON and plots into a folder and return the files.

    The files of a study that failed its checks have `.failed` in their names, such as `overview.failed.png`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "" if result.failure is None else ".failed"
    if result.failure is not None:
        set_aside(folder)
    for name in (*FILES, *(_with(name, ".failed") for name in FILES)):
        (folder / name).unlink(missing_ok=True)  # of an earlier run into the same folder
    files = [folder / _with("storage_dispatch.json", suffix)]
    with whole_file(files[0], "the tables") as temporary:
        text = json.dumps(record(result), indent=1, ensure_ascii=False, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")
    if not result.runs:
        return files
    files.append(results.save(schedules(result), folder / _with("schedules.nc", suffix)))
    for name, one in result.runs.items():
        status = "ok" if result.failure is None else f"failed: {result.failure}"
        files.append(results.save(one.run.assign_attrs(status=status), folder / _with(f"run_{name}.nc", suffix)))
    for name, figure in dispatch_page.figures(result).items():
        files.append(folder / _with(f"{name}.png", suffix))
        figure.savefig(files[-1], dpi=130)
    return files


FILES = (
    *("storage_dispatch.json", "schedules.nc"),
    *(f"run_{name}.nc" for name in POLICIES),
    *(f"{name}.png" for name in FIGURES),
)
"""Names of the files that a study may write."""


def _with(name: str, suffix: str) -> str:
    """Return the name of a file with a suffix before its ending."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}{suffix}{dot}{ending}"


def set_aside(folder: Path) -> Path | None:
    """Move the files of an earlier run into the folder `previous`; return it, or None when there were none."""
    return move_aside(folder, FILES)
