"""Figures of loop margins show what the tables say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.control import PID, FirstOrder
from heatsim.errors import UsageError
from heatsim.plot import margins as figures
from heatsim.plot.style import new_figure
from heatsim.system import System


def _system(k: float = 20.0) -> System:
    system = (
        System("rig").add("one", FirstOrder(T=60.0)).add("two", FirstOrder(T=30.0)).add("three", FirstOrder(T=10.0))
    )
    system.add("pid", PID(k=k, Ti=100.0, T_filter=0.0), inputs={"setpoint": 0.0, "y_min": -9.0, "y_max": 9.0})
    system.connect("pid.y", "one.u").connect("one.y", "two.u").connect("two.y", "three.u")
    return system.connect("three.y", "pid.measurement")


@pytest.fixture(scope="module")
def rows() -> list[Any]:
    return [hs.loop_margins(_system(k), {})["pid"] for k in (2.0, 20.0)]


@pytest.fixture(scope="module")
def found() -> xr.Dataset:
    return hs.margin_map(_system(2.0), "pid", {"one.gain": [0.5, 1.0, 4.0]}, gains=[0.5, 1.0, 5.0])


@pytest.mark.parametrize("frequency", ["rad/s", "period"])
def test_bode_marks_the_margins(rows: list[Any], frequency: str) -> None:
    stable, unstable = rows
    assert (stable.stable, unstable.stable) == (True, False)
    upper, _ = figures.bode(rows, frequency).axes
    marked = {tuple(np.round(line.get_xydata()[0], 9)) for line in upper.get_lines() if len(line.get_xydata()) == 1}
    w = stable.w_critical
    x = 2 * np.pi / w if frequency == "period" else w
    assert (round(x, 9), round(1 / stable.gain_margin, 9)) in marked
    text = [t.get_text() for t in upper.get_legend().get_texts()]
    assert text[0].startswith("pid (GM ")
    assert text[1] == "pid (unstable)"
    with pytest.raises(UsageError, match="frequency="):
        figures.bode(rows, "Hz")


def test_nyquist_has_the_circle_of_its_sensitivity(rows: list[Any]) -> None:
    (axes,) = figures.nyquist(rows[0], Ms=1.6).axes
    (circle,) = axes.patches[:1]
    assert circle.get_radius() == pytest.approx(1 / 1.6)
    assert circle.get_center() == (-1.0, 0.0)


def test_map_and_boundary_have_the_critical_gain(found: xr.Dataset) -> None:
    axes = figures.margin_map(found).axes[0]
    (line,) = [line for line in axes.get_lines() if line.get_label() == "predicted limit"]
    x, y = line.get_data()
    assert np.allclose(x, [0.5, 1.0, 4.0])
    assert np.allclose(y, found["critical_gain"].isel(gain=0))
    legend = [t.get_text() for t in axes.get_legend().get_texts()]
    assert "unstable" in legend


def test_boundary_can_be_drawn_over_something_else(found: xr.Dataset) -> None:
    axes = new_figure(4.0, 3.0).subplots()
    figures.boundary(axes, found.sel(gain=1.0), x="one.gain", label="linear model", color="red")
    (line,) = axes.get_lines()
    assert line.get_label() == "linear model"
    assert np.allclose(line.get_ydata(), found["critical_gain"].sel(gain=1.0))


def test_one_dimension_is_drawn_as_lines_with_the_limit(found: xr.Dataset) -> None:
    figure = figures.margin_map(found.sel(gain=5.0))
    upper = figure.axes[0]
    limit = float(hs.onset(found.sel(gain=5.0), "one.gain"))
    assert 0.5 < limit < 4.0
    assert any(np.allclose(line.get_xdata(), limit) for line in upper.get_lines())


def test_what_cannot_be_drawn_is_refused(found: xr.Dataset) -> None:
    with pytest.raises(UsageError, match="one or two dimensions"):
        figures.margin_map(found.expand_dims("more"))
    with pytest.raises(UsageError, match="none of these loops"):
        figures.bode([])
