"""Yearly figures of a plant: planned on representative weeks that repeat, or on one long span."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import DispatchPlant
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
    whole: bool,
    scale: float,
) -> dict[str, float]:
    """Return the yearly figures of a plant, planned on weeks that repeat or (`whole`) on one long span.

    Parameters
    ----------
    plant
        What is planned.
    parts
        Weight and forecasts of each week.
    scale
        Years over the span that the weights stand for.

    Notes
    -----
    A charge on the power peak is paid once a year. The week of the highest demand is planned first and weighs the
    charge against its own share of the year; the later ones have its peak free and pay for what exceeds it.
    """
    figures = dict.fromkeys([*COSTS, "value_heat", *SUMS, "cost_slack"], 0.0)
    charge, highest = plant.tariff.peak_charge, 0.0
    order = sorted(parts, key=lambda part: -float(part[1]["Q_flow_demand"].max()))
    for weight, data in order:
        years = weight * scale
        own = plant.having(tariff__peak_charge=charge / years) if charge else plant
        schedule = _planned(own, data, highest, gap, relax, time_limit, whole)
        step = step_of(data)
        highest = max(highest, float(schedule["P_bought"].max()))
        for name in (*COSTS, "value_heat"):
            figures[name] += years * float(schedule[name].sum())
        for name, (variable, units, _) in SUMS.items():
            figures[name] += years * float(schedule[variable].sum()) * (step if units == "J/a" else 1.0)
        figures["cost_slack"] += years * max(schedule.attrs["objective"] - schedule.attrs["bound"], 0.0)
    figures["cost_peak"] = charge * highest
    figures["cost"] = sum(figures[name] for name in (*COSTS, "cost_peak")) - figures["value_heat"]
    return figures


def _planned(
    plant: DispatchPlant, data: xr.Dataset, highest: float, gap: float, relax: bool, time_limit: float, whole: bool
) -> xr.Dataset:
    state = DispatchState(t=float(data["time"].values[0]), peak_power=highest)
    if whole and not relax:
        from heatsim.dispatch.rolling import optimise_rolling

        return optimise_rolling(plant, state, data, gap=gap, time_limit=time_limit)
    return optimise(plant, state, data, gap=gap, relax=relax, time_limit=time_limit, cyclic=True)
