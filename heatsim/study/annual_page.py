"""Figures of an annual run: charges, what `annual.json` holds, and tables on the terminal."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import xarray as xr
from rich import box
from rich.console import Console
from rich.table import Table

from heatsim import analysis
from heatsim.analysis.monthly import BALANCE_IN, BALANCE_OUT
from heatsim.analysis.run import MWH
from heatsim.control import INTERVENTIONS, Intervention
from heatsim.study.annual_options import HOUR, Annual, AnnualResult

HALL_LIMITS = ("chip_violation", "tcs_supply_violation", "hall_air_violation")
"""Figures that are zero in a good run, K.h."""

FIGURES = (
    *("heat_demand", "unmet_demand", "unmet_daily", "heat_pump_heat", "seasonal_cop", "energy_reuse_factor"),
    *("pue_partial", "heat_supply_electricity", "peak_fuel", "cost_electricity", "cost_gas", "cost_total", "co2_total"),
    *("cost_grid", "cost_co2", "cost_starts", "cost_with_charges"),
    *("state_of_charge_start", "state_of_charge_end", "storage_cycles"),
    *("chip_max", *HALL_LIMITS, "network_supply_min", "network_supply_violation", "energy_residual"),
)
"""Figures of each month in `annual.json`, beside the energy balance."""


def charged(kpis: analysis.KpiTable, options: Annual) -> analysis.KpiTable:
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


def table(result: AnnualResult) -> dict[str, Any]:
    """Return what `annual.json` holds: options, units, the figures of each month and of the year, the verdict."""
    names = [*BALANCE_IN, "it_energy", "recovered_heat", *BALANCE_OUT, "balance_residual", *FIGURES]
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
        **_planning(result.dataset),
    }


def _planning(ds: xr.Dataset) -> dict[str, Any]:
    """Return the number of plans, of those that failed, and for how many hours the plant left the plan, and why."""
    if "planner.plans" not in ds:
        return {}
    code = np.rint(ds["supervisor.intervention"].values[:-1]).astype(int)
    hours = np.diff(ds["time"].values) / HOUR
    return {
        "plans": int(ds["planner.plans"][-1]),
        "plans_failed": int(ds["planner.failures"][-1]),
        "interventions_h": {
            text: float(hours[code == one].sum())
            for one, text in INTERVENTIONS.items()
            if one != Intervention.NONE and bool((code == one).any())
        },
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
    if planning := _planning(result.dataset):
        print(f"{planning['plans']} plans, {planning['plans_failed']} failed while the one before stayed in force")
        for reason, hours in planning["interventions_h"].items():
            print(f"{hours:.4g} h off the plan: {reason}")


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100.0 else f"{value:.2f}" if abs(value) >= 0.005 else "0"
