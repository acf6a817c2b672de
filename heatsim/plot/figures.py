"""One function a figure: each takes the Dataset of a run and returns a matplotlib Figure."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from heatsim.errors import UsageError
from heatsim.plot import panels
from heatsim.plot.overview import overview
from heatsim.plot.style import (
    BLUE,
    GREEN,
    SKY,
    Clock,
    legend_right,
    mode_bands,
    mode_legend,
    new_figure,
    panel,
    signal,
    title,
)


def heat_flows(ds: xr.Dataset) -> Figure:
    """Draw the heat flows of a run: hall, heat supply, electricity (MW).

    Parameters
    ----------
    ds : xr.Dataset
        A run of the heat-reuse plant.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If the run lacks a variable of the figure.
    """
    clock, figure = Clock.of(ds), new_figure(11.0, 7.5)
    rows = figure.subplots(3, 1, sharex=True, height_ratios=[3, 3, 2])
    for axes, draw in zip(rows, (panels.hall_heat, panels.supply_heat, panels.electricity), strict=True):
        draw(axes, ds, clock, last=axes is rows[-1])
        legend_right(axes)
    title(figure, "Heat flows", ds)
    return figure


def temperatures(ds: xr.Dataset, *, T_chip_limit: float | None = None) -> Figure:
    """Draw the temperatures of a run with their limits: chip, cooling water, hall air, network (°C).

    Parameters
    ----------
    ds : xr.Dataset
        A run of the heat-reuse plant.
    T_chip_limit : float, optional
        Limit of the chip temperature, K; that of the run when not given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If the run lacks a variable of the figure.
    """
    clock, figure = Clock.of(ds), new_figure(11.0, 9.0)
    rows = figure.subplots(4, 1, sharex=True, height_ratios=[3, 3, 2, 3])
    panels.chip(rows[0], ds, clock, T_limit=T_chip_limit)
    panels.cooling_water(rows[1], ds, clock)
    panels.hall_air(rows[2], ds, clock)
    panels.network_water(rows[3], ds, clock, last=True)
    for axes in rows:
        legend_right(axes)
    title(figure, "Temperatures and their limits", ds)
    return figure


def tank(ds: xr.Dataset) -> Figure:
    """Draw the layers of the tank as a heat map (°C) and its state of charge (%).

    Parameters
    ----------
    ds : xr.Dataset
        A run with `storage.T` and `storage.state_of_charge`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If the run lacks a variable of the figure.
    """
    clock, figure = Clock.of(ds), new_figure(11.0, 6.0)
    rows = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
    mesh = panels.tank_layers(rows[0], ds, clock)
    bar = figure.colorbar(mesh, ax=rows[0], pad=0.01, aspect=18)
    bar.set_label("water in °C")
    panels.state_of_charge(rows[1], ds, clock, last=True)
    title(figure, "Thermal storage", ds)
    return figure


def operation(ds: xr.Dataset, *, commands: list[str] | None = None) -> Figure:
    """Draw operating modes as coloured bands, the machines' load, and each command in a row of its own.

    Parameters
    ----------
    ds : xr.Dataset
        A run with `supervisor.mode`, `heat_pump.capacity_actual` and commands `controller.y`.
    commands : list of str, optional
        Commands to draw; every `controller.y` without a unit when not given.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UsageError
        If the run lacks a variable of the figure.
    """
    clock, names = Clock.of(ds), _commands(ds) if commands is None else commands
    figure = new_figure(11.0, 3.0 + 0.72 * len(names))
    rows = figure.subplots(2 + len(names), 1, sharex=True, height_ratios=[0.55, 1.6, *([1.0] * len(names))])
    entries = mode_bands(rows[0], ds, clock)
    mode_legend(rows[0], entries)
    rows[0].set_ylabel("mode", rotation=0, ha="right", va="center", fontsize=10)

    load = signal(ds, "heat_pump.capacity_actual").reshape(clock.x.size, -1)
    colours = [BLUE, SKY, GREEN]
    rows[1].stackplot(
        clock.x,
        load.T,
        colors=[colours[i % 3] for i in range(load.shape[1])],
        labels=[f"machine {i + 1}" for i in range(load.shape[1])],
        linewidth=0,
    )
    panel(rows[1], "machines\nrunning", clock, last=False)
    rows[1].set_ylim(0.0, load.shape[1] * 1.05)
    rows[1].set_yticks(range(load.shape[1] + 1))
    rows[1].yaxis.label.set(rotation=0, ha="right", va="center")
    legend_right(rows[1])

    for axes, name in zip(rows[2:], names, strict=True):
        values = signal(ds, name)
        top = max(1.0, float(np.ceil(values.max() - 1e-6)))
        axes.plot(clock.x, 100.0 * values if top == 1.0 else values, color="#222222", linewidth=1.0)
        unit = "%" if top == 1.0 else "machines" if "heat_pump" in name else "1"
        panel(axes, f"{name.removesuffix('.y').replace('_', ' ')}\nin {unit}", clock, last=axes is rows[-1])
        height = 100.0 if top == 1.0 else top
        axes.set_ylim(min(-0.08 * height, 1.05 * 100.0 * float(values.min())), 1.08 * height)
        axes.set_yticks([0.0, height])
        axes.yaxis.label.set(rotation=0, ha="right", va="center")
    figure.align_ylabels(rows)
    title(figure, "Operating modes and commands", ds)
    return figure


def _commands(ds: xr.Dataset) -> list[str]:
    names = [
        str(name)
        for name, variable in ds.data_vars.items()
        if str(name).endswith(".y") and variable.dims == ("time",) and variable.attrs.get("units", "1") in ("1", "")
    ]
    if not names:
        raise UsageError("the run holds no command 'controller.y'; keep them in the run or name the commands")
    return names


FIGURES: dict[str, Callable[[xr.Dataset], Figure]] = {
    "overview": overview,
    "heat_flows": heat_flows,
    "temperatures": temperatures,
    "tank": tank,
    "operation": operation,
}


def save_all(ds: xr.Dataset, folder: str | Path, *, dpi: float = 130.0) -> list[Path]:
    """Draw all figures of a run into PNG files.

    Parameters
    ----------
    ds : xr.Dataset
        A run of the heat-reuse plant.
    folder : str or Path
        Where the files go; made when it does not exist.
    dpi : float
        Resolution.

    Returns
    -------
    list of Path
        `overview.png`, `heat_flows.png`, `temperatures.png`, `tank.png`, `operation.png`.

    Raises
    ------
    UsageError
        If the run lacks a variable; then no file is written.
    """
    target = Path(folder)
    drawn = {name: draw(ds) for name, draw in FIGURES.items()}
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in drawn.items():
        partial, path = target / f"{name}.png.part", target / f"{name}.png"
        figure.savefig(partial, format="png", dpi=dpi)
        os.replace(partial, path)
        paths.append(path)
    return paths
