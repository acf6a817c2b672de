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
    assert figure.axes[-1].get_xlabel() == "time in h"
    assert figure.get_suptitle() == "A tank"


def test_values_are_drawn_at_the_edge_units() -> None:
    ds = run_of(P=("W", "Electric power", 2e6 * RAMP))
    line = plot.variables(ds, ["P"], heading="x").axes[0].get_lines()[0]
    assert line.get_ydata() == pytest.approx(2 * RAMP)


def test_a_small_curve_beside_a_large_one_of_its_unit_has_a_panel_of_its_own() -> None:
    ds = run_of(m=("kg/s", "Flow", 100 * RAMP), leak=("kg/s", "Leak", 0.1 * RAMP))
    assert len(plot.variables(ds, ["m", "leak"], heading="x").axes) == 2


def test_nothing_to_draw_is_an_error() -> None:
    ds = run_of(P=("W", "Electric power", RAMP))
    with pytest.raises(UsageError, match="no variable to plot"):
        plot.variables(ds, [], heading="x")
    with pytest.raises(UsageError, match="which the run does not hold"):
        plot.variables(ds, ["p"], heading="x")
