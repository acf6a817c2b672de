"""Key figures of a run: one table of frozen records, printed, looked up by name, or written as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from heatsim.analysis import limits
from heatsim.analysis.groups import GROUPS, Kpi, Settings
from heatsim.analysis.run import Run
from heatsim.errors import UsageError, near_miss
from heatsim.units import parse_quantity


@dataclass(frozen=True)
class KpiTable:
    """The key figures of a run, in the order of their groups.

    `table["seasonal_cop"]` is the value; `table.record("seasonal_cop")` the record with unit, description and source.
    """

    records: tuple[Kpi, ...]

    def record(self, name: str) -> Kpi:
        """Return a record by name; an unknown name is a UsageError with a near miss."""
        for record in self.records:
            if record.name == name:
                return record
        names = [record.name for record in self.records]
        raise UsageError(f"no key figure '{name}'{near_miss(name, names)}; there are {', '.join(names)}")

    def __getitem__(self, name: str) -> float:
        value = self.record(name).value
        if value is None:
            raise UsageError(f"key figure '{name}' is not defined for this run: its denominator is zero")
        return value

    def __iter__(self) -> Iterator[Kpi]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def table(self) -> pd.DataFrame:
        """Return the records as a table with one row each: name, value, unit, description, source, group."""
        return pd.DataFrame([vars(record) for record in self.records]).set_index("name")

    def __repr__(self) -> str:
        width = max((len(record.name) for record in self.records), default=0)
        lines = [f"{record.name:<{width}}  {shown(record.value):>10}  {record.unit}" for record in self.records]
        return "\n".join([f"KpiTable with {len(self)} key figures", *lines])


def kpis(
    ds: xr.Dataset,
    *,
    groups: Sequence[str] | None = None,
    co2_electricity: str | float = "366 g/kWh",
    co2_gas: str | float = "202 g/kWh",
    T_chip_limit: float | None = None,
    T_tcs_supply_limit: float | None = None,
    T_air_limit: float | None = None,
    T_network_supply_limit: float | None = None,
    dead_band: float = 0.01,
    commands: Sequence[str] | None = None,
) -> KpiTable:
    """Work out the key figures of a run of the heat-reuse plant.

    Parameters
    ----------
    ds : xr.Dataset
        A run with the units `hall`, `heat_pump`, `storage`, `peak`, `grid`, a `supervisor`, and the prices
        `price_electricity` and `price_gas` (EUR/J).
    groups : sequence of str, optional
        Groups to work out: `data_center`, `heat_pump`, `storage`, `network`, `peak`, `cost`, `co2`, `temperatures`,
        `actuators`, `modes`, `energy_balance`. All when not given.
    co2_electricity : str or float
        Emissions of electricity (`"366 g/kWh"`, kg/J). The default is the German mix of 2020, the year of the public
        price and demand data (Umweltbundesamt, 2021, first estimate).
    co2_gas : str or float
        Emissions of the fuel, referred to its lower heating value. The default is natural gas with 56.1 kg/GJ (IPCC
        Guidelines for National Greenhouse Gas Inventories, 2006, vol. 2, table 2.2).
    T_chip_limit, T_tcs_supply_limit, T_air_limit : float, optional
        Upper limits (K); when not given those of the run, or the defaults of `heatsim.analysis.limits`.
    T_network_supply_limit : float, optional
        Lower limit of the network supply (K), likewise.
    dead_band : float
        Movement of a command that does not count as a reversal (1).
    commands : sequence of str, optional
        Variables that are commands; every `controller.y` without a unit when not given.

    Returns
    -------
    KpiTable

    Raises
    ------
    UsageError
        If a group is unknown, or a variable that a group needs is missing or not finite.
    """
    wanted = list(GROUPS) if groups is None else list(groups)
    for group in wanted:
        if group not in GROUPS:
            raise UsageError(f"no KPI group '{group}'{near_miss(group, GROUPS)}; there are {', '.join(GROUPS)}")
    if ds.sizes.get("time", 0) < 2:
        raise UsageError("the run has fewer than two output times; key figures need a run of some length")
    settings = Settings(
        co2_electricity=parse_quantity(co2_electricity, "kg/J"),
        co2_gas=parse_quantity(co2_gas, "kg/J"),
        T_chip_limit=limits.of(ds, "T_chip", T_chip_limit),
        T_tcs_supply_limit=limits.of(ds, "T_tcs_supply", T_tcs_supply_limit),
        T_air_limit=limits.of(ds, "T_air", T_air_limit),
        T_network_supply_limit=limits.of(ds, "T_network_supply", T_network_supply_limit),
        dead_band=dead_band,
        commands=None if commands is None else tuple(commands),
    )
    records = [record for group in wanted for record in GROUPS[group](Run(ds, group), settings)]
    return KpiTable(tuple(records))


def to_json(table: KpiTable, path: str | Path) -> Path:
    """Write the key figures to a JSON file and return its path.

    The file is an object by name: `{"seasonal_cop": {"value": 3.4, "unit": "1", "description": …, "source": …,
    "group": …}}`; a figure that is not defined for the run has the value null. The file appears whole or not at all.
    """
    target = Path(path)
    content = {
        record.name: {key: value for key, value in vars(record).items() if key != "name"} for record in table.records
    }
    partial = target.with_name(target.name + ".part")
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(partial, target)
    return target


HEADLINES = (
    *("it_energy", "recovered_heat", "rejected_heat", "energy_reuse_factor", "pue_partial"),
    *("heat_pump_heat", "heat_pump_electricity", "seasonal_cop"),
    *("state_of_charge_start", "state_of_charge_end"),
    *("heat_demand", "heat_delivered", "unmet_share", "network_loss_share", "peak_share"),
    *("cost_per_heat", "co2_per_heat"),
    *("chip_max", "chip_violation", "cdu_approach_mean", "network_supply_min"),
    *("mode_changes", "energy_residual"),
)
"""The key figures that fit on a screen."""


def print_kpis(table: KpiTable, console: Console | None = None, names: Collection[str] | None = HEADLINES) -> None:
    """Print key figures as a table, one section a group.

    Parameters
    ----------
    table
        The key figures of a run.
    console
        Where to print; the terminal by default.
    names
        The figures to print; None for all of them. Those that the table does not have are left out.
    """
    records = [record for record in table.records if names is None or record.name in names]
    title = "Key figures" if len(records) == len(table.records) else f"Key figures ({len(records)} of {len(table)})"
    printed = Table(title=title, title_justify="left", header_style="bold")
    cells = [(r.name, shown(r.value), "" if r.unit == "1" else r.unit) for r in records]
    screen = console or Console()
    # Rich narrows all columns alike on a narrow terminal; here the description gives way and the values stay.
    taken = sum(max((len(row[i]) for row in cells), default=0) for i in range(3))
    room = max(screen.width - taken - 14, 10)
    for header, justify in (("figure", "left"), ("value", "right"), ("unit", "left"), ("what it is", "left")):
        printed.add_column(header, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    group = None
    for record, row in zip(records, cells, strict=True):
        if group is not None and record.group != group:
            printed.add_section()
        group = record.group
        # Text, not markup: names carry brackets.
        text = record.description
        printed.add_row(*map(Text, (*row, text if len(text) <= room else text[: room - 1] + "…")))
    screen.print(printed)


def shown(value: float | None) -> str:
    """Return a value with four digits that count; small ones as a power of ten, an undefined one as a dash."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{value:.0f}"
    if abs(value) < 1e-3:
        return f"{value:.1e}"
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
