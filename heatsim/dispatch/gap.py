"""Planned against realised: one table of what a plan said and what the plant did, and the hours where they differ most.

Both are schedules (`heatsim.dispatch.schedule`) over the same intervals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table

from heatsim.dispatch.forecasts import step_of
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.realised import AT_THE_TIME
from heatsim.dispatch.schedule import COSTS, VARIABLES, compared_cost, stock_value, total_cost
from heatsim.errors import InputError, UsageError, near_miss
from heatsim.whole_file import whole_file

MWH = 3.6e9
"""One MWh in J."""

SMALL = 0.05
"""Share of its size below which a planned value is no measure of a difference."""

ENERGIES = (
    ("heat_pump_heat", "Q_flow_heat_pump", "Heat of the heat pumps"),
    ("heat_pump_electricity", "P_heat_pump", "Electricity of the heat pumps with standby and condenser pumps"),
    ("recovered_heat", "Q_flow_recovered", "Heat taken from the hall"),
    ("rejected_heat", "Q_flow_rejected", "Heat of the hall rejected to the outdoor air"),
    ("peak_heat", "Q_flow_peak", "Heat of the peak plant"),
    ("chp_heat", "Q_flow_chp", "Heat of the engine"),
    ("chp_electricity", "P_chp", "Electricity of the engine"),
    ("fuel", "P_fuel", "Fuel of peak plant and engine"),
    ("electricity_bought", "P_bought", "Electricity from the grid"),
    ("electricity_sold", "P_sold", "Electricity into the grid"),
    ("demand", "Q_flow_demand", "Heat demand of all consumers"),
    ("heat_wanted", "Q_flow_wanted", "Demand with the losses of network and boilers"),
    ("unmet_demand", "Q_flow_unmet", "Demand that is not met"),
)
"""Name of a row, variable of the schedules, description."""


@dataclass(frozen=True)
class GapRow:
    """One quantity: planned and realised in `unit`; a value is None where it is not defined.

    `size` is what a planned value is measured with, in `unit`: see `percent`.
    """

    name: str
    unit: str
    planned: float | None
    realised: float | None
    description: str
    size: float = 0.0

    @property
    def difference(self) -> float | None:
        """Realised minus planned, in `unit`."""
        return None if self.planned is None or self.realised is None else self.realised - self.planned

    @property
    def percent(self) -> float | None:
        """Difference over the planned value, %; None where that is next to nothing (`SMALL`) beside `size`."""
        difference = self.difference
        if difference is None or not self.planned or abs(self.planned) < SMALL * self.size:
            return None
        return 100.0 * difference / abs(self.planned)

    def record(self) -> dict[str, Any]:
        """Return what tables say of the quantity, by column."""
        names = ("unit", "planned", "realised", "difference", "percent", "description")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Gap:
    """Table of planned and realised quantities; `gap["cost"]` is a row.

    Attributes
    ----------
    rows
        Quantities in the order of the table.
    policy
        Name of the policy that planned.
    planned, realised
        The two schedules.
    """

    rows: tuple[GapRow, ...]
    policy: str
    planned: xr.Dataset = field(repr=False, compare=False)
    realised: xr.Dataset = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> GapRow:
        for row in self.rows:
            if row.name == name:
                return row
        names = [row.name for row in self.rows]
        raise UsageError(f"the gap has no row '{name}'{near_miss(name, names)}; there are {', '.join(names)}")

    def __iter__(self) -> Iterator[GapRow]:
        return iter(self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """Return the table, indexed by name."""
        records = [{"name": row.name, **row.record()} for row in self.rows]
        return pd.DataFrame(records).set_index("name")

    def to_json(self, path: str | Path) -> Path:
        """Write the table to a JSON file, an object by name, and return its path."""
        content = {row.name: row.record() for row in self.rows}
        target = Path(path)
        text = json.dumps({"policy": self.policy, "rows": content}, indent=2, ensure_ascii=False, allow_nan=False)
        with whole_file(target, "the gap") as partial:
            partial.write_text(text + "\n", encoding="utf-8")
        return target

    def print(self, console: Console | None = None) -> None:
        """Print the table; rows that are zero in both are left out."""
        table = Table(title=f"Planned and realised: {self.policy}", title_justify="left", header_style="bold", box=None)
        for name in ("quantity", "planned", "realised", "difference", "%", "unit"):
            table.add_column(name, justify="left" if name in ("quantity", "unit") else "right", no_wrap=True)
        for row in self.rows:
            if row.planned or row.realised:
                cells = (shown(row.planned), shown(row.realised), shown(row.difference), shown(row.percent, 1))
                table.add_row(row.name, *cells, "" if row.unit == "1" else row.unit)
        (console or Console()).print(table)

    def worst(self, number: int = 5) -> pd.DataFrame:
        """Return the intervals in which cost differs most, with the terms that make up the difference.

        Parameters
        ----------
        number
            Rows of the table.

        Returns
        -------
        pandas.DataFrame
            Indexed by the begin of the interval, h; realised minus planned: cost, EUR, and the powers in MW, and the
            state of charge at the end of the interval, 1.
        """
        planned, realised = self.planned, self.realised
        cost = sum((realised[name] - planned[name]).values for name in COSTS)
        cost = np.asarray(cost - (realised["value_heat"] - planned["value_heat"]).values)
        columns = {"cost_EUR": cost}
        for name, (units, _) in VARIABLES.items():
            if units == "W" and np.any(planned[name].values) | np.any(realised[name].values):
                columns[f"{name}_MW"] = (realised[name] - planned[name]).values / 1e6
        columns["machines_on"] = (realised["machines_on"] - planned["machines_on"]).values
        columns["state_of_charge"] = (realised["state_of_charge"] - planned["state_of_charge"]).values[1:]
        hours = pd.Index(planned["time"].values / 3600.0, name="time_h")
        frame = pd.DataFrame(columns, index=hours)
        return frame.loc[frame["cost_EUR"].abs().sort_values(ascending=False).index[:number]]


def gap(
    planned: xr.Dataset,
    realised: xr.Dataset,
    *,
    plant: DispatchPlant | None = None,
    forecasts: xr.Dataset | None = None,
    value: float | None = None,
) -> Gap:
    """Compare what was planned with what the plant did.

    Parameters
    ----------
    planned, realised
        Schedules over the same intervals.
    plant, forecasts
        Plant that planned, and its forecasts; with them `cost_compared` values the difference of the heat stored.
    value
        Value of stored heat, EUR/J; from `plant` and `forecasts` (`stock_value`) when None.

    Raises
    ------
    InputError
        If the schedules do not cover the same intervals or a value is not finite.
    """
    _check(planned, realised)
    pair = (planned, realised)
    # Where negative prices pay for dear hours a cost may be next to nothing, and any share of it is enormous.
    money = turnover(planned)
    rows = [_row("cost", "EUR", [total_cost(one) for one in pair], "Cost of the horizon", money)]
    if plant is not None and (value is not None or forecasts is not None):
        worth = stock_value(plant, forecasts) if value is None and forecasts is not None else value
        costs = [compared_cost(one, plant, float(worth or 0.0)) for one in pair]
        rows.append(_row("cost_compared", "EUR", costs, "Cost less the value of the change of the heat stored", money))
    for name in (*COSTS, "value_heat"):
        values, size = [float(one[name].sum()) for one in pair], float(abs(planned[name]).sum())
        rows.append(_row(name, "EUR", values, VARIABLES[name][1], size))
    rows.append(_row("cost_peak", "EUR", [float(one.attrs["cost_peak"]) for one in pair], "Charge on the power peak"))
    # A trace of heat that rounding leaves in a plan is no measure either.
    trace = 1e-6 * max(_energy(planned, variable) for _, variable, _ in ENERGIES) / SMALL
    for name, variable, description in ENERGIES:
        rows.append(_row(name, "MWh", [_energy(one, variable) for one in pair], description, trace))
    if AT_THE_TIME in realised:
        # What a plan leaves unmet never comes late.
        gross = [_energy(one, AT_THE_TIME if AT_THE_TIME in one else "Q_flow_unmet") for one in pair]
        rows.append(_row("unmet_at_the_time", "MWh", gross, "Demand that is not met at the time, whatever comes later"))
    rows.append(_row("unmet_share", "1", [_unmet_share(one) for one in pair], "Unmet demand over demand"))
    rows.append(_row("seasonal_cop", "1", [_cop(one) for one in pair], "Heat over electricity of the heat pumps"))
    charged = [float(one["Q_flow_charge"].clip(min=0.0).sum()) * step_of(one) / MWH for one in pair]
    rows.append(_row("heat_charged", "MWh", charged, "Heat into the tank while it charges"))
    rows.append(_row("co2", "t", [float(one["co2"].sum()) / 1e3 for one in pair], "CO2 of electricity and fuel"))
    rows.append(_row("starts", "1", [float(one["starts"].sum()) for one in pair], "Starts of heat pumps"))
    hours = [float(one["machines_on"].sum()) * step_of(one) / 3600.0 for one in pair]
    rows.append(_row("machine_hours", "h", hours, "Running hours of all heat pumps together"))
    charge = [one["state_of_charge"].values for one in pair]
    rows.append(_row("state_of_charge_end", "1", [float(one[-1]) for one in charge], "State of charge at the end"))
    rows.append(_row("state_of_charge_mean", "1", [float(one.mean()) for one in charge], "State of charge, mean"))
    apart = charge[1] - charge[0]
    rms, most = float(np.sqrt(np.mean(apart**2))), float(np.max(np.abs(apart)))
    rows.append(_row("state_of_charge_rms", "1", [0.0, rms], "Root mean square of the difference of state of charge"))
    rows.append(_row("state_of_charge_apart", "1", [0.0, most], "Largest difference of state of charge"))
    return Gap(tuple(rows), str(planned.attrs.get("policy", "")), planned, realised)


def shown(value: float | None, digits: int | None = None) -> str:
    """Return a value as it stands in a table: four digits that count, or a number of decimals."""
    if value is None:
        return "–"
    if digits is not None:
        return f"{value:.{digits}f}"
    if abs(value) < 1e-9:
        return "0"
    if abs(value) >= 1000.0:
        return f"{value:.0f}"
    return f"{value:.4g}"


def turnover(schedule: xr.Dataset) -> float:
    """Return what is paid and earned in all intervals of a schedule together, EUR: the size of its cost."""
    parts = sum(float(abs(schedule[name]).sum()) for name in (*COSTS, "value_heat"))
    return parts + abs(float(schedule.attrs["cost_peak"]))


def _row(name: str, unit: str, values: list[Any], description: str, size: float = 0.0) -> GapRow:
    return GapRow(name, unit, values[0], values[1], description, size)


def _check(planned: xr.Dataset, realised: xr.Dataset) -> None:
    for what, one in (("planned", planned), ("realised", realised)):
        missing = [name for name in (*VARIABLES, "state_of_charge") if name not in one]
        if missing:
            raise InputError(f"the {what} schedule lacks '{missing[0]}'; give a schedule of heatsim.dispatch")
        for name in (*VARIABLES, "state_of_charge"):
            if not np.all(np.isfinite(one[name].values)):
                raise InputError(f"the {what} schedule holds values of '{name}' that are not finite")
    a, b = planned["time"].values, realised["time"].values
    if a.shape != b.shape or np.any(np.abs(a - b) > 1.0) or abs(step_of(planned) - step_of(realised)) > 1.0:
        raise InputError(
            f"planned covers {_span(planned)}, realised {_span(realised)}; compare schedules of the same intervals"
        )


def _span(one: xr.Dataset) -> str:
    time = one["time"].values / 3600.0
    return f"{time[0]:g} to {time[-1] + step_of(one) / 3600.0:g} h in {time.size} intervals"


def _energy(schedule: xr.Dataset, variable: str) -> float:
    return float(schedule[variable].sum()) * step_of(schedule) / MWH


def _unmet_share(schedule: xr.Dataset) -> float | None:
    demand = _energy(schedule, "Q_flow_demand")
    return _energy(schedule, "Q_flow_unmet") / demand if demand > 0.0 else None


def _cop(schedule: xr.Dataset) -> float | None:
    electricity = _energy(schedule, "P_heat_pump")
    return _energy(schedule, "Q_flow_heat_pump") / electricity if electricity > 1e-6 else None
