"""The figure of any run: units at the edge, one panel a unit, arrays as bundles, a legend that names all."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim import plot
from heatsim.errors import UsageError


def run_of(**variables: tuple[str, str, np.ndarray]) -> xr.Dataset:
    """Return a Dataset from name = (unit, description, values)."""
    data = {}
    for name, (unit, text, values) in variables.items():
        dims = ("time",) if values.ndim == 1 else ("time", f"{name}_index")
        data[name] = xr.Variable(dims, values, {"units": unit, "long_name": text})
    return xr.Dataset(data, coords={"time": ("time", np.linspace(0.0, 7200.0, 61))})


RAMP = np.linspace(0.0, 1.0, 61)


@pytest.mark.parametrize(
    ("unit", "values", "expected", "largest"),
    [
        ("K", 300 + 50 * RAMP, "°C", 76.85),
        ("K", 12 * RAMP, "K", 12),
        ("W", 2.5e6 * RAMP, "MW", 2.5),
        ("W", -2.5e4 * RAMP, "kW", 0),
        ("W", 5 * RAMP, "W", 5),
        ("Pa", 4e5 * RAMP, "bar", 4),
        ("Pa", 4e4 * RAMP, "kPa", 40),
        ("1", RAMP, "%", 100),
        ("1", 4 * RAMP, "1", 4),
        ("kg/s", RAMP, "kg/s", 1),
    ],
)
def test_units_for_people(unit: str, values: np.ndarray, expected: str, largest: float) -> None:
    shown, converted = plot.edge_units(unit, values)
    assert shown == expected
    assert converted.max() == pytest.approx(largest)


def test_variables_are_grouped_by_unit_and_named() -> None:
    ds = run_of(
        T_out=("K", "Water leaving", 300 + 50 * RAMP),
        P=("W", "Electric power", 2e6 * RAMP),
        P_pump=("W", "Power of the pump", 3e3 * RAMP),
        P_fans=("W", "Power of the fans", 1e5 + 0 * RAMP),
        T=("K", "Water, per layer", 300 + RAMP[:, None] * np.arange(8)),
        load=("1", "Load of the machine", RAMP),
        pair=("kg/s", "Flow", RAMP[:, None] * np.arange(1, 3)),
    )
    figure = plot.variables(ds, list(map(str, ds.data_vars)), heading="A tank")
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels == ["temperature in °C", "power in MW", "power in kW", "share in %", "mass flow in kg/s"]
    legends = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes]
    assert legends[0] == ["Water leaving", "Water, per layer, first", "last"]
    assert legends[2] == ["Power of the pump", "Power of the fans"]
    assert legends[4] == ["Flow, 1", "…, 2"]
    assert len(figure.axes[0].get_lines()) == 9
    assert figure.axes[-1].get_xlabel() == "time in min"
    assert figure.get_suptitle() == "A tank"


def test_values_are_drawn_at_the_edge_units() -> None:
    ds = run_of(P=("W", "Electric power", 2e6 * RAMP))
    line = plot.variables(ds, ["P"], heading="x").axes[0].get_lines()[0]
    assert line.get_ydata() == pytest.approx(2 * RAMP)


def test_a_small_curve_beside_a_large_one_of_its_unit_has_a_panel_of_its_own() -> None:
    ds = run_of(m=("kg/s", "Flow", 100 * RAMP), leak=("kg/s", "Leak", 0.1 * RAMP))
    assert len(plot.variables(ds, ["m", "leak"], heading="x").axes) == 2


def test_an_axis_begins_at_zero_unless_that_hides_how_the_values_vary() -> None:
    def lowest(values: np.ndarray) -> float:
        return plot.variables(run_of(m=("kg/s", "Flow", values)), ["m"], heading="x").axes[0].get_ylim()[0]

    assert lowest(50 * RAMP) < 0.0
    assert lowest(50 + 100 * RAMP) == 0.0
    assert 99 < lowest(100 + 2 * RAMP) < 100
    assert lowest(100 + 0 * RAMP) == 0.0


def test_a_nearly_constant_temperature_looks_constant_and_is_inside_the_frame() -> None:
    axes = plot.variables(run_of(T=("K", "Water", 343.15 + 1e-3 * RAMP)), ["T"], heading="x").axes[0]
    low, high = axes.get_ylim()
    assert low < 69.5
    assert high > 70.5


def test_a_curve_on_top_of_others_lets_them_shine_through() -> None:
    ds = run_of(a=("K", "One", 300 + 50 * RAMP), b=("K", "Two", 300 + 50 * RAMP), c=("K", "Three", 310 + 50 * RAMP))
    first, second, third = plot.variables(ds, ["a", "b", "c"], heading="x").axes[0].get_lines()
    assert first.get_linestyle() == third.get_linestyle() == "-"
    assert second.get_linestyle() == "--"


def test_growth_over_decades_has_a_logarithmic_axis_and_a_flow_that_stops_has_not() -> None:
    stop = np.where(RAMP < 0.6, 1.0, 1e-7)
    ds = run_of(Re=("1", "Reynolds number", 10 ** (8 * RAMP)), m=("kg/s", "Flow", stop))
    assert [axes.get_yscale() for axes in plot.variables(ds, ["Re", "m"], heading="x").axes] == ["log", "linear"]


def test_a_long_title_is_broken_into_lines() -> None:
    figure = plot.variables(run_of(P=("W", "Power", RAMP)), ["P"], heading="many words " * 12)
    assert max(map(len, figure.get_suptitle().splitlines())) <= 80


@pytest.mark.parametrize(
    ("length", "label", "ticks"),
    [
        (60.0, "time in s", 10.0),
        (1800.0, "time in min", 5.0),
        (7200.0, "time in min", 15.0),
        (14400.0, "time in h", 0.5),
        (86400.0, "time in h", 3.0),
        (365 * 86400.0, "time in d", 50.0),
    ],
)
def test_time_has_the_unit_and_the_ticks_of_its_length(length: float, label: str, ticks: float) -> None:
    ds = run_of(P=("W", "Power", RAMP)).assign_coords(time=np.linspace(0.0, length, 61))
    axes = plot.variables(ds, ["P"], heading="x").axes[0]
    assert axes.get_xlabel() == label
    assert np.diff(axes.get_xticks())[0] == pytest.approx(ticks)


def test_nothing_to_draw_is_an_error() -> None:
    ds = run_of(P=("W", "Electric power", RAMP))
    with pytest.raises(UsageError, match="no variable to plot"):
        plot.variables(ds, [], heading="x")
    with pytest.raises(UsageError, match="which the run does not hold"):
        plot.variables(ds, ["p"], heading="x")
