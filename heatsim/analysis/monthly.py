"""Key figures month by month, with every term of the energy balance, so that each month can be checked by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.analysis.groups import Kpi
from heatsim.analysis.kpis import KpiTable, kpis
from heatsim.analysis.run import MWH, Run
from heatsim.analysis.shortage import unmet
from heatsim.errors import UsageError

GROUPS = (
    *("data_center", "heat_pump", "storage", "network", "peak"),
    *("cost", "co2", "temperatures", "modes", "energy_balance"),
)
"""Groups of key figures that are worked out for each month; the wear of actuators needs finer samples."""

HOUR = 3600.0

BALANCE_IN = ("hall_heat", "heat_pump_shaft", "peak_heat", "network_pump_heat")
BALANCE_OUT = (
    *("rejected_heat", "heat_pump_room_loss", "storage_loss", "peak_loss", "network_loss", "heat_delivered"),
    *("stored_heat_change", "water_heat_change"),
)
"""Terms of the energy balance: what comes in is what goes out and what is stored, and `balance_residual`."""


@dataclass(frozen=True)
class Month:
    """A month of a run, or the part of it that the run covers.

    Attributes
    ----------
    name
        Year and month, such as 2020-01.
    begin, end
        First and last output time, s from the start of the run.
    kpis
        Its key figures.
    """

    name: str
    begin: float
    end: float
    kpis: KpiTable


def month_edges(start: str, stop: float) -> np.ndarray:
    """Return the times 0, begin of each further month, `stop`, in s from `start` (ISO, clock time of t = 0)."""
    clock = np.datetime64(start, "ms")
    months = np.arange(clock.astype("datetime64[M]") + 1, (clock + _ms(stop)).astype("datetime64[M]") + 1)
    inner = (months.astype("datetime64[ms]") - clock) / np.timedelta64(1000, "ms")
    return np.concatenate([[0.0], inner[(inner > 0.0) & (inner < stop)], [stop]])


def _ms(seconds: float) -> np.timedelta64:
    return np.timedelta64(round(seconds * 1e3), "ms")


def monthly(ds: xr.Dataset, *, groups: Sequence[str] = GROUPS) -> tuple[Month, ...]:
    """Work out the key figures of each calendar month of a run.

    Parameters
    ----------
    ds
        A run as for `kpis`; its attribute `start_time` (ISO) is the clock time of t = 0. It may be open on disk: only
        one variable of one month is read at a time.
    groups
        Groups of key figures; `heat_balance`, the terms of the energy balance, is always among the figures.

    Returns
    -------
    tuple of Month

    Raises
    ------
    UsageError
        If the run has no `start_time`, or lacks a variable.
    """
    if "start_time" not in ds.attrs:
        raise UsageError("monthly figures need the clock time of the start; give the run the attribute start_time")
    time = ds["time"].values
    clock = np.datetime64(str(ds.attrs["start_time"]), "ms") + _ms(float(time[0]))
    edges = time[0] + month_edges(str(clock), float(time[-1] - time[0]))
    # a month begins with the first output in it; the last output of the one before is the same row
    rows = np.unique(np.minimum(np.searchsorted(time, edges - 1e-6), time.size - 1))
    months = []
    for first, last in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        part = ds.isel(time=slice(first, last + 1))
        table = KpiTable((*kpis(part, groups=groups), *heat_balance(part)))
        name = str((clock + _ms(float(time[first] - time[0]))).astype("datetime64[M]"))
        months.append(Month(name, float(time[first]), float(time[last]), table))
    return tuple(months)


def heat_balance(ds: xr.Dataset) -> Iterator[Kpi]:
    """Yield the terms of the energy balance that are no key figures of their own, and its residual, in MWh.

    All energy that comes in (`BALANCE_IN`) leaves or is stored (`BALANCE_OUT`); every term is a meter's.
    """
    run = Run(ds, "heat_balance")

    def gain(name: str, sign: float = 1.0) -> float:
        return run.metered(name, sign).value / MWH

    hall = [f"hall.E_in_{part}" for part in ("IT", "pumps", "fans", "trim")]
    terms: dict[str, tuple[float, str, str]] = {
        "hall_heat": (sum(gain(name) for name in hall), "Electricity that becomes heat in the hall", ", ".join(hall)),
        "heat_pump_shaft": (
            gain("heat_pump.E_in_electric"),
            "Work of compressors and condenser pump on refrigerant and water",
            "heat_pump.E_in_electric",
        ),
        "heat_pump_room_loss": (
            gain("heat_pump.E_in_room", -1.0),
            "Heat lost by the heat pumps to their room",
            "heat_pump.E_in_room",
        ),
        "peak_loss": (gain("peak.E_in_ambient", -1.0), "Heat lost by the peak plant", "peak.E_in_ambient"),
        "network_pump_heat": (gain("grid.E_in_pump"), "Work of the network pump on the water", "grid.E_in_pump"),
        "water_heat_change": (
            sum(gain(f"{unit}.U") for unit in ("hall", "heat_pump", "peak", "grid")),
            "Heat in hall, heat pumps, peak plant and network at the end minus at the start",
            "hall.U, heat_pump.U, peak.U, grid.U",
        ),
    }
    known = {name: value for name, (value, _, _) in terms.items()} | {
        "peak_heat": gain("peak.E_in_burner"),
        "rejected_heat": gain("hall.E_in_outdoor", -1.0),
        "storage_loss": gain("storage.E_in_ambient", -1.0),
        "network_loss": gain("grid.E_in_ground", -1.0),
        "heat_delivered": gain("grid.E_in_consumers", -1.0),
        "stored_heat_change": gain("storage.U"),
    }
    for name, (value, description, source) in terms.items():
        yield Kpi(name, value, "MWh", description, f"meter {source}", run.group)
    residual = sum(known[name] for name in BALANCE_IN) - sum(known[name] for name in BALANCE_OUT)
    yield Kpi("balance_residual", residual, "MWh", "Energy in minus out and stored", "all meters", run.group)
    yield Kpi(
        "unmet_daily",
        unmet_daily(run),
        "MWh",
        "Heat asked for and not delivered within a day; none of it in hours that lack more than 5 % comes late",
        "meters grid.E_demand, grid.E_in_consumers",
        run.group,
    )


def unmet_daily(run: Run) -> float:
    """Return the heat that was asked for and not delivered within a day, MWh, hour by hour (`unmet`)."""
    length = float(run.time[-1] - run.time[0])
    hours = np.append(np.arange(0.0, length - 1e-6, HOUR), length)

    def power(name: str, sign: float = 1.0) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(run.metered(name, sign).increments)])
        return np.asarray(np.diff(np.interp(hours, run.time - run.time[0], total)) / np.diff(hours))

    lacking = unmet(power("grid.E_demand"), power("grid.E_in_consumers", -1.0), HOUR)
    return float((lacking * np.diff(hours)).sum()) / MWH


def frame(months: Sequence[Month], names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a table with a row for each month and a column for each figure (all of them by default)."""
    shown = [record.name for record in months[0].kpis] if names is None else list(names)
    rows = [{record.name: record.value for record in month.kpis} for month in months]
    index = pd.Index([month.name for month in months], name="month")
    return pd.DataFrame([[row.get(name) for name in shown] for row in rows], index=index, columns=shown, dtype=float)
