"""Calibration: the records of a plant identified from a run of it, and plan, run, calibrate, plan again.

The laws of `heatsim.dispatch.plant` are fitted to the meters of a run by least squares, each to the quantity it
explains. What a run does not show stays as it was; the table says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table

from heatsim.dispatch.gap import Gap, gap, shown
from heatsim.dispatch.identification import Row, hall, network, peak
from heatsim.dispatch.identification_heat_pumps import heat_pumps
from heatsim.dispatch.identification_tank import tank
from heatsim.dispatch.observations import meters
from heatsim.dispatch.plant import DispatchPlant
from heatsim.errors import UsageError, near_miss
from heatsim.whole_file import whole_file


@dataclass(frozen=True)
class Calibration:
    """A calibrated plant with the table of what was identified.

    Attributes
    ----------
    plant
        The plant with the fields that the run shows.
    rows
        Quantities with values and errors before and after; those that the run does not show say why.
    """

    plant: DispatchPlant
    rows: tuple[Row, ...]

    def __getitem__(self, quantity: str) -> Row:
        for row in self.rows:
            if row.quantity == quantity:
                return row
        names = [row.quantity for row in self.rows]
        raise UsageError(f"the calibration has no '{quantity}'{near_miss(quantity, names)}; it has {', '.join(names)}")

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def errors(self) -> pd.DataFrame:
        """The table, indexed by quantity."""
        return self.to_pandas()

    def to_pandas(self) -> pd.DataFrame:
        """Return the table, indexed by quantity."""
        return pd.DataFrame([asdict(row) for row in self.rows]).set_index("quantity")

    def to_json(self, path: str | Path) -> Path:
        """Write the table and the calibrated plant to a JSON file and return its path."""
        content = {
            "rows": {row.quantity: {k: v for k, v in asdict(row).items() if k != "quantity"} for row in self.rows},
            "plant": asdict(self.plant),
        }
        target = Path(path)
        with whole_file(target, "the calibration") as partial:
            text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
            partial.write_text(text + "\n", encoding="utf-8")
        return target

    def print(self, console: Console | None = None) -> None:
        """Print the table: what the run shows, notes on that, and below what it does not show and why."""
        screen = console or Console()
        table = _table("Calibration", ("before", "after", "rms\nbefore", "rms\nafter", "of", "intervals"))
        notes = _table("Notes", (), last="what was fitted")
        kept = _table("Not seen in the run: as before", ("value",), last="why")
        for row in self.rows:
            scale, offset, unit = _edge(row)
            before, after = (None if one is None else one * scale - offset for one in (row.before, row.after))
            if row.seen:
                factor, _, of = EDGE.get(row.error_unit, (1.0, 0.0, row.error_unit))
                errors = (None if one is None else one * factor for one in (row.error_before, row.error_after))
                cells = (before, after, *errors)
                table.add_row(row.quantity, unit, *map(shown, cells), "" if of == "1" else of, str(row.intervals))
                if row.note:
                    notes.add_row(row.quantity, row.note)
            else:
                kept.add_row(row.quantity, unit, shown(after), row.note)
        for one in (table, notes, kept):
            if one.row_count:
                screen.print(one)


EDGE = {"W": (1e-3, 0.0, "kW"), "J": (1.0 / 3.6e6, 0.0, "kWh"), "K/W": (1e6, 0.0, "K/MW")}
"""Unit inside: factor, offset and unit where people read it."""


def _edge(row: Row) -> tuple[float, float, str]:
    if row.unit == "K" and row.quantity.rpartition(".")[2].startswith("T_"):
        return 1.0, 273.15, "degC"
    return EDGE.get(row.unit, (1.0, 0.0, "" if row.unit == "1" else row.unit))


def _table(title: str, numbers: tuple[str, ...], last: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", header_style="bold", box=None, padding=(0, 1, 0, 0))
    table.add_column("quantity", no_wrap=True)
    if numbers:
        table.add_column("unit", no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="left" if name == "of" else "right", no_wrap=True)
    if last:
        table.add_column(last)
    return table


def calibrate(plant: DispatchPlant, dataset: xr.Dataset, *, step: float = 3600.0) -> Calibration:
    """Identify the records of a plant from a run.

    Parameters
    ----------
    plant
        What is known before.
    dataset
        A run of the plant with its meters (`unit.E_…`, J): the units `hall`, `storage`, `peak`, `grid`, and one unit
        for each group of heat pumps, of the group's name. Output at least three times an interval.
    step
        Length of the intervals over which powers are averaged, s; that of the plans.

    Returns
    -------
    Calibration

    Raises
    ------
    UsageError
        If the run is too short or too coarse, or a value is not finite.
    """
    seen = meters(dataset, step)
    rows: list[Row] = []
    for part in (hall, tank, network, peak, heat_pumps):
        plant, more = part(plant, seen)
        rows += more
    return Calibration(plant, tuple(rows))


class Executed(Protocol):
    """A plan with the run that followed it."""

    @property
    def planned(self) -> xr.Dataset:
        """Schedule planned."""

    @property
    def realised(self) -> xr.Dataset:
        """Schedule realised."""

    @property
    def dataset(self) -> xr.Dataset:
        """The run."""


@dataclass(frozen=True)
class Round:
    """One plan of an iteration with its run.

    Attributes
    ----------
    plant
        Plant that planned.
    execution
        Plan and run.
    gap
        Planned against realised.
    calibration
        What the run shows: the plant of the next round.
    """

    plant: DispatchPlant
    execution: Executed = field(repr=False)
    gap: Gap = field(repr=False)
    calibration: Calibration = field(repr=False)


CLOSENESS = (
    "cost",
    "cost_compared",
    "electricity_bought",
    "heat_pump_electricity",
    "peak_heat",
    "state_of_charge_rms",
    "starts",
)
"""Rows of the gap that tell whether a plan came closer."""


@dataclass(frozen=True)
class Iteration:
    """Plan, run, calibrate, plan again."""

    rounds: tuple[Round, ...]

    @property
    def plant(self) -> DispatchPlant:
        """The plant after the last calibration."""
        return self.rounds[-1].calibration.plant

    def to_pandas(self) -> pd.DataFrame:
        """Return the gap of each round: one row a quantity and round, planned, realised, difference, percent."""
        records = []
        for number, one in enumerate(self.rounds, start=1):
            for row in one.gap:
                if row.name not in CLOSENESS:
                    continue
                records.append(
                    {
                        "quantity": row.name,
                        "round": number,
                        "unit": row.unit,
                        "planned": row.planned,
                        "realised": row.realised,
                        "difference": row.difference,
                        "percent": row.percent,
                    }
                )
        return pd.DataFrame(records).set_index(["quantity", "round"]).sort_index(sort_remaining=True)


def iterate(
    plant: DispatchPlant,
    plan_and_run: Callable[[DispatchPlant], Executed],
    *,
    rounds: int = 2,
    step: float = 3600.0,
    forecasts: xr.Dataset | None = None,
) -> Iteration:
    """Plan, run and calibrate several times.

    Parameters
    ----------
    plant
        What is known before.
    plan_and_run
        Plans with the plant it is given and runs the plan on the real one: has `planned`, `realised` and `dataset`.
    rounds
        Number of plans; the second is the first that knows of a run.
    step
        Length of the intervals for the calibration, s.
    forecasts
        Of the horizon; with them the gap values the difference of stored heat.
    """
    if rounds < 1:
        raise UsageError(f"rounds is {rounds}; give at least 1")
    done: list[Round] = []
    for _ in range(rounds):
        execution = plan_and_run(plant)
        apart = gap(execution.planned, execution.realised, plant=plant, forecasts=forecasts)
        calibration = calibrate(plant, execution.dataset, step=step)
        done.append(Round(plant, execution, apart, calibration))
        plant = calibration.plant
    return Iteration(tuple(done))
