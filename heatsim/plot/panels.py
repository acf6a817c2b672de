"""The panels that figures are made of: each draws one aspect of a run into an axes, units at the edge (MW, °C, %)."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from heatsim.analysis import limits
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
    celsius,
    limit,
    megawatt,
    panel,
    room,
    signal,
    thin,
)


def hall_heat(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """IT load, and where its heat goes: recovered and rejected."""
    recovered, rejected = megawatt(ds, "hall.Q_flow_recovery"), megawatt(ds, "hall.Q_flow_rejected")
    axes.plot(clock.x, megawatt(ds, "P_IT"), color=GREY, linewidth=0.6, alpha=0.75, label="IT load")
    axes.plot(clock.x, recovered, color=GREEN, linewidth=1.6, label="recovered")
    axes.plot(clock.x, rejected, color=ORANGE, linewidth=1.6, label="rejected")
    panel(axes, "data hall in MW", clock, last=last)
    room(axes, zero=True)


def supply_heat(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """Heat of the heat pumps and the peak plant against demand and delivery."""
    axes.plot(clock.x, megawatt(ds, "heat_pump.Q_flow_sink"), color=BLUE, linewidth=1.6, label="heat pumps")
    axes.plot(clock.x, megawatt(ds, "peak.Q_flow"), color=RED, linewidth=1.6, label="peak plant")
    delivered = megawatt(ds, "grid.Q_flow_delivered_total")
    axes.plot(clock.x, delivered, color=SKY, linewidth=2.4, label="delivered")
    demand = megawatt(ds, "Q_flow_demand")
    axes.plot(clock.x, demand, color=BLACK, linewidth=1.1, linestyle=(0, (4, 2)), label="demand")
    panel(axes, "heat supply in MW", clock, last=last)
    room(axes, zero=True)


def electricity(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """Electric power of compressors, hall auxiliaries and network pump."""
    axes.plot(clock.x, megawatt(ds, "heat_pump.P_el"), color=PINK, linewidth=1.6, label="heat pumps")
    axes.plot(clock.x, megawatt(ds, "hall.P_auxiliary"), color=BLACK, linewidth=1.2, label="hall auxiliaries")
    axes.plot(clock.x, megawatt(ds, "grid.P_pump"), color=SKY, linewidth=1.2, label="network pump")
    panel(axes, "electricity in MW", clock, last=last)
    room(axes, zero=True)


def chip(axes: Axes, ds: xr.Dataset, clock: Clock, *, T_limit: float | None = None, last: bool = False) -> None:
    """Chip temperature and its limit."""
    value = limits.of(ds, "T_chip", T_limit) - 273.15
    axes.plot(clock.x, celsius(ds, "hall.T_chip"), color=BLACK, linewidth=0.9, label="chip")
    limit(axes, value, f"limit {value:.0f} °C")
    panel(axes, "chip in °C", clock, last=last)
    _room_with_limit(axes, value)


def cooling_water(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """Technology loop (TCS) and facility water (FWS), supply and return, with the limit of the TCS supply."""
    for name, colour, label in (
        ("hall.T_tcs_return", PINK, "TCS return"),
        ("hall.T_fws_out", ORANGE, "FWS out"),
        ("hall.T_tcs_supply", BLUE, "TCS supply"),
        ("hall.T_fws_supply", SKY, "FWS supply"),
    ):
        axes.plot(clock.x, celsius(ds, name), color=colour, linewidth=1.2, label=label)
    value = limits.of(ds, "T_tcs_supply") - 273.15
    limit(axes, value, "TCS supply limit")
    panel(axes, "cooling water in °C", clock, last=last)
    _room_with_limit(axes, value)


def hall_air(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """Hall air with its limit."""
    axes.plot(clock.x, celsius(ds, "hall.T_air"), color=GREEN, linewidth=1.2, label="hall air")
    value = limits.of(ds, "T_air") - 273.15
    limit(axes, value, f"limit {value:.0f} °C")
    panel(axes, "hall air in °C", clock, last=last)
    _room_with_limit(axes, value)


def network_water(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """Heat-pump supply, network supply and return, with the lower limit of the network supply."""
    for name, colour, label in (
        ("heat_pump.T_sink_out", PINK, "heat-pump supply"),
        ("peak.T_out", ORANGE, "network supply"),
        ("grid.T_return", BLUE, "network return"),
    ):
        axes.plot(clock.x, celsius(ds, name), color=colour, linewidth=1.3, label=label)
    value = limits.of(ds, "T_network_supply") - 273.15
    limit(axes, value, f"supply limit {value:.0f} °C")
    panel(axes, "network in °C", clock, last=last)
    _room_with_limit(axes, value)


def _room_with_limit(axes: Axes, value: float) -> None:
    """Leave room around the data and the limit."""
    low, high = min(axes.dataLim.y0, value), max(axes.dataLim.y1, value)
    span = max(high - low, 1.0)
    axes.set_ylim(low - 0.07 * span, high + 0.09 * span)


def tank_layers(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> QuadMesh:
    """Temperatures of the tank's layers over time as a heat map, top of the tank at the top."""
    layers = celsius(ds, "storage.T")
    if layers.ndim != 2:
        layers = layers.reshape(layers.shape[0], -1)
    index = thin(layers.shape[0])
    height = np.linspace(1.0, 0.0, layers.shape[1] + 1)
    centres = 0.5 * (height[1:] + height[:-1])
    mesh = axes.pcolormesh(clock.x[index], centres, layers[index].T, shading="nearest", cmap="inferno", rasterized=True)
    panel(axes, "height in tank", clock, last=last)
    axes.grid(False)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([0.0, 0.5, 1.0], ["bottom", "middle", "top"])
    return mesh


def state_of_charge(axes: Axes, ds: xr.Dataset, clock: Clock, *, last: bool = False) -> None:
    """State of charge of the tank in percent."""
    charge = 100.0 * signal(ds, "storage.state_of_charge")
    axes.fill_between(clock.x, 0.0, charge, color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(clock.x, charge, color=BLUE, linewidth=1.6)
    panel(axes, "state of charge in %", clock, last=last)
    axes.set_ylim(min(0.0, 1.05 * float(charge.min())), max(100.0, 1.05 * float(charge.max())))
