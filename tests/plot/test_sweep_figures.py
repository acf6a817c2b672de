"""Figures of sweeps: what is drawn is what the cases hold, in units for people; what is lacking is seen to be."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from made_sweeps import made_sweep
from matplotlib.collections import LineCollection, PathCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from heatsim.edge import Edge, NumberFormat, edge_of
from heatsim.errors import UsageError
from heatsim.plot.style import RED
from heatsim.plot.sweep_effects import complete_means, medians
from heatsim.plot.sweeps import heat_map, main_effects, parallel_coordinates, sensitivity_bars
from heatsim.sweeps.collection.opening import open_sweep

V, H = np.array([0.0, 500.0, 1000.0, 2000.0]), np.array([4e6, 8e6, 12e6])
T = 340.0 + H[None, :] / 1e6 + 1e-3 * V[:, None]


def grid(**others) -> xr.Dataset:
    """4 x 3 cases: one failed, one not run, one left out, one without the figure."""
    status = np.full((4, 3), "ok", dtype=object)
    status[0, 0], status[0, 1], status[0, 2] = "failed", "missing", "left out"
    values = np.where(status == "ok", T, np.nan)
    values[3, 2] = np.nan
    dims = ("volume", "heat")
    return xr.Dataset(
        {
            "T": (dims, values, {"units": "K", "long_name": "Supply temperature"}),
            "word": (dims, np.full((4, 3), "a", dtype=object)),
            "status": (dims, status),
        },
        {"volume": ("volume", V, {"units": "m3"}), "heat": ("heat", H, {"units": "W"}), **others},
    )


def meshes(figure: Figure) -> list[np.ma.MaskedArray]:
    return [
        one.get_array()
        for one in figure.findobj(QuadMesh)
        if one.get_array().size > 1 and one.axes.get_label() != "<colorbar>"
    ]


def hatches(figure: Figure) -> list[str]:
    return sorted(
        p.get_hatch() for axes in figure.axes for p in axes.patches if isinstance(p, Rectangle) and p.get_hatch()
    )


def frames(figure: Figure) -> list[tuple[float, float, float, float]]:
    found = [
        p
        for axes in figure.axes
        for p in axes.patches
        if isinstance(p, Rectangle) and to_hex(p.get_edgecolor()) == RED.lower()
    ]
    return [(*p.get_xy(), p.get_width(), p.get_height()) for p in found]


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for one in figure.legends for text in one.get_texts()]


@pytest.mark.parametrize(
    ("name", "unit", "value", "shown"),
    [
        ("a", "W", 14e6, (14.0, "MW")),
        ("a", "W", 900.0, (900.0, "W")),
        ("a", "J", 7.2e9, (2.0, "MWh")),
        ("a", "K", 348.15, (75.0, "°C")),
        ("a", "K", 5.0, (5.0, "K")),
        ("a", "Pa", 2.5e5, (2.5, "bar")),
        ("stop", "s", 86400.0, (24.0, "h")),
        ("a", "EUR/J", 1e-8, (36.0, "EUR/MWh")),
        ("a", "m3", 500.0, (500.0, "m³")),
        ("unmet_share", "1", 0.02, (2.0, "%")),
        ("COP", "1", 0.9, (0.9, "")),
        ("cost", "EUR", 3e6, (3000.0, "kEUR")),
        ("starts", "", 3.0, (3.0, "")),
    ],
)
def test_values_are_shown_in_units_for_people(name, unit, value, shown):
    edge = edge_of(name, unit, np.array([value, np.nan]))
    assert (pytest.approx(edge(np.array(value))), edge.unit) == shown


def test_a_difference_of_temperatures_is_never_shifted():
    assert edge_of("x", "K", np.array([-2.0, 160.0])) == Edge("K")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([500, 1000, 2000], ["500", "1\u202f000", "2\u202f000"]),
        ([12345.61, 12345.64], ["12\u202f345.61", "12\u202f345.64"]),
        ([0.5, 1.0, 2.25], ["0.50", "1.00", "2.25"]),
        ([1.2e-9, -3e-9], ["1.2e−9", "−3e−9"]),
        ([0.001, 0.0, 5000.0], ["0.001", "0", "5\u202f000"]),
        ([np.nan, 2.0], ["–", "2"]),
        ([0.1, 0.4642, 2.154, 10.0], ["0.1", "0.4642", "2.154", "10"]),
        ([2000000001, 2000000002], ["2.000000001e9", "2.000000002e9"]),
        ([1e-3, 20.001, 20.002, 90.0], ["0.001", "20.001", "20.002", "90"]),
        ([1e-9, 0.3, 0.1 + 0.2], ["1e−9", "0.3", "0.3"]),
    ],
)
def test_numbers_of_a_column_can_be_told_apart(values, texts):
    form = NumberFormat.of(values)
    assert [form(value) for value in values] == texts


def test_map_holds_the_figure_with_its_axes_the_right_way_round():
    drawn = heat_map(grid(), "T", x="volume", y="heat")
    (mesh,) = meshes(drawn)
    np.testing.assert_allclose(mesh.reshape(3, 4).filled(np.nan)[:, 1:3], (T - 273.15).T[:, 1:3])
    axes = drawn.axes[0]
    assert axes.get_xlabel() == "volume in m³"
    assert axes.get_ylabel() == "heat in MW"
    drawn.canvas.draw()
    assert [t.get_text() for t in axes.get_yticklabels()] == ["4", "8", "12"]


def test_map_does_not_depend_on_the_order_of_values_and_dimensions():
    turned = grid().isel(volume=[2, 0, 3, 1], heat=[1, 2, 0]).transpose("heat", "volume")
    (one,), (other,) = (meshes(heat_map(ds, "T", x="volume", y="heat")) for ds in (grid(), turned))
    np.testing.assert_array_equal(one.filled(-1.0), other.filled(-1.0))


def test_cells_without_a_value_say_why():
    drawn = heat_map(grid(), "T")
    assert hatches(drawn) == ["...", "////", "xx"]
    assert legend(drawn) == ["failed", "not run yet", "ended well without this figure", "left out by a constraint"]


def test_best_cell_is_framed_and_constraints_are_marked():
    ds = grid()
    allowed = ds["T"] > 345.0
    drawn = heat_map(ds, "T", x="volume", y="heat", best="lowest", allowed=allowed)
    # of 4 MW only the largest tank is above 345 K, by 1 K; all others of 8 and 12 MW are warmer
    ((left, low, width, height),) = frames(drawn)
    x, y = left + width / 2, low + height / 2
    drawn.canvas.draw()
    assert (round(x), round(y)) == (2000, 4)
    assert {"lowest", "does not meet the constraints"} <= set(legend(drawn))


def test_no_cell_is_framed_when_none_meets_the_constraints():
    assert not frames(heat_map(grid(), "T", best="lowest", allowed=grid()["T"] > 1e4))


def test_neighbours_that_are_very_near_are_not_taken_for_each_other():
    seeds = [2000000003, 2000000001, 2000000002]
    values = np.arange(9.0).reshape(3, 3) - 20.0 * np.diag([0, 1, 0])
    dims, coords = ("seed", "other"), {"seed": seeds, "other": seeds}
    ds = xr.Dataset({"y": (dims, values), "status": (dims, np.full((3, 3), "ok", dtype=object))}, coords)
    for best in ("lowest", {"seed": 2000000001.0, "other": 2000000001}):
        (left, low, width, height) = frames(heat_map(ds, "y", best=best))[0]
        assert (left + width / 2, low + height / 2) == (2000000001, 2000000001)
    three = ds.expand_dims(z=seeds).copy()
    drawn = heat_map(three, "y", x="seed", y="other", best={"seed": seeds[0], "other": seeds[0], "z": seeds[2]})
    assert len(frames(drawn)) == 1
    drawn = heat_map(three.where(three.z != seeds[1], 7.0), "y", x="seed", y="other", at={"z": seeds[1]})
    assert set(meshes(drawn)[0].ravel().tolist()) == {7.0}
    rows = three.stack(case=["z", "seed", "other"], create_index=False).assign(status=("case", ["ok"] * 27))
    drawn = heat_map(rows, "y", x="seed", y="other", best={"seed": seeds[1], "other": seeds[0], "z": seeds[0]})
    ring = [one for one in drawn.axes[0].findobj(PathCollection) if one.get_label() == "best case"]
    assert ring[0].get_offsets().tolist() == [[seeds[1], seeds[0]]]


@pytest.fixture(scope="module")
def cube(tmp_path_factory):
    """4 x 5 x 3 cases of the plant of formulas; those without a tank failed at the highest gain."""
    return open_sweep(made_sweep(tmp_path_factory.mktemp("cube")).path).load()


def test_three_names_make_a_panel_for_each_value_of_the_third_with_one_scale(cube):
    drawn = heat_map(cube, "cost_total", best={"storage_volume": 1000, "heat_capacity": 8e6, "gain": 1})
    assert [axes.get_title(loc="left") for axes in drawn.axes[:3]] == ["gain = 0.5", "gain = 1.0", "gain = 2.0"]
    found = [one for one in drawn.findobj(QuadMesh) if one.axes in drawn.axes[:3]]
    assert len({one.norm for one in found}) == 1
    assert len(frames(drawn)) == 1
    assert frames(drawn)[0][:2] != (0.0, 0.0)


@pytest.mark.parametrize(("over", "numpy"), [("lowest", np.nanmin), ("highest", np.nanmax), ("mean", np.nanmean)])
def test_cells_over_other_names_are_those_of_numpy(cube, over, numpy):
    ds = cube
    (mesh,) = meshes(heat_map(ds, "cost_total", x="heat_capacity", y="storage_volume", over=over))
    np.testing.assert_allclose(mesh.reshape(4, 5), numpy(ds["cost_total"].values, axis=2), rtol=1e-14)


def test_a_cell_of_several_cases_says_that_some_have_no_value(cube):
    failed = int((cube["status"] == "failed").sum())
    for over in ("lowest", "mean"):
        words = heat_map(cube, "cost_total", x="heat_capacity", y="storage_volume", over=over)._suptitle.get_text()
        assert f"{over} over gain, without {failed} of 60 cases that have no value" in " ".join(words.split())
    whole = heat_map(cube.isel(storage_volume=slice(1, None)), "cost_total", over="mean", facet="gain")
    assert "without" not in whole._suptitle.get_text()


def test_lowest_over_other_names_takes_allowed_cases_where_there_are_some(cube):
    ds = cube
    allowed = ds["gain"].broadcast_like(ds["cost_total"]).transpose(*ds["cost_total"].dims) != 1.0
    drawn = heat_map(ds, "cost_total", x="heat_capacity", y="storage_volume", over="lowest", allowed=allowed)
    expected = np.nanmin(ds["cost_total"].values[:, :, [0, 2]], axis=2)
    np.testing.assert_allclose(meshes(drawn)[0].reshape(4, 5), expected, rtol=1e-14)


def test_a_cut_is_at_the_value_asked_for(cube):
    ds = cube
    (mesh,) = meshes(heat_map(ds, "co2_total", x="heat_capacity", y="storage_volume", at={"gain": 1}))
    np.testing.assert_allclose(mesh.reshape(4, 5), ds["co2_total"].sel(gain=1.0).values)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"figure": "cost_totl"}, "did you mean 'cost_total'"),
        ({"x": "storage_volum"}, "did you mean 'storage_volume'"),
        ({"at": {"gain": 3.0}}, "gain has no value 3.0"),
        ({"at": {"gains": 1.0}}, "did you mean 'gain'"),
        ({"over": "median"}, "'median' is unknown"),
        ({"best": "least"}, "'least' is unknown"),
        ({"facet": "storage_volume", "x": "storage_volume"}, "no swept name that is free"),
    ],
)
def test_a_wrong_name_is_said(cube, arguments, said):
    with pytest.raises(UsageError, match=said):
        heat_map(cube, **{"figure": "cost_total", **arguments})


def test_text_and_one_name_have_no_map():
    with pytest.raises(UsageError, match="text"):
        heat_map(grid(), "word")
    with pytest.raises(UsageError, match="two swept names"):
        heat_map(grid().isel(heat=0, drop=True), "T")


def samples() -> xr.Dataset:
    rng = np.random.default_rng(3)
    a, b = rng.uniform(1.0, 9.0, 80), rng.uniform(0.0, 1.0, 80)
    status = np.array(["ok"] * 70 + ["failed"] * 6 + ["missing"] * 4, dtype=object)
    return xr.Dataset(
        {"y": ("case", np.where(status == "ok", 3 * a + b, np.nan)), "status": ("case", status)},
        {"a": ("case", a), "b": ("case", b), "kind": ("case", np.where(b > 0.5, "u", "v").astype(object))},
    )


def test_samples_are_points_and_the_best_is_ringed():
    ds = samples()
    drawn = heat_map(ds, "y", x="a", y="b", best="highest", allowed=ds["y"] < 25.0)
    clouds = [one.get_offsets() for one in drawn.axes[0].findobj(PathCollection)]
    inside = int((ds["y"] < 25.0).sum())
    assert [len(points) for points in clouds] == [70 - inside, inside, 6, 4, 1]
    best = int(np.nanargmax(np.where(ds["y"] < 25.0, ds["y"], np.nan)))
    np.testing.assert_allclose(clouds[-1][0], [ds["a"][best], ds["b"][best]])
    assert legend(drawn) == ["does not meet the constraints", "failed", "not run yet", "highest"]


def test_means_are_over_complete_sets_only():
    values = np.array([[1.0, 2.0, 3.0], [10.0, np.nan, 30.0], [np.nan] * 3])
    means, count = complete_means(values)
    assert count == 2
    np.testing.assert_allclose(means, [2.0, 20.0, np.nan])


def test_main_effects_are_means_over_the_other_names(cube):
    ds = cube
    drawn = main_effects(ds, "co2_total", ["heat_capacity", "gain"])
    lines = [[line for line in axes.get_lines() if line.get_linestyle() == "-"] for axes in drawn.axes]
    # CO2 does not depend on the volume; sets with failed cases (gain 2 without a tank) are not in the mean over gain
    np.testing.assert_allclose(lines[0][0].get_xdata(), [4.0, 6.0, 8.0, 10.0, 12.0])
    full = ds["co2_total"].values
    sets = np.moveaxis(full, 1, 0).reshape(5, -1)
    np.testing.assert_allclose(lines[0][0].get_ydata(), sets[:, np.isfinite(sets).all(axis=0)].mean(axis=1))
    np.testing.assert_allclose(np.diff(lines[1][0].get_ydata()), [0.15, 0.3])
    assert "with failed cases" in legend(drawn)


def test_main_effects_of_one_name_are_its_cases(cube):
    one = cube.isel(heat_capacity=2, gain=1, drop=True)
    (line,) = main_effects(one, "cost_total").axes[0].get_lines()
    np.testing.assert_array_equal(line.get_ydata(), one["cost_total"].values)


def test_medians_are_of_neighbours():
    x = np.arange(64.0)
    found = medians(x[::-1], (x**2)[::-1])
    groups = x.reshape(8, 8)
    np.testing.assert_allclose(found[0], np.median(groups, axis=1))
    np.testing.assert_allclose(found[1], np.median(groups**2, axis=1))


def test_parallel_coordinates_have_a_line_for_each_case():
    ds = samples()
    drawn = parallel_coordinates(ds, "y", best=[3, 5], allowed=ds["y"] < 25.0)
    lines = [one.get_segments() for one in drawn.axes[0].findobj(LineCollection)]
    inside = int((ds["y"] < 25.0).sum())
    marked_inside = int((ds["y"][[3, 5]] < 25.0).sum())
    assert [len(one) for one in lines] == [70 - inside, inside - marked_inside, 6, 2, 2]
    assert {len(segment) for segment in lines[2]} == {3}  # failed ones end before the figure
    a, y = ds["a"].values, ds["y"].values
    height = (y[3] - np.nanmin(y)) / np.ptp(y[:70])
    np.testing.assert_allclose(lines[-1][0][[0, -1], 1], [(a[3] - a.min()) / np.ptp(a), height])


def test_numbers_of_best_cases_count_cells_that_were_left_out():
    drawn = parallel_coordinates(grid(), "T", best=[6])  # 1000 m3, 4 MW; (0, 2) was left out
    line = drawn.axes[0].findobj(LineCollection)[-1].get_segments()[0]
    np.testing.assert_allclose(line[:2, 1], [0.5, 0.0])


def test_parallel_coordinates_of_many_cases_say_so():
    number = 5000
    ds = xr.Dataset(
        {"y": ("case", np.arange(number, dtype=float)), "status": ("case", np.full(number, "ok", dtype=object))},
        {"a": ("case", np.arange(number, dtype=float))},
    )
    even = set(np.linspace(0, number - 1, 2000).round().astype(int).tolist())
    best = next(k for k in range(4000, number) if k not in even)
    drawn = parallel_coordinates(ds, "y", best=[best])
    drawn.canvas.draw()
    assert "2001 of 5000 cases" in drawn._suptitle.get_text()
    found = [segment for one in drawn.axes[0].findobj(LineCollection) for segment in one.get_segments()]
    assert len(found) == 2002  # the best one twice, with its white border
    assert any(np.allclose(segment[:, 1], best / (number - 1)) for segment in found[-1:])


def test_bars_are_the_indices_strongest_on_top():
    names = np.array(["a", "b", "c"], dtype=object)
    indices = xr.Dataset(
        {
            "S1": (("figure", "parameter"), [[0.1, 0.7, -0.01]]),
            "ST": (("figure", "parameter"), [[0.2, 0.8, 0.0]]),
            "cases_used": ("figure", [100]),
            "cases_left_out": ("figure", [8]),
            "figure_units": ("figure", ["EUR"]),
        },
        {"figure": ["cost"], "parameter": names},
        {"method": "Sobol"},
    )
    drawn = sensitivity_bars(indices)
    axes = drawn.axes[0]
    total, alone = ([bar.get_width() for bar in group] for group in axes.containers)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["c", "a", "b"]
    assert (total, alone) == ([0.0, 0.2, 0.8], [0.0, 0.1, 0.7])
    assert axes.get_title(loc="left") == "cost\n100 cases, 8 left out"
    with pytest.raises(UsageError, match="did you mean 'cost'"):
        sensitivity_bars(indices, "costs")
    with pytest.raises(UsageError, match=r"draws indices, not a sweep; give sensitivity_bars\(heatsim\.sensitivity"):
        sensitivity_bars(xr.Dataset({"cost": ("case", [1.0, 2.0])}))


def test_bars_that_are_not_there_say_why():
    nothing = np.full((2, 2), np.nan)
    notes = np.array(["does not vary", "5 of 25 cells of the grid have a value; shares need 8"], dtype=object)
    counts = {name: ("figure", [5, 5]) for name in ("cases_used", "cases_left_out")}
    indices = xr.Dataset(
        {"S1": (("figure", "parameter"), nothing), "note": ("figure", notes), **counts},
        {"figure": ["a", "b"], "parameter": ["x", "y"]},
    )
    said = [text.get_text() for axes in sensitivity_bars(indices).axes for text in axes.texts]
    assert said == ["does not vary", "too few cases with a value"]


def test_effects_of_trajectories_have_the_unit_of_the_figure():
    indices = xr.Dataset(
        {name: (("figure", "parameter"), [[5.0, 300.0]]) for name in ("mu_star", "mu_star_conf", "sigma")}
        | {"cases_used": ("figure", [9]), "cases_left_out": ("figure", [0]), "figure_units": ("figure", ["K"])},
        {"figure": ["T"], "parameter": ["a", "b"]},
    )
    axes = sensitivity_bars(indices).axes[0]
    # a difference of 300 K is not 26.85 °C
    assert [bar.get_width() for bar in axes.patches] == [5.0, 300.0]
    assert axes.get_xlabel() == "effect over the whole range in K"


@pytest.mark.parametrize("panels", [1, 3])
@pytest.mark.parametrize(("columns", "scale"), [(4, 1.0), (7, 1.0), (12, 1.0), (7, 1e3), (12, 1e3)])
def test_values_are_written_where_they_have_room(panels, columns, scale):
    names = {"volume": np.arange(1.0, columns + 1), "heat": np.arange(1.0, 6.0), "gain": np.arange(1.0, panels + 1)}
    cost = scale * (3.4 + sum(np.meshgrid(*(value / 100.0 for value in names.values()), indexing="ij")))
    data = {"cost": (tuple(names), cost, {"units": "EUR"}), "status": (tuple(names), np.full(cost.shape, "ok", object))}
    figure = heat_map(xr.Dataset(data, names), "cost", x="volume", y="heat", facet="gain")
    figure.draw_without_rendering()
    for axes in figure.axes[:panels]:
        boxes = sorted(
            (text.get_window_extent() for text in axes.texts if text.get_rotation() == 0), key=lambda b: b.x0
        )
        contours = len(axes.texts) < columns * 5
        overlaps = [a for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
        assert contours or not overlaps
    assert columns > 4 or len(figure.axes[0].texts) == 20


def test_legend_of_one_panel_of_bars_stays_in_the_picture():
    names = ("mu_star", "mu_star_conf", "sigma", "mu")
    indices = xr.Dataset(
        {
            **{name: (("figure", "parameter"), [[3.0, 1.0]]) for name in names},
            **{name: ("figure", [40]) for name in ("cases_used", "cases_left_out")},
            "figure_units": ("figure", ["EUR"]),
        },
        {"figure": ["cost"], "parameter": ["a", "b"]},
    )
    drawn = sensitivity_bars(indices)
    drawn.canvas.draw()
    assert drawn.legends[0].get_window_extent().x1 <= drawn.bbox.x1
