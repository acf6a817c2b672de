"""Figures of storage dispatch: nothing leaves the picture, sources add up, units at the edge, costs add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from synthetic_dispatch import made_up_result

from heatsim.errors import UsageError
from heatsim.plot import dispatch as plots
from heatsim.plot.style import new_figure
from heatsim.study import dispatch_page
from heatsim.study.storage_dispatch import DispatchResult

MANY = ("no_tank", "follow_demand", "price_threshold", "time_of_day", "perfect_foresight")


@pytest.fixture(scope="module")
def result() -> DispatchResult:
    """A made-up result of two days and five policies."""
    return made_up_result(policies=MANY)


@pytest.fixture(scope="module")
def figures(result: DispatchResult) -> dict[str, Figure]:
    """Its figures."""
    return dispatch_page.figures(result)


@pytest.mark.parametrize("name", ["overview", "price", "heat", "tank", "cost"])
def test_nothing_leaves_the_picture_and_legends_cover_no_panel(figures: dict[str, Figure], name: str) -> None:
    figure = figures[name]
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    content, whole = figure.get_tightbbox(renderer), figure.bbox_inches
    assert content.x0 >= -0.01
    assert content.y0 >= -0.01
    assert content.x1 <= whole.x1 + 0.01
    assert content.y1 <= whole.y1 + 0.01
    boxes = [axes.get_legend() for axes in figure.axes if axes.get_legend()] + list(figure.legends)
    frames = [axes.get_window_extent(renderer) for axes in figure.axes if axes.axison]
    assert boxes
    for legend in boxes:
        box = legend.get_window_extent(renderer).padded(-2.0)
        assert not any(box.overlaps(frame) for frame in frames)


def test_sources_add_up_to_what_network_and_boilers_take(result: DispatchResult) -> None:
    for one in result.runs.values():
        parts = plots.sources(one.planned)
        into_the_network = sum(parts[name] for name in ("direct", "discharge", "chp", "peak", "unmet"))
        np.testing.assert_allclose(into_the_network, one.planned["Q_flow_wanted"].values / 1e6, atol=1e-6)
        assert all(values.min() >= 0.0 for values in parts.values())


def test_an_engine_that_charges_the_tank_is_not_drawn_twice() -> None:
    schedule = made_up_result(24).runs["perfect_foresight"].planned.copy(deep=True)
    schedule["Q_flow_heat_pump"][:] = 1e6
    schedule["Q_flow_chp"][:] = 5e6
    schedule["Q_flow_charge"][:] = 3e6
    parts = plots.sources(schedule)
    np.testing.assert_allclose(parts["direct"], 0.0)
    np.testing.assert_allclose(parts["chp"], 3.0)
    np.testing.assert_allclose(parts["direct"] + parts["chp"] + parts["charge"], 6.0)


def test_units_are_those_of_the_field(result: DispatchResult) -> None:
    one = result.runs["perfect_foresight"]
    drawn = plots.Drawn("price", one.planned, one.realised, one.run)
    rows = new_figure(6.0, 6.0).subplots(4, 1)
    plots.price(rows[0], one.planned)
    np.testing.assert_allclose(rows[0].patches[0].get_data().values, one.planned["price_electricity"].values * 3.6e9)
    plots.heat_pump_power(rows[1], drawn)
    realised = next(patch for patch in rows[1].patches if patch.get_label() == "realised")
    np.testing.assert_allclose(realised.get_data().values, one.realised["P_heat_pump"].values / 1e6)
    plots.state_of_charge(rows[2], drawn)
    np.testing.assert_allclose(rows[2].get_lines()[0].get_ydata(), 100.0 * one.realised["state_of_charge"].values)
    mesh = plots.tank_layers(rows[3], drawn)
    assert mesh is not None
    assert (mesh.get_array().min(), mesh.get_array().max()) == pytest.approx((45.0, 75.0))


def test_hours_of_negative_price_are_shaded(result: DispatchResult) -> None:
    schedule = result.runs["no_tank"].planned
    negative = int((schedule["price_electricity"] < 0.0).sum())
    assert negative > 0
    axes = new_figure(6.0, 3.0).subplots()
    plots.price(axes, schedule)
    assert sum(
        patch.get_facecolor()[:3] == pytest.approx((0.984, 0.91, 0.827), abs=0.01) for patch in axes.patches
    ) == (negative)


def test_bars_add_up_to_the_cost_that_is_compared(result: DispatchResult) -> None:
    planned, realised = dispatch_page.bars(result)
    for name in result.runs:
        row = result.gaps[name]["cost_compared"]
        assert plots.net(planned[dispatch_page.title(name)]) == pytest.approx(row.planned, rel=1e-9)
        assert plots.net(realised[dispatch_page.title(name)]) == pytest.approx(row.realised, rel=1e-9)


def test_bars_of_costs_and_earnings_end_at_their_sums() -> None:
    axes = new_figure(6.0, 4.0).subplots()
    plots.cost_bars(axes, {}, {"mine": {"cost_electricity": 100.0, "cost_starts": 40.0, "value_heat": 30.0}})
    assert sorted(bar.get_y() + bar.get_height() for bar in axes.patches) == [-30.0, 100.0, 140.0]
    assert [text.get_text() for text in axes.texts] == ["110"]


def test_a_policy_that_was_only_planned_says_so(result: DispatchResult) -> None:
    one = result.runs["perfect_foresight"]
    figure = plots.tank_figure([plots.Drawn("mine", one.planned)])
    assert figure.axes[0].get_title(loc="left") == "mine (planned only)"
    assert "not run on the plant" in [text.get_text() for text in figure.axes[0].texts]
    with pytest.raises(UsageError, match="no schedule of 'empty'"):
        plots.price_figure([plots.Drawn("empty")])


def test_one_policy_and_a_few_hours_are_drawn() -> None:
    short = made_up_result(3, policies=("price_threshold",))
    assert set(dispatch_page.figures(short)) == {"overview", "price", "heat", "tank", "cost"}
    bare = made_up_result(3, policies=("no_tank",))
    assert set(dispatch_page.figures(bare)) == {"overview", "price", "heat", "cost"}


def test_a_failed_study_is_marked_on_its_page(result: DispatchResult) -> None:
    page = dispatch_page.overview(replace(result, failure="perfect_foresight: the plant cost +9 % against the plan"))
    texts = [text.get_text() for part in page.subfigs for text in part.texts]
    assert any("FAILED ITS CHECKS" in text for text in texts)
    assert any("+9 % against the plan" in text for text in texts)


def test_time_axis_is_the_clock(result: DispatchResult) -> None:
    schedule: xr.Dataset = result.runs["no_tank"].planned
    assert plots.clock_of(schedule).label == "2020-04-20 00:00 to 2020-04-22 00:00, local standard time"
