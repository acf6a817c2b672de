"""Every figure of a made-up run is complete: nothing leaves the picture, legends cover nothing, units at the edge."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.image import imread
from synthetic_plant import synthetic_run

from heatsim import plot
from heatsim.errors import UsageError
from heatsim.plot.figures import FIGURES
from heatsim.plot.style import new_figure

RUNS = {"ten_minutes": (600.0, 5.0), "day": (86400.0, 120.0), "week": (7 * 86400.0, 600.0)}


@pytest.fixture(scope="module", params=list(RUNS))
def run(request: pytest.FixtureRequest) -> xr.Dataset:
    """A made-up run, very short to long."""
    duration, step = RUNS[request.param]
    return synthetic_run(duration, step)


@pytest.fixture(scope="module")
def day() -> xr.Dataset:
    """A made-up day."""
    return synthetic_run(86400.0, 120.0)


def _drawn(figure: Figure):  # type: ignore[no-untyped-def]
    figure.canvas.draw()
    return figure.canvas.get_renderer()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", list(FIGURES))
def test_nothing_leaves_the_picture_and_legends_cover_nothing(run: xr.Dataset, name: str) -> None:
    figure = FIGURES[name](run)
    renderer = _drawn(figure)
    content, whole = figure.get_tightbbox(renderer), figure.bbox_inches
    assert content.x0 >= -0.01
    assert content.y0 >= -0.01
    assert content.x1 <= whole.x1 + 0.01
    assert content.y1 <= whole.y1 + 0.01

    legends = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    frames = [axes.get_window_extent(renderer) for axes in figure.axes if axes.axison]
    for legend in legends:
        box = legend.get_window_extent(renderer).padded(-2.0)
        assert not any(box.overlaps(frame) for frame in frames)
    for i, first in enumerate(legends):
        for second in legends[i + 1 :]:
            box = first.get_window_extent(renderer).padded(-2.0)
            assert not box.overlaps(second.get_window_extent(renderer).padded(-2.0))


def test_save_all_writes_whole_pictures(day: xr.Dataset, tmp_path: Path) -> None:
    paths = plot.save_all(day, tmp_path / "figures", dpi=60)
    assert [path.name for path in paths] == [f"{name}.png" for name in FIGURES]
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(path.name for path in paths)
    assert all(path.read_bytes().endswith(b"IEND\xaeB`\x82") for path in paths)


def test_units_are_those_of_the_field(day: xr.Dataset) -> None:
    flows = plot.heat_flows(day)
    line = next(line for line in flows.axes[0].get_lines() if line.get_label() == "recovered")
    np.testing.assert_allclose(line.get_ydata(), day["hall.Q_flow_recovery"].values / 1e6)
    chip = plot.temperatures(day).axes[0]
    np.testing.assert_allclose(chip.get_lines()[0].get_ydata(), day["hall.T_chip"].values - 273.15)
    assert chip.get_lines()[1].get_ydata()[0] == pytest.approx(85.0)
    assert [axes.get_ylabel() for axes in flows.axes] == ["data hall in MW", "heat supply in MW", "electricity in MW"]


def test_time_axis_is_the_clock_when_the_start_is_known(day: xr.Dataset) -> None:
    with_clock = plot.tank(day).axes[1]
    assert with_clock.get_xlabel() == "2020-01-15 00:00 to 2020-01-16 00:00, local standard time"
    hours = day.copy()
    del hours.attrs["start_time"]
    axes = plot.tank(hours).axes[1]
    assert axes.get_xlabel() == "time in h"
    assert axes.get_xlim() == (0.0, 24.0)


def test_hot_layers_are_at_the_top_of_the_tank(day: xr.Dataset) -> None:
    mesh = plot.tank(day).axes[0].collections[0]
    values = np.asarray(mesh.get_array())
    heights = np.asarray(mesh.get_coordinates())[..., 1]
    top_row = int(np.argmax(heights[:-1, 0]))
    assert values[top_row].mean() > 70.0


def test_modes_have_names(day: xr.Dataset) -> None:
    figure = plot.operation(day)
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["recovery", "charging", "discharging", "start up", "heat pump trip"]


def test_failed_run_says_so(day: xr.Dataset) -> None:
    failed = day.assign_attrs(status="failed: energy")
    for draw in FIGURES.values():
        assert any("FAILED" in text.get_text() for text in draw(failed).texts)
    assert not any("FAILED" in text.get_text() for text in plot.tank(day).texts)


def test_missing_variable_is_named_and_nothing_is_written(day: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"plot needs 'storage\.T'"):
        plot.save_all(day.drop_vars("storage.T"), tmp_path / "figures")
    assert not (tmp_path / "figures").exists()
    with pytest.raises(UsageError, match="fewer than two"):
        plot.tank(day.isel(time=[0]))


def test_pyplot_is_not_touched() -> None:
    code = "import sys; import heatsim.plot; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_notebook_gets_a_figure_as_a_picture_although_no_pyplot_made_it() -> None:
    figure = new_figure(4.0, 2.0)
    figure.subplots().plot([0.0, 1.0], color="#ff0000", linewidth=8.0)
    picture = imread(io.BytesIO(figure._repr_png_()))  # type: ignore[attr-defined]
    assert picture.shape[:2] == (round(2.0 * figure.dpi), round(4.0 * figure.dpi))
    assert (picture[..., :3] == [1.0, 0.0, 0.0]).all(axis=-1).sum() > 500
