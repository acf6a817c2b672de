"""The figure of value curves: what is drawn is what the curves hold, with slack, annuities, and sizes on the plant."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.dispatch.investment import Investment, invested
from heatsim.errors import UsageError
from heatsim.plot.value_curves import value_curves

VOLUME = np.array([0.0, 500.0, 1000.0])
HEAT = np.array([8e6, 12e6])
COST = np.array([[700e3, 650e3], [660e3, 600e3], [650e3, 585e3]])


def curves() -> xr.Dataset:
    slope_v = -np.diff(COST, axis=0) / np.diff(VOLUME)[:, None]
    slope_h = -np.diff(COST, axis=1) / np.diff(HEAT)
    return xr.Dataset(
        {
            "cost": (("volume", "heat"), COST),
            "cost_slack": (("volume", "heat"), np.full_like(COST, 2e3)),
            "marginal_value_volume": (("volume_between", "heat"), slope_v),
            "marginal_slack_volume": (("volume_between", "heat"), np.full_like(slope_v, 4.0)),
            "marginal_value_heat": (("volume", "heat_between"), slope_h),
            "marginal_slack_heat": (("volume", "heat_between"), np.full_like(slope_h, 5e-4)),
        },
        coords={"volume": VOLUME, "heat": HEAT},
        attrs={"weeks": "0, 7"},
    )


def texts(figure: object) -> list[str]:
    """Return the entries of all legends."""
    from matplotlib.legend import Legend

    return [text.get_text() for one in figure.findobj(Legend) for text in one.get_texts()]


def test_costs_and_slopes_in_the_units_of_the_axes() -> None:
    figure = value_curves(curves())
    over_volume, worth_volume, over_heat, worth_heat = figure.axes
    lines = [line for line in over_volume.lines if len(line.get_xdata()) == 3]
    np.testing.assert_allclose([line.get_ydata() for line in lines], COST.T / 1e3)
    np.testing.assert_allclose(over_heat.lines[0].get_xdata(), HEAT / 1e6)
    steps = worth_volume.patches[0].get_data()
    np.testing.assert_allclose(steps.values, [80.0, 20.0])
    np.testing.assert_allclose(steps.edges, VOLUME)
    np.testing.assert_allclose(worth_heat.patches[0].get_data().values, [12.5])
    assert "kEUR/(MW a)" in worth_heat.get_ylabel()
    assert "representative weeks" in figure.get_suptitle()
    assert {"8 MW", "12 MW", "no tank", "500 m³"} <= set(texts(figure))


def test_annuities_and_the_best_size() -> None:
    investment = Investment(0.0, 40.0, 20.0, per_volume=1000.0, per_heat=0.1)
    figure = value_curves(invested(curves(), investment))
    total = COST + 25.0 * VOLUME[:, None] + 0.005 * HEAT
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 3]
    np.testing.assert_allclose([line.get_ydata() for line in lines], total.T / 1e3)
    best = np.unravel_index(np.argmin(total), total.shape)
    assert f"best: {VOLUME[best[0]]:g} m³, {HEAT[best[1]] / 1e6:g} MW" in texts(figure)
    assert "annuity of the tank: 25" in texts(figure)
    assert "annuity of the heat pumps: 5" in texts(figure)


def test_sizes_on_the_plant_stand_beside_their_line() -> None:
    checked = xr.Dataset(
        {"cost_plant": ("point", [610e3])}, coords={"volume": ("point", [500.0]), "heat": ("point", [12e6])}
    )
    figure = value_curves(curves(), checked)
    for axes, x, line in ((figure.axes[0], 500.0, 1), (figure.axes[2], 12.0, 1)):
        marks = [one for one in axes.lines if one.get_marker() == "D" and len(one.get_xdata()) == 1]
        assert len(marks) == 1
        np.testing.assert_allclose([marks[0].get_xdata()[0], marks[0].get_ydata()[0]], [x, 610.0])
        assert marks[0].get_color() == [one for one in axes.lines if len(one.get_xdata()) > 1][line].get_color()
    assert "on the plant" in texts(figure)


def test_one_axis_of_one_size_is_left_out() -> None:
    assert len(value_curves(curves().isel(heat=[0])).axes) == 2
    with pytest.raises(UsageError, match="of one size"):
        value_curves(curves().isel(heat=[0], volume=[0]))
    with pytest.raises(UsageError, match="more than 8 lines"):
        value_curves(curves().isel(heat=np.zeros(9, dtype=int)))
