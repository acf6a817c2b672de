"""Yearly figures of a plant: planned on representative weeks that repeat, or on one long span."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.rolling import optimise_rolling
from heatsim.dispatch.schedule import COSTS
from heatsim.dispatch.state import DispatchState

YEAR = 365.0 * 86400.0
"""Length of a year, s."""

SUMS: dict[str, tuple[str, str, str]] = {
    "heat_pump_heat": ("Q_flow_heat_pump", "J/a", "Heat of the heat pumps in a year"),
    "peak_heat": ("Q_flow_peak", "J/a", "Heat of the peak plant in a year"),
    "chp_heat": ("Q_flow_chp", "J/a", "Heat of the engine in a year"),
    "recovered_heat": ("Q_flow_recovered", "J/a", "Heat taken from the hall in a year"),
    "unmet_demand": ("Q_flow_unmet", "J/a", "Demand that is not met in a year"),
    "electricity": ("P_bought", "J/a", "Electricity from the grid in a year"),
    "co2": ("co2", "kg/a", "CO2 of electricity and fuel in a year"),
    "starts": ("starts", "1/a", "Starts of heat pumps in a year"),
}
"""Yearly figures of a plan: variable of the schedule, unit and long name; powers are summed to energies."""


def yearly(
    plant: DispatchPlant,
    parts: Sequence[tuple[float, xr.Dataset]],
    *,
    gap: float,
    relax: bool,
    time_limit: float,
    year: xr.Dataset,
) -> dict[str, float]:
    """Return the yearly figures of a plant.

    Parameters
    ----------
    plant
        What is planned.
    parts
        Weight and forecasts of each representative week, which repeats; empty to plan the whole year at once.
    gap, relax, time_limit
        Of each plan.
    year
        Forecasts of the year; of another span the figures are scaled to a year of 365 days.

    Notes
    -----
    A charge on the power peak is paid once a year, for a peak that weeks cannot choose one by one: the relaxed plan of
    the whole year chooses it, the weeks have it free and pay for what exceeds it.
    """
    scale = YEAR / (year.sizes["time"] * step_of(year))
    figures = dict.fromkeys([*COSTS, "value_heat", *SUMS, "cost_slack"], 0.0)
    charge, highest = plant.tariff.peak_charge, 0.0
    if charge and parts:
        guide = _whole(plant.having(tariff__peak_charge=charge / scale), year, gap, True, 10.0 * time_limit)
        highest = float(guide["P_bought"].max())
    for weight, data in parts or [(1.0, year)]:
        years = weight * scale
        own = plant.having(tariff__peak_charge=charge / years) if charge else plant
        if parts:
            state = DispatchState(t=float(data["time"].values[0]), peak_power=highest)
            schedule = optimise(own, state, data, gap=gap, relax=relax, time_limit=time_limit, cyclic=True)
        else:
            schedule = _whole(own, data, gap, relax, time_limit)
        highest = max(highest, float(schedule["P_bought"].max()))
        for name in (*COSTS, "value_heat"):
            figures[name] += years * float(schedule[name].sum())
        for name, (variable, units, _) in SUMS.items():
            figures[name] += years * float(schedule[variable].sum()) * (step_of(data) if units == "J/a" else 1.0)
        figures["cost_slack"] += years * max(schedule.attrs["objective"] - schedule.attrs["bound"], 0.0)
    figures["cost_peak"] = charge * highest
    figures["cost"] = sum(figures[name] for name in (*COSTS, "cost_peak")) - figures["value_heat"]
    return figures


def _whole(plant: DispatchPlant, data: xr.Dataset, gap: float, relax: bool, time_limit: float) -> xr.Dataset:
    """Return the plan of a long span that ends as it begins."""
    begin = float(data["time"].values[0])
    if relax:
        return optimise(plant, DispatchState(t=begin), data, relax=True, time_limit=time_limit, cyclic=True)
    # Windows cannot repeat. An empty tank at both ends comes to the same over a year, and can always be reached.
    charge = plant.tank.charge_min if plant.tank is not None else 0.0
    return optimise_rolling(plant, DispatchState(t=begin, state_of_charge=charge), data, gap=gap, time_limit=time_limit)
