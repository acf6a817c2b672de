"""Figures of a year: energy by month, load duration curves, seasonal COP and cost by month, charge of the tank."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from heatsim.analysis.monthly import Month, frame
from heatsim.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SKY,
    Clock,
    legend_above,
    legend_right,
    megawatt,
    new_figure,
    panel,
    room,
    signal,
    thin,
    title,
)

_WIDTH = 0.36
_SOURCES = (
    ("heat_pump_heat", BLUE, "heat pumps"),
    ("peak_heat", RED, "boilers"),
    ("network_pump_heat", BLACK, "network pump"),
    ("tank_out", SKY, "tank"),
)
_USES = (
    ("heat_delivered", GREEN, "delivered"),
    ("network_loss", ORANGE, "network loss"),
    ("other_losses", PINK, "tank and boiler losses"),
    ("tank_in", SKY, "_tank"),
)


def monthly_balance(ds: xr.Dataset, months: Sequence[Month]) -> Figure:
    """Draw where the heat of each month comes from and where it goes, and what the hall rejects (MWh)."""
    table = frame(months)
    table["tank_out"] = np.maximum(-table["stored_heat_change"], 0.0)
    table["tank_in"] = np.maximum(table["stored_heat_change"], 0.0)
    table["other_losses"] = table["storage_loss"] + table["peak_loss"]
    figure = new_figure(11.0, 7.5)
    heat, hall = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    place = np.arange(len(months))
    _stack(heat, place - 0.5 * _WIDTH, table, _SOURCES)
    _stack(heat, place + 0.5 * _WIDTH, table, _USES)
    heat.plot(place, table["heat_demand"], linestyle="", marker="_", markersize=26, color=BLACK, label="demand")
    _dress(heat, "heat in MWh\n(left: from, right: to)", months, last=False)
    recovered = (("recovered_heat", GREEN, "recovered"), ("rejected_heat", ORANGE, "rejected"))
    table["pumps_fans"] = table["hall_heat"] - table["it_energy"]
    electricity = (("it_energy", GREY, "IT electricity"), ("pumps_fans", BLACK, "pumps, fans, trim cooling"))
    _stack(hall, place - 0.5 * _WIDTH, table, electricity)
    _stack(hall, place + 0.5 * _WIDTH, table, recovered)
    _dress(hall, "hall in MWh\n(left: from, right: to)", months)
    title(figure, "Energy by month", ds)
    return figure


def load_duration(ds: xr.Dataset, months: Sequence[Month]) -> Figure:
    """Draw for how many hours each load is exceeded: demand, heat pumps, boilers, IT heat to the heat pumps (MW)."""
    figure = new_figure(9.0, 5.5)
    axes = figure.subplots()
    time = ds["time"].values
    for name, colour, label in (
        ("Q_flow_demand", BLACK, "demand"),
        ("hall.E_in_IT", GREY, "IT electricity"),
        ("hall.Q_flow_recovery", GREEN, "heat recovered"),
        ("heat_pump.Q_flow_sink", BLUE, "heat pumps"),
        ("peak.Q_flow", RED, "boilers"),
    ):
        power = megawatt(ds, name)
        # a meter gives the mean of each interval, other signals its mean by the trapezoidal rule
        mean = np.diff(power) / np.diff(time) if ".E_in_" in name else 0.5 * (power[1:] + power[:-1])
        order = np.argsort(-mean)
        hours = np.concatenate([[0.0], np.cumsum(np.diff(time)[order]) / 3600.0])
        index = thin(hours.size)
        axes.plot(
            hours[index], np.append(mean[order], mean[order[-1]])[index], color=colour, linewidth=1.7, label=label
        )
    axes.set_ylabel("MW", fontsize=10)
    axes.set_xlabel("hours above", fontsize=10)
    axes.set_xlim(0.0, float(time[-1] - time[0]) / 3600.0)
    _plain(axes)
    room(axes, zero=True)
    legend_right(axes)
    title(figure, "Load duration", ds)
    return figure


def performance(ds: xr.Dataset, months: Sequence[Month]) -> Figure:
    """Draw seasonal COP and energy reuse factor, cost (kEUR, EUR/MWh) and CO2 of each month."""
    table, place = frame(months), np.arange(len(months))
    figure = new_figure(11.0, 9.0)
    ratio, cost, specific, emission = figure.subplots(4, 1, sharex=True)
    ratio.plot(place, table["seasonal_cop"], color=BLUE, marker="o", label="seasonal COP")
    ratio.plot(place, table["energy_reuse_factor"], color=GREEN, marker="s", label="energy reuse factor")
    _dress(ratio, "ratio", months, last=False)
    scaled = table[["cost_electricity", "cost_gas"]] / 1e3
    _stack(
        cost,
        place,
        scaled,
        (("cost_electricity", BLUE, "electricity"), ("cost_gas", RED, "gas")),
        width=2 * _WIDTH,
    )
    _dress(cost, "cost\nin 1000 EUR", months, last=False)
    delivered = table["heat_delivered"].where(table["heat_delivered"] > 0.0)
    specific.plot(place, table["cost_total"] / delivered, color=BLACK, marker="o", label="cost per heat delivered")
    _dress(specific, "cost of heat\nin EUR/MWh", months, last=False)
    emission.plot(place, 1e3 * table["co2_total"] / delivered, color=GREY, marker="s", label="CO2 per heat delivered")
    _dress(emission, "CO2 of heat\nin kg/MWh", months)
    title(figure, "Performance and cost by month", ds)
    return figure


def state_of_charge(ds: xr.Dataset, months: Sequence[Month]) -> Figure:
    """Draw the charge of the tank: its range and mean of each day over the year (%), and each hour of each day."""
    clock = Clock.of(ds)
    charge, time = 100.0 * signal(ds, "storage.state_of_charge"), ds["time"].values
    figure = new_figure(11.0, 7.0)
    axes = figure.subplot_mosaic([["line", "."], ["field", "bar"]], width_ratios=[50, 1])
    line, field = axes["line"], axes["field"]
    length = 86400.0 if time[-1] - time[0] >= 4 * 86400.0 else 3600.0
    day = np.minimum((time - time[0]) // length, np.ceil((time[-1] - time[0]) / length) - 1).astype(int)
    first = np.searchsorted(day, np.arange(day[-1] + 1))
    middle = first + np.diff(np.append(first, time.size)) // 2
    low, high = np.minimum.reduceat(charge, first), np.maximum.reduceat(charge, first)
    mean = np.add.reduceat(charge, first) / np.diff(np.append(first, time.size))
    period = "day" if length > 3600.0 else "hour"
    line.fill_between(clock.x[middle], low, high, color=BLUE, alpha=0.25, linewidth=0, label=f"range of the {period}")
    line.plot(clock.x[middle], mean, color=BLUE, linewidth=1.3, label=f"mean of the {period}")
    panel(line, "state of charge in %", clock)
    line.set_ylim(min(-5.0, float(low.min()) - 2.0), max(105.0, float(high.max()) + 2.0))
    legend_above(line, 2)
    _hours(figure, field, axes["bar"], ds, charge)
    title(figure, "State of charge of the tank", ds)
    return figure


def _hours(figure: Figure, axes: Axes, beside: Axes, ds: xr.Dataset, charge: np.ndarray) -> None:
    """Draw the state of charge as a map: hour of the day over the days."""
    start = np.datetime64(str(ds.attrs["start_time"]), "s")
    hour = (start - start.astype("datetime64[D]")) / np.timedelta64(1, "s") + ds["time"].values[:-1]
    day, clock_hour = (hour // 86400.0).astype(int), ((hour % 86400.0) // 3600.0).astype(int)
    total, count = np.zeros((day[-1] + 1, 24)), np.zeros((day[-1] + 1, 24))
    np.add.at(total, (day, clock_hour), charge[:-1])
    np.add.at(count, (day, clock_hour), 1.0)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    days = start.astype("datetime64[D]") + np.arange(day[-1] + 2)
    mesh = axes.pcolormesh(
        days.astype("datetime64[ms]"), np.arange(25), mean.T, cmap="viridis", vmin=0.0, vmax=100.0, rasterized=True
    )
    axes.set_ylabel("hour of the day", fontsize=10)
    axes.set_yticks([0, 6, 12, 18, 24])
    axes.tick_params(labelsize=9)
    locator = AutoDateLocator(minticks=3, maxticks=12)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    bar = figure.colorbar(mesh, cax=beside)
    bar.set_label("state of charge in %", fontsize=10)


def _stack(
    axes: Axes, place: np.ndarray, table: pd.DataFrame, parts: Sequence[tuple[str, str, str]], width: float = _WIDTH
) -> None:
    """Stack bars; negative values hang below zero."""
    up, down = np.zeros(place.size), np.zeros(place.size)
    for name, colour, label in parts:
        values = table[name].to_numpy(dtype=float)
        base = np.where(values >= 0.0, up, down)
        axes.bar(place, values, width=width, bottom=base, color=colour, label=label, linewidth=0)
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)


def _dress(axes: Axes, label: str, months: Sequence[Month], *, last: bool = True) -> None:
    axes.set_ylabel(label, fontsize=10)
    _plain(axes)
    axes.grid(False, axis="x")
    axes.set_xticks(range(len(months)), [month.name for month in months])
    axes.tick_params(labelbottom=last)
    axes.set_xlim(-0.6, len(months) - 0.4)
    room(axes, zero=True)
    legend_right(axes)


def _plain(axes: Axes) -> None:
    axes.grid(True, color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


FIGURES: dict[str, Callable[[xr.Dataset, Sequence[Month]], Figure]] = {
    "monthly_balance": monthly_balance,
    "load_duration": load_duration,
    "performance": performance,
    "state_of_charge": state_of_charge,
}


def save_all(
    ds: xr.Dataset, months: Sequence[Month], folder: str | Path, *, ending: str = "", dpi: float = 130.0
) -> list[Path]:
    """Draw all figures of a year into PNG files, named `NAME{ending}.png`; return them."""
    target = Path(folder)
    drawn = {name: draw(ds, months) for name, draw in FIGURES.items()}
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in drawn.items():
        partial, path = target / f"{name}.png.part", target / f"{name}{ending}.png"
        figure.savefig(partial, format="png", dpi=dpi)
        os.replace(partial, path)
        paths.append(path)
    return paths
