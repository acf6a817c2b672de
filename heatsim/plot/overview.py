"""The figure that shows a run at a glance: key figures, operating modes, heat flows, temperatures and the tank."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatsim.analysis import kpis, limits
from heatsim.plot import panels
from heatsim.plot.style import BLUE, Clock, legend_above, mode_bands, mode_legend, new_figure, title

_TILES = (
    ("recovered_heat", "heat recovered"),
    ("energy_reuse_factor", "energy reuse factor"),
    ("seasonal_cop", "COP of the run"),
    ("heat_delivered", "heat delivered"),
    ("peak_share", "share of the peak plant"),
    ("chip_max", "hottest chip (limit {T_chip:.0f} °C)"),
)


def overview(ds: xr.Dataset, *, heading: str = "Data-center heat reuse at a glance") -> Figure:
    """Draw a run at a glance.

    Parameters
    ----------
    ds : xr.Dataset
        A run of the heat-reuse plant.
    heading : str
        Title of the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If the run lacks a variable of the figure.
    """
    clock, figure = Clock.of(ds), new_figure(14.0, 8.6)
    grid = figure.add_gridspec(5, 2, height_ratios=[0.5, 0.15, 0.3, 3.0, 3.0])
    _tiles(figure.add_subplot(grid[0, :]), ds)

    # The bands stand over both columns, so that a mode lines up with every panel below it; their legend has a row of
    # its own, because all seven modes are wider than a column.
    names = figure.add_subplot(grid[1, :])
    names.set_axis_off()
    for column in range(2):
        entries = mode_bands(figure.add_subplot(grid[2, column]), ds, clock, letter=0.016)
    mode_legend(names, entries, inside=True)

    hall = figure.add_subplot(grid[3, 0])
    panels.hall_heat(hall, ds, clock)
    legend_above(hall, 3)
    water = figure.add_subplot(grid[3, 1])
    panels.cooling_water(water, ds, clock)
    legend_above(water, 5)
    supply = figure.add_subplot(grid[4, 0], sharex=hall)
    panels.supply_heat(supply, ds, clock, last=True)
    legend_above(supply, 4)
    store = figure.add_subplot(grid[4, 1], sharex=water)
    _tank(figure, store, ds, clock)
    title(figure, heading, ds)
    return figure


def _tiles(axes: Axes, ds: xr.Dataset) -> None:
    """Write the key figures in large type."""
    table = kpis(ds, groups=["data_center", "heat_pump", "network", "peak", "temperatures"])
    axes.set_axis_off()
    axes.set_xlim(0.0, len(_TILES))
    axes.set_ylim(0.0, 1.0)
    for column, (name, label) in enumerate(_TILES):
        record = table.record(name)
        axes.text(column + 0.02, 0.95, _written(record.value, record.unit, name), va="top", fontsize=19, color=BLUE)
        text = label.format(T_chip=limits.of(ds, "T_chip") - 273.15)
        axes.text(column + 0.02, 0.0, text, va="bottom", fontsize=10, color="#444444")


def _written(value: float | None, unit: str, name: str) -> str:
    if value is None:
        return "–"
    if name in ("energy_reuse_factor", "peak_share"):
        return f"{100.0 * value:.0f} %"
    if unit == "degC":
        return f"{value:.0f} °C"
    if unit == "1":
        return f"{value:.2f}"
    return f"{value:.0f} {unit}" if abs(value) >= 10 else f"{value:.2g} {unit}"


def _tank(figure: Figure, axes: Axes, ds: xr.Dataset, clock: Clock) -> None:
    """Layers as a heat map with the state of charge as a line on the same scale, bottom 0 % and top 100 %."""
    mesh = panels.tank_layers(axes, ds, clock, last=True)
    bar = figure.colorbar(mesh, ax=axes, pad=0.01, aspect=22)
    bar.set_label("water in °C", fontsize=10)
    charge = ds["storage.state_of_charge"].values
    axes.plot(clock.x, 1.0 - charge, color="white", linewidth=3.0)
    axes.plot(clock.x, 1.0 - charge, color=BLUE, linewidth=1.6, label="state of charge, from the top down")
    legend_above(axes, 1)
