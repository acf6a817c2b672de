"""Figures of storage dispatch: schedules in the form of `heatsim.dispatch.schedule`, planned and realised, by policy.

Each panel draws one aspect of one policy into an axes; each figure puts the panels of several policies below each other
on one time axis, so that what they do at the same price is seen at a glance. Units at the edge: MW, MWh, °C, %, EUR.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from heatsim.errors import UsageError
from heatsim.plot import panels
from heatsim.plot.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SKY,
    YELLOW,
    Clock,
    celsius,
    legend_right,
    megawatt,
    new_figure,
    panel,
    signal,
    title,
)

EUR_MWH = 3.6e9
"""J in a MWh: EUR/J times this is EUR/MWh."""

_PLANNED: dict[str, Any] = {"color": BLACK, "linewidth": 1.2, "linestyle": (0, (3, 1.5))}
_REALISED: dict[str, Any] = {"color": BLUE, "linewidth": 1.5}
_SOURCES = (
    ("direct", BLUE, "heat pumps to the network"),
    ("discharge", SKY, "tank to the network"),
    ("chp", YELLOW, "engine"),
    ("peak", RED, "boilers"),
    ("unmet", GREY, "not met"),
)
_PARTS = (
    ("cost_electricity", BLUE, "electricity"),
    ("cost_gas", RED, "gas"),
    ("cost_co2", GREY, "CO2"),
    ("cost_starts", ORANGE, "starts"),
    ("cost_peak", PINK, "power peak"),
    ("cost_unmet", BLACK, "unmet demand"),
    ("value_heat", GREEN, "value of recovered heat"),
    ("value_stock", SKY, "tank fuller or emptier at the end"),
)


@dataclass(frozen=True)
class Drawn:
    """What a figure shows of one policy.

    Attributes
    ----------
    title
        Name of the policy in words.
    planned, realised
        Schedules; None for what there is not.
    run
        Run of the plant with the layers `storage.T`, for the heat map of the tank.
    """

    title: str
    planned: xr.Dataset | None = None
    realised: xr.Dataset | None = None
    run: xr.Dataset | None = None

    @property
    def shown(self) -> xr.Dataset:
        """What was realised, or planned where nothing has run."""
        found = self.realised if self.realised is not None else self.planned
        if found is None:
            raise UsageError(f"there is no schedule of '{self.title}' to draw; give what was planned or realised")
        return found


def clock_of(schedule: xr.Dataset) -> Clock:
    """Return the time axis of a schedule: the edges of its intervals."""
    edges = np.asarray(schedule["time_edge"].values, dtype=float)
    return Clock.of(xr.Dataset(coords={"time": edges}, attrs=schedule.attrs))


def price(axes: Axes, schedule: xr.Dataset, *, last: bool = False) -> None:
    """Price of electricity over time; hours in which it is negative are shaded."""
    clock, values = clock_of(schedule), signal(schedule, "price_electricity") * EUR_MWH
    axes.stairs(values, _x(clock), color=BLACK, linewidth=1.3, baseline=None, label="electricity")
    gas = signal(schedule, "price_gas") * EUR_MWH
    axes.stairs(gas, _x(clock), color=RED, linewidth=1.1, baseline=None, label="gas")
    if values.min() < 0.0:
        axes.axhline(0.0, color=GREY, linewidth=0.8)
    panel(axes, "price in\nEUR/MWh", clock, last=last)
    _shade(axes, schedule)


def heat_pump_power(axes: Axes, drawn: Drawn, *, last: bool = False) -> None:
    """Electric power of the heat pumps, realised and planned; hours of negative price are shaded."""
    clock = clock_of(drawn.shown)
    if drawn.realised is not None:
        values = megawatt(drawn.realised, "P_heat_pump")
        axes.stairs(values, _x(clock), color=BLUE, fill=True, alpha=0.30)
        axes.stairs(values, _x(clock), baseline=None, label="realised", **_REALISED)
    if drawn.planned is not None:
        planned = megawatt(drawn.planned, "P_heat_pump")
        axes.stairs(planned, _x(clock_of(drawn.planned)), baseline=None, label="planned", **_PLANNED)
    panel(axes, "MW", clock, last=last)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    _shade(axes, drawn.shown)


def heat_by_source(axes: Axes, drawn: Drawn, *, last: bool = False) -> None:
    """Heat into the network by its source, stacked under the demand; heat into the tank above it, hatched."""
    schedule = drawn.shown
    clock = clock_of(schedule)
    parts = sources(schedule)
    below = np.zeros(schedule.sizes["time"])
    visible = 0.02 * max(float(np.max(parts["direct"] + parts["discharge"])), float(parts["peak"].max()))
    for name, colour, label in _SOURCES:
        if np.any(parts[name] > visible):
            axes.stairs(below + parts[name], _x(clock), baseline=below, fill=True, color=colour, label=label)
        below = below + parts[name]
    axes.stairs(
        below + parts["charge"],
        _x(clock),
        baseline=below,
        fill=True,
        facecolor="#DCEBF5",
        edgecolor=BLUE,
        hatch="////",
        linewidth=0.0,
        label="into the tank",
    )
    demand = megawatt(schedule, "Q_flow_demand")
    axes.stairs(
        demand, _x(clock), baseline=None, color=BLACK, linewidth=1.6, label="demand of the consumers; above it: losses"
    )
    panel(axes, "MW", clock, last=last)
    axes.set_ylim(0.0, 1.06 * max(float((below + parts["charge"]).max()), float(demand.max()), 1e-3))


def sources(schedule: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the heat flows of a schedule by source, MW.

    `direct` (heat pumps to the network), `discharge`, `chp`, `peak` and `unmet` add up to what the network and the
    boilers take; `charge` goes into the tank. The tank is charged by the heat pumps first.
    """
    flow = megawatt(schedule, "Q_flow_charge")
    heat_pump, chp = megawatt(schedule, "Q_flow_heat_pump"), megawatt(schedule, "Q_flow_chp")
    charge, discharge = np.maximum(flow, 0.0), np.maximum(-flow, 0.0)
    by_heat_pump = np.minimum(charge, heat_pump)
    return {
        "direct": heat_pump - by_heat_pump,
        "discharge": discharge,
        "chp": np.maximum(chp - (charge - by_heat_pump), 0.0),
        "peak": megawatt(schedule, "Q_flow_peak"),
        "unmet": megawatt(schedule, "Q_flow_unmet"),
        "charge": charge,
    }


def tank_layers(axes: Axes, drawn: Drawn, *, scale: Normalize | None = None, last: bool = False) -> QuadMesh | None:
    """Temperatures of the tank's layers over time as a heat map; says so where the plant has not run."""
    clock = clock_of(drawn.shown)
    if drawn.run is None:
        axes.text(0.5, 0.5, "not run on the plant", ha="center", va="center", transform=axes.transAxes, color=GREY)
        panel(axes, "", clock, last=last)
        axes.set_yticks([])
        return None
    mesh = panels.tank_layers(axes, drawn.run, _clock_like(drawn.run, drawn.shown), last=last)
    if scale is not None:
        mesh.set_norm(scale)
    panel(axes, "", clock, last=last)
    axes.grid(False)
    return mesh


def state_of_charge(axes: Axes, drawn: Drawn, *, last: bool = False) -> None:
    """State of charge of the tank, realised and planned, in percent."""
    for schedule, style, label in ((drawn.realised, _REALISED, "realised"), (drawn.planned, _PLANNED, "planned")):
        if schedule is not None:
            axes.plot(_x(clock_of(schedule)), 100.0 * charge_of(schedule), label=label, **style)
    panel(axes, "charge in %", clock_of(drawn.shown), last=last)
    low, high = axes.dataLim.y0, axes.dataLim.y1
    axes.set_ylim(min(-4.0, low - 4.0), max(104.0, high + 4.0))
    axes.set_yticks([0.0, 50.0, 100.0])


def charge_of(schedule: xr.Dataset) -> np.ndarray:
    """Return the state of charge at the edges of the intervals, 1."""
    return np.asarray(schedule["state_of_charge"].values, dtype=float)


def cost_bars(
    axes: Axes,
    planned: Mapping[str, Mapping[str, float]],
    realised: Mapping[str, Mapping[str, float]],
    *,
    legend_below: bool = False,
) -> None:
    """Costs by part for each policy: the left bar planned (pale), the right one realised; the total above it.

    Parameters
    ----------
    axes
        Where to draw.
    planned, realised
        Parts of the cost by policy, EUR: names of `heatsim.dispatch.schedule.COSTS`, `cost_peak`, and `value_heat` and
        `value_stock`, which are earned and therefore drawn below zero.
    legend_below
        Whether the legend stands below the axes instead of right of them.
    """
    names = list(dict.fromkeys([*planned, *realised]))
    used = []
    tallest = max((_span(parts) for row in (planned, realised) for parts in row.values()), default=1.0)
    both = bool(planned) and bool(realised)
    for side, (row, alpha) in enumerate(((planned, 0.45), (realised, 1.0))):
        for i, name in enumerate(names):
            if name not in row:
                continue
            x = i + ((side - 0.5) * 0.4 if both else 0.0)
            for sign in (1.0, -1.0):
                bottom = 0.0
                for part, colour, _ in _PARTS:
                    value = row[name].get(part, 0.0) * (-1.0 if part.startswith("value") else 1.0)
                    if value * sign > 1e-3 * tallest:
                        axes.bar(x, value, 0.36, bottom=bottom, color=colour, alpha=alpha, linewidth=0)
                        bottom += value
                        used.append(part)
            total = net(row[name])
            axes.plot([x - 0.18, x + 0.18], [total, total], color=BLACK, linewidth=2.0)
            ends = [_signed(part, value) for part, value in row[name].items()]
            above = total >= 0.0
            axes.annotate(
                f"{total:,.0f}".replace(",", " ").replace("-", "−"),
                (x, sum(max(end, 0.0) for end in ends) if above else sum(min(end, 0.0) for end in ends)),
                (0, 3 if above else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=6.5 if legend_below and len(names) > 5 else 8,
            )
    axes.axhline(0.0, color=BLACK, linewidth=0.8)
    axes.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names], fontsize=9)
    axes.set_ylabel("cost in EUR", fontsize=10)
    axes.grid(True, axis="y", color="#D9D9D9", linewidth=0.7)
    axes.set_axisbelow(True)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    low, high = axes.get_ylim()
    axes.set_ylim(low - (0.04 * (high - low) if low < 0.0 else 0.0), high + 0.06 * (high - low))
    entries: list[Any] = [Patch(color=colour, label=label) for part, colour, label in _PARTS if part in used]
    entries.append(Line2D([], [], color=BLACK, linewidth=2.0, label="sum"))
    if both:
        entries.append(Patch(color=GREY, alpha=0.45, label="left, pale: planned"))
        entries.append(Patch(color=GREY, label="right: realised"))
    where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.005, 1.02)}
    if legend_below:
        where = {"loc": "upper center", "bbox_to_anchor": (0.45, -0.13), "ncols": 3, "columnspacing": 1.2}
    axes.legend(handles=entries, frameon=False, fontsize=9, borderaxespad=0.0, **where)


def net(parts: Mapping[str, float]) -> float:
    """Return the cost that remains, EUR: costs less values."""
    return sum(_signed(part, value) for part, value in parts.items())


def _signed(part: str, value: float) -> float:
    return -value if part.startswith("value") else value


def _span(parts: Mapping[str, float]) -> float:
    return max(sum(abs(value) for value in parts.values()), 1e-9)


def price_figure(policies: Sequence[Drawn], *, heading: str = "Price and electric power of the heat pumps") -> Figure:
    """Draw the price over the heat pumps' electric power under each policy, planned and realised."""
    figure = new_figure(12.0, 2.2 + 1.15 * len(policies))
    rows = figure.subplots(1 + len(policies), 1, sharex=True, height_ratios=[1.5] + [1.0] * len(policies))
    price(rows[0], policies[0].shown)
    legend_right(rows[0])
    for axes, drawn in zip(rows[1:], policies, strict=True):
        heat_pump_power(axes, drawn, last=axes is rows[-1])
        _named(axes, drawn)
    _same_height(rows[1:])
    legend_right(rows[1])
    title(figure, heading, policies[0].shown)
    return figure


def heat_figure(policies: Sequence[Drawn], *, heading: str = "Heat by source") -> Figure:
    """Draw heat by source, stacked under the demand, under each policy: realised where it has run, else planned."""
    columns = 1 if len(policies) < 4 else 2
    count = math.ceil(len(policies) / columns)
    figure = new_figure(8.0 * columns, 1.2 + 2.0 * count)
    grid = figure.subplots(count, columns, sharex=True, sharey=True, squeeze=False)
    for i, axes in enumerate(grid.ravel()):
        if i >= len(policies):
            axes.axis("off")
            continue
        heat_by_source(axes, policies[i], last=i + columns >= len(policies))
        if i // columns + 1 < count:
            axes.set_xlabel("")  # it would push the row below away
        _named(axes, policies[i])
    _same_height(list(grid.ravel())[: len(policies)])
    _legend_below(figure, grid)
    title(figure, heading, policies[0].shown)
    return figure


def tank_figure(policies: Sequence[Drawn], *, heading: str = "Tank: water in its layers, state of charge") -> Figure:
    """Draw the tank under each policy: layers as a heat map, state of charge planned and realised below it."""
    columns = 1 if len(policies) < 4 else 2
    count = math.ceil(len(policies) / columns)
    figure = new_figure(8.0 * columns, 1.2 + 2.5 * count)
    grid = figure.subplots(2 * count, columns, sharex=True, squeeze=False, height_ratios=[1.2, 1.0] * count)
    runs = [drawn.run for drawn in policies if drawn.run is not None]
    scale = None
    if runs:
        layers = [celsius(run, "storage.T") for run in runs]
        scale = Normalize(min(float(one.min()) for one in layers), max(float(one.max()) for one in layers))
    mesh = None
    for i in range(count * columns):
        upper, lower = grid[2 * (i // columns), i % columns], grid[2 * (i // columns) + 1, i % columns]
        if i >= len(policies):
            upper.axis("off")
            lower.axis("off")
            continue
        bottom = i + columns >= len(policies)
        mesh = tank_layers(upper, policies[i], scale=scale) or mesh
        state_of_charge(lower, policies[i], last=bottom)
        if i // columns + 1 < count:
            lower.set_xlabel("")  # it would push the row below away
        _named(upper, policies[i])
    if mesh is not None:
        figure.colorbar(mesh, ax=grid, pad=0.01, aspect=40).set_label("water in °C", fontsize=10)
    _legend_below(figure, grid)
    title(figure, heading, policies[0].shown)
    return figure


def cost_figure(
    planned: Mapping[str, Mapping[str, float]],
    realised: Mapping[str, Mapping[str, float]],
    *,
    heading: str = "Cost by policy",
) -> Figure:
    """Draw the parts of the cost of each policy, planned and realised; see `cost_bars`."""
    figure = new_figure(max(8.0, 3.5 + 1.25 * len({*planned, *realised})), 5.2)
    cost_bars(figure.subplots(), planned, realised)
    figure.suptitle(heading, x=0.01, ha="left", fontsize=14, fontweight="bold")
    return figure


def _legend_below(figure: Figure, grid: np.ndarray) -> None:
    """Put one legend for all panels below the figure."""
    entries: dict[str, Any] = {}
    for axes in grid.ravel():
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    figure.legend(
        entries.values(),
        entries.keys(),
        loc="outside lower center",
        ncols=min(len(entries), 8),
        frameon=False,
        fontsize=9,
    )


def _named(axes: Axes, drawn: Drawn) -> None:
    what = "" if drawn.realised is not None else " (planned only)"
    axes.set_title(f"{drawn.title}{what}", loc="left", fontsize=10, fontweight="bold", pad=3)


def _same_height(rows: Sequence[Axes]) -> None:
    low, high = min(axes.get_ylim()[0] for axes in rows), max(axes.get_ylim()[1] for axes in rows)
    for axes in rows:
        axes.set_ylim(low, high)


def _shade(axes: Axes, schedule: xr.Dataset) -> None:
    """Shade the hours of negative price."""
    x, negative = _x(clock_of(schedule)), signal(schedule, "price_electricity") < 0.0
    for i in np.flatnonzero(negative):
        axes.axvspan(x[i], x[i + 1], color="#FBE8D3", linewidth=0, zorder=-3)


def _x(clock: Clock) -> np.ndarray:
    """Return the time axis as numbers that step plots take."""
    if not clock.dates:
        return clock.x
    return clock.x.astype("datetime64[ms]").astype(np.int64) / 86400e3


def _clock_like(run: xr.Dataset, schedule: xr.Dataset) -> Clock:
    """Return the time axis of a run in the terms of its schedule: clock time where that has it."""
    attrs = {key: value for key, value in schedule.attrs.items() if key == "start_time"}
    clock = Clock.of(xr.Dataset(coords={"time": run["time"].values}, attrs=attrs))
    return Clock(_x(clock), clock.label, clock.dates)
