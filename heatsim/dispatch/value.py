"""Value curves: what a tank and heat pumps of each size cost in a year, and what one more m³ or MW is worth.

Each size is planned by the optimisation on representative weeks that repeat (`heatsim.dispatch.weeks`), or on the whole
year. Plans know the future, so the cost is a lower bound of what a controller reaches; what the plant really does at
chosen sizes: `heatsim.study.storage_sizing`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.forecasts import check, step_of
from heatsim.dispatch.investment import Investment, invested
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.weeks import Weeks, representative_weeks
from heatsim.dispatch.yearly import SUMS, yearly
from heatsim.errors import SimulationError, UsageError
from heatsim.processes import processes

Resize = Callable[[DispatchPlant, float, float], DispatchPlant]
"""Gives a plant of another size from plant, tank volume (m3, 0 for no tank) and heat of all heat pumps (W)."""


def resized(plant: DispatchPlant, volume: float, heat: float) -> DispatchPlant:
    """Return the plant with another tank volume (m3; 0: no tank) and heat of all heat pumps (W).

    The tank keeps its shape, so its conductance grows with `volume**(2/3)`, and the share that the thermocline takes;
    its charge power grows with the heat pumps. Each machine grows alike, with unchanged number, COP and standby.
    """
    if not math.isfinite(volume) or volume < 0.0:
        raise UsageError(f"a tank of {volume:g} m3: give a volume, or 0 for no tank")
    if not math.isfinite(heat) or heat <= 0.0:
        raise UsageError(f"heat pumps of {heat:g} W: give their heat together, above 0, in W")
    factor = heat / sum(group.machines * group.heat for group in plant.heat_pumps)
    groups = tuple(replace(group, heat=group.heat * factor) for group in plant.heat_pumps)
    if volume == 0.0:
        return replace(plant, heat_pumps=groups, tank=None)
    if plant.tank is None:
        raise UsageError(f"a tank of {volume:g} m3 on a plant without one: give a plant with the tank to be scaled")
    bigger = (volume / plant.tank.volume) ** (2.0 / 3.0)
    tank = replace(plant.tank, volume=volume, UA=plant.tank.UA * bigger, charge_power=plant.tank.charge_power * factor)
    return replace(plant, heat_pumps=groups, tank=tank)


def value_curves(
    plant: DispatchPlant,
    year: xr.Dataset,
    volumes: Sequence[float],
    heats: Sequence[float],
    *,
    weeks: int | Sequence[float | str] | Weeks | None = 8,
    gap: float = 0.002,
    relax: bool = False,
    jobs: int = 1,
    seed: int = 0,
    time_limit: float = 120.0,
    investment: Investment | None = None,
    resize: Resize = resized,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Return yearly cost and operation over tank volume and size of the heat pumps.

    Parameters
    ----------
    plant
        Plant whose tank and heat pumps are scaled.
    year
        Forecasts of a year. Of another span they are scaled to a year of 365 days (`span`, s, says what it was).
    volumes, heats
        Tank volumes, m3 (0: no tank), and heat of all heat pumps together, W; increasing.
    weeks
        Number of representative weeks, their starts, or `Weeks`; None: the whole year at once.
    gap
        Of each plan, 1. What is left of it shows in `cost_slack`: a difference of two costs means nothing below it.
    relax
        Plan with fractions of machines: linear, without slack; a whole year takes some seconds.
    jobs
        Processes.
    seed
        Of k-means.
    time_limit
        Of each plan, s.
    investment
        What sizes cost to build; without it nothing is said about the best size.
    resize
        Gives the plant of a size, a function of a module where `jobs` is above 1.
    progress
        Called with the number of finished sizes and of all.

    Returns
    -------
    xarray.Dataset
        Over `volume` (m3) and `heat` (W): `cost`, its parts and `cost_slack` (EUR/a; the best plan costs between
        `cost - cost_slack` and `cost`), the figures of `SUMS`, and `value` (EUR/a): what the cost falls by against the
        smallest volume. `marginal_value_volume` (EUR/(m3 a), over `volume_between` and `heat`) and
        `marginal_value_heat` (EUR/(W a), over `volume` and `heat_between`): slopes of the value between neighbors,
        with `marginal_slack_volume` and `marginal_slack_heat`, by which the slacks may move them. With an investment:
        `annuity_tank`, `annuity_heat_pump` and `cost_total`, EUR/a, and the attributes `best_volume`, `best_heat` and
        `best_at_edge` (see `heatsim.dispatch.investment.invested`).

    Raises
    ------
    UsageError
        If sizes are not increasing, or the tariff has a CO2 limit of the whole horizon with representative weeks.
    SimulationError
        If a size has no plan; says which.
    """
    year = check(year)
    axes = {"volume": _increasing("volumes", volumes), "heat": _increasing("heats", heats)}
    chosen = _weeks(year, weeks, seed)
    if chosen is not None and plant.tariff.co2_limit is not None:
        raise UsageError(
            "Tariff.co2_limit counts over the whole year and cannot be split among representative weeks; give a "
            "co2_price, or weeks=None"
        )
    if jobs < 1:
        raise UsageError(f"jobs = {jobs}: give the number of processes, 1 or more")
    parts = [] if chosen is None else list(chosen.windows(year))
    how = {"gap": gap, "relax": relax, "time_limit": time_limit, "year": year}
    sizes = [(volume, heat) for volume in axes["volume"] for heat in axes["heat"]]
    plants = [resize(plant, volume, heat) for volume, heat in sizes]
    names = [f"tank {volume:g} m³, heat pumps {heat / 1e6:g} MW" for volume, heat in sizes]
    found = _all(plants, names, parts, how, jobs, progress)
    curves = _dataset(axes, found)
    curves.attrs = {
        "span": year.sizes["time"] * step_of(year),
        "gap_wanted": gap,
        "relaxed": int(relax),
        "weeks": "whole year" if chosen is None else ", ".join(f"{one / 86400.0:g}" for one in chosen.starts),
        "week_weights": "" if chosen is None else ", ".join(f"{one:.4g}" for one in chosen.weights),
    }
    return curves if investment is None else invested(curves, investment)


def _increasing(name: str, values: Sequence[float]) -> np.ndarray:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not found.size or not np.all(np.isfinite(found)) or np.any(np.diff(found) <= 0.0):
        raise UsageError(f"{name} = {list(values)}: give finite, increasing numbers, at least one")
    return found


def _weeks(year: xr.Dataset, weeks: int | Sequence[float | str] | Weeks | None, seed: int) -> Weeks | None:
    if weeks is None or isinstance(weeks, Weeks):
        return weeks
    if isinstance(weeks, (int, np.integer)):
        return representative_weeks(year, int(weeks), seed=seed)
    return representative_weeks(year, starts=weeks)


def _all(
    plants: Sequence[DispatchPlant],
    names: Sequence[str],
    parts: Sequence[tuple[float, xr.Dataset]],
    how: Mapping[str, Any],
    jobs: int,
    progress: Callable[[int, int], None] | None,
) -> list[dict[str, float]]:
    """Return the yearly figures of all plants, in their order."""
    total = len(plants)
    found: list[dict[str, float]] = [{} for _ in plants]
    if jobs == 1:
        for i, one in enumerate(plants):
            found[i] = _named(one, parts, names[i], how)
            if progress:
                progress(i + 1, total)
        return found
    with processes(min(jobs, total)) as pool:
        waiting = {pool.submit(_named, one, parts, names[i], how): i for i, one in enumerate(plants)}
        for done, future in enumerate(as_completed(waiting), start=1):
            found[waiting[future]] = future.result()
            if progress:
                progress(done, total)
    return found


def _named(
    plant: DispatchPlant, parts: Sequence[tuple[float, xr.Dataset]], name: str, how: Mapping[str, Any]
) -> dict[str, float]:
    try:
        return yearly(plant, parts, **how)
    except SimulationError as error:
        raise SimulationError(f"{name}: {error}") from error


def _dataset(axes: Mapping[str, np.ndarray], found: Sequence[Mapping[str, float]]) -> xr.Dataset:
    """Return figures over the sizes, with the value of sizes and its slopes."""
    shape = (axes["volume"].size, axes["heat"].size)
    names = {name: (units, long_name) for name, (_, units, long_name) in SUMS.items()}
    names |= {
        "cost": ("EUR/a", "Yearly cost of operation"),
        "cost_electricity": ("EUR/a", "Cost of electricity in a year"),
        "cost_gas": ("EUR/a", "Cost of fuel in a year"),
        "cost_co2": ("EUR/a", "Cost of CO2 in a year"),
        "cost_starts": ("EUR/a", "Wear of starts in a year"),
        "cost_unmet": ("EUR/a", "Penalty on unmet demand in a year"),
        "cost_peak": ("EUR/a", "Charge on the power peak of the year"),
        "value_heat": ("EUR/a", "Earned by recovered heat in a year"),
        "cost_slack": ("EUR/a", "Distance of the cost from its lower bound"),
    }
    result = xr.Dataset(
        {
            name: (
                ("volume", "heat"),
                np.array([one[name] for one in found]).reshape(shape),
                {"units": units, "long_name": long_name},
            )
            for name, (units, long_name) in names.items()
        },
        coords={
            "volume": ("volume", axes["volume"], {"units": "m3", "long_name": "Volume of the tank"}),
            "heat": ("heat", axes["heat"], {"units": "W", "long_name": "Heat of all heat pumps"}),
        },
    )
    cost = result["cost"]
    value = cost.isel(volume=0, drop=True) - cost
    smallest = f"{axes['volume'][0]:g} m³" if axes["volume"][0] else "no tank"
    result["value"] = value.transpose("volume", "heat").assign_attrs(
        units="EUR/a", long_name=f"What the tank saves against {smallest}"
    )
    for axis, unit, words in (("volume", "m3", "Worth of one more m³"), ("heat", "W", "Worth of one more W")):
        if axes[axis].size > 1:
            _slopes(result, axis, f"EUR/({unit}.a)", words)
    return result


def _slopes(result: xr.Dataset, axis: str, units: str, words: str) -> None:
    """Add what one more unit of a size saves between neighbors, and by how much the slacks may move it."""
    sizes = result[axis].values
    between = f"{axis}_between"
    width = xr.DataArray(np.diff(sizes), dims=between)
    middle = 0.5 * (sizes[1:] + sizes[:-1])
    long_name = f"{result[axis].attrs['long_name']}, halfway between neighbors"
    result.coords[between] = (between, middle, {"units": result[axis].attrs["units"], "long_name": long_name})

    def neighbors(name: str) -> tuple[xr.DataArray, xr.DataArray]:
        one = result[name].drop_vars(axis)
        low, high = one.isel({axis: slice(None, -1)}), one.isel({axis: slice(1, None)})
        return low.rename({axis: between}), high.rename({axis: between})

    dims = (between, "heat") if axis == "volume" else ("volume", between)
    low, high = neighbors("cost")
    slope = ((low - high) / width).transpose(*dims)
    result[f"marginal_value_{axis}"] = slope.assign_attrs(units=units, long_name=words)
    low, high = neighbors("cost_slack")
    # The true difference lies between (low - slack) - high and low - (high - slack).
    slack = (xr.where(low > high, low, high) / width).transpose(*dims)
    result[f"marginal_slack_{axis}"] = slack.assign_attrs(units=units, long_name=f"Slack of: {words}")
