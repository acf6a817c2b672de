"""How well representative weeks stand for a year: yearly cost and value of tanks against the plan of the whole year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import check, window
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.value import Resize, resized
from heatsim.dispatch.weeks import WEEK, representative_weeks
from heatsim.dispatch.yearly import yearly
from heatsim.errors import UsageError


def weeks_error(
    plant: DispatchPlant,
    year: xr.Dataset,
    numbers: Sequence[int],
    volumes: Sequence[float],
    *,
    keep: Sequence[str] = (),
    gap: float = 0.002,
    relax: bool = True,
    seed: int = 0,
    time_limit: float = 120.0,
    resize: Resize = resized,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Compare representative weeks with the whole year, planned in the same way.

    Parameters
    ----------
    plant
        Plant whose tank is scaled.
    year
        Forecasts of the year.
    numbers
        Numbers of weeks.
    volumes
        Tank volumes, m3, at least two; the value of a tank is what the cost falls by against the first one.
    keep, seed
        As in `representative_weeks`.
    gap, relax, time_limit
        Of each plan; the whole year is planned in windows where `relax` is False.
    resize
        Gives the plant of a volume.
    progress
        Called with the number of finished plans and of all.

    Returns
    -------
    xarray.Dataset
        `cost_year` (EUR/a) over `volume`, and over `number` and `volume`: `cost` (EUR/a), `cost_error` (1, relative to
        the year) and `value_error` (1, of the value against the first volume relative to that of the year, which is
        not a number where that is zero).

    Raises
    ------
    UsageError
        If the plant has a charge on the power peak or a CO2 limit, which no week can be judged by alone.
    """
    year = check(year)
    if plant.tariff.peak_charge or plant.tariff.co2_limit is not None:
        raise UsageError("weeks_error: a peak_charge or co2_limit counts over the whole year; judge weeks without it")
    if len(volumes) < 2 or not numbers:
        raise UsageError("weeks_error: give at least two volumes and one number of weeks")
    chosen = {number: representative_weeks(year, number, keep=keep, seed=seed) for number in numbers}
    starts = sorted({start for one in chosen.values() for start in one.starts})
    how: dict[str, Any] = {"gap": gap, "relax": relax, "time_limit": time_limit, "year": year}
    heat = sum(group.machines * group.heat for group in plant.heat_pumps)
    costs, whole, done = np.empty((len(numbers), len(volumes))), [], 0
    for v, volume in enumerate(volumes):
        own = resize(plant, volume, heat)
        whole.append(yearly(own, [], **how)["cost"])
        of_week = {}
        for start in starts:
            of_week[start] = yearly(own, [(1.0, window(year, start, start + WEEK))], **how)["cost"]
            done += 1
            if progress:
                progress(done, len(starts) * len(volumes))
        costs[:, v] = [one.sum([of_week[start] for start in one.starts]) for one in chosen.values()]
    true = np.asarray(whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, value_true = costs[:, :1] - costs, true[0] - true
        value_error = np.where(value_true != 0.0, value / value_true - 1.0, np.nan)
        cost_error = np.where(true != 0.0, costs / true - 1.0, np.nan)
    over = ("number", "volume")
    return xr.Dataset(
        {
            "cost_year": ("volume", true, {"units": "EUR/a", "long_name": "Cost planned on the whole year"}),
            "cost": (over, costs, {"units": "EUR/a", "long_name": "Cost planned on representative weeks"}),
            "cost_error": (over, cost_error, {"units": "1", "long_name": "Relative error of the cost"}),
            "value_error": (over, value_error, {"units": "1", "long_name": "Relative error of the value of a tank"}),
        },
        coords={
            "number": ("number", list(numbers), {"units": "1", "long_name": "Representative weeks"}),
            "volume": ("volume", list(volumes), {"units": "m3", "long_name": "Volume of the tank"}),
        },
        attrs={"relaxed": int(relax), "seed": seed, "keep": ", ".join(keep)},
    )


def error_table(errors: xr.Dataset) -> list[str]:
    """Return the lines of a table of errors: those of the cost, and of the value of each tank."""
    volumes = errors["volume"].values
    lines = [
        "whole year: "
        + ", ".join(
            f"{v:g} m³ {c / 1e3:,.1f} kEUR/a" for v, c in zip(volumes, errors["cost_year"].values, strict=True)
        ),
        f"{'weeks':>5}  {'error of the cost, %':<{9 * volumes.size}}  error of the value, %",
        f"{'':>5}  " + "".join(f"{v:>6g} m³" for v in volumes) + "  " + "".join(f"{v:>6g} m³" for v in volumes[1:]),
    ]
    for number in errors["number"].values:
        row = errors.sel(number=number)
        # adding 0 leaves no minus at a zero
        cells = [f"{round(100.0 * one, 2) + 0.0:>+9.2f}" for one in row["cost_error"].values]
        values = [f"{round(100.0 * one, 1) + 0.0:>+9.1f}" for one in row["value_error"].values[1:]]
        lines.append(f"{number:>5}  {''.join(cells)}  {''.join(values)}")
    return lines
