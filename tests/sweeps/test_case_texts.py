"""Values of cases for people: the units of plots, and those that programs read back are what was swept."""

from __future__ import annotations

import xarray as xr

from heatsim.plot.sweep_values import quantity
from heatsim.sweeps.case_texts import CaseTexts
from heatsim.sweeps.collection.coordinates import coordinates
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.keeping.definition import Definition

OVER = {
    "volume": "choices(500m3,1500m3)",
    "supply": "range(70degC,80.3degC,3)",
    "heat": "logrange(500kW,12MW,4)",
    "mode": ["a", "b"],
    "on": [True, False],
    "price": "choices(50EUR/MWh,80EUR/MWh)",
}


def definition() -> Definition:
    return Definition("study", {}, design(OVER))


def test_values_are_in_the_units_of_plots() -> None:
    one = definition()
    texts = CaseTexts(one)
    assert texts.headings == ("volume [m³]", "supply [°C]", "heat [MW]", "mode", "on", "price [EUR/MWh]")
    ds = xr.Dataset(coords=coordinates(one))
    for name, heading in zip(ds.coords, texts.headings, strict=True):
        assert quantity(ds, str(name)).heading == heading
    first = next(iter(one.cases()))
    written = texts.line(first).replace("\u00a0", " ").replace("\u202f", " ")
    assert written == "volume = 500 m³, supply = 70.00 °C, heat = 0.50 MW, mode = a, on = True, price = 50 EUR/MWh"
    assert texts.rows([tuple(first.values.values())])[0][:2] == ("500", "70.00")


def test_plain_values_convert_back_to_those_of_the_case() -> None:
    one = definition()
    texts = CaseTexts(one)
    for case in one.cases():
        volume, supply, heat, mode, on, price = texts.plain(case)
        assert float(volume) == case["volume"]
        assert abs(float(supply) + 273.15 - case["supply"]) < 1e-9  # type: ignore[operator]
        assert abs(float(heat) * 1e6 / case["heat"] - 1.0) < 1e-11  # type: ignore[operator]
        assert (mode, on) == (case["mode"], str(case["on"]))
        assert price in ("50", "80")
