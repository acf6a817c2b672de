"""What a report shows unasked: shares of variance with a known answer, figures that tell something, and why."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.report.choices import objective, strengths, telling


def sweep(**figures) -> xr.Dataset:
    """6 x 7 cases, all well; figures are functions of a and b, or pairs with a unit."""
    a, b = np.meshgrid(np.linspace(-1.0, 1.0, 6), np.linspace(-1.0, 1.0, 7), indexing="ij")
    data = {}
    for name, given in figures.items():
        function, unit = given if isinstance(given, tuple) else (given, "1")
        data[name] = (("a", "b"), function(a, b), {"units": unit})
    status = np.full(a.shape, "ok", dtype=object)
    return xr.Dataset({**data, "status": (("a", "b"), status)}, {"a": a[:, 0], "b": b[0]})


def test_strengths_of_a_sum_are_the_shares_of_its_parts():
    ds = sweep(y=lambda a, b: 3.0 * a + b)
    va, vb = 9.0 * np.var(ds["a"].values), np.var(ds["b"].values)
    found = strengths(ds, "y")
    assert found == pytest.approx({"a": va / (va + vb), "b": vb / (va + vb)}, rel=1e-12)


def test_strengths_leave_failed_cases_out():
    ds = sweep(y=lambda a, b: a + 0.0 * b)
    ds["y"][2, 3] = np.nan
    assert strengths(ds, "y")["a"] == pytest.approx(1.0)


def test_strengths_of_samples_come_from_groups():
    rng = np.random.default_rng(1)
    a, b = rng.uniform(-1.0, 1.0, (2, 4000))
    ds = xr.Dataset(
        {"y": ("case", a**2), "status": ("case", np.full(4000, "ok", dtype=object))},
        {"a": ("case", a), "b": ("case", b)},
    )
    found = strengths(ds, "y")
    assert found["a"] > 0.9  # eight groups of equal size do not resolve all of it
    assert found["b"] < 0.01


def test_figures_that_say_nothing_are_left_out_with_the_reason():
    ds = sweep(
        cost_total=(lambda a, b: 100.0 + a, "EUR"),
        cost_gas=(lambda a, b: 5.0 + 2.0 * a, "EUR"),
        saved=lambda a, b: -((a + 2.0) ** 3),
        steps=lambda a, b: 7.0 + 0.0 * a,
        own=lambda a, b: 1.0 + b,
        small=lambda a, b: 100.0 + (a - b) ** 2,
        tiny=lambda a, b: 100000.0 + (a - b) ** 3,
        cost_per_heat=(lambda a, b: b - a, "EUR/MWh"),
        energy_residual=lambda a, b: a * b,
    )
    shown = telling(ds, [], ["cost_total"])
    assert list(shown.figures) == ["cost_total", "own", "small"]
    assert "decides on the best case" in shown.figures["cost_total"]
    assert "rises and falls with cost_total" in shown.left_out["cost_gas"]
    assert "falls as cost_total rises" in shown.left_out["saved"]
    assert "the same in all cases" in shown.left_out["steps"]
    assert "the same in all cases" in shown.left_out["tiny"]
    assert "another cost" in shown.left_out["cost_per_heat"]


def test_figures_asked_for_are_all_shown():
    ds = sweep(p=lambda a, b: a, q=lambda a, b: 2.0 * a)
    assert list(telling(ds, ["q", "p"], []).figures) == ["q", "p"]
    with pytest.raises(UsageError, match="did you mean 'p_long'"):
        telling(sweep(p_long=lambda a, b: a), ["p_lon"], [])


def test_a_cost_decides_when_nothing_was_asked_for():
    ds = sweep(heat=(lambda a, b: a, "J"), cost_of_it=(lambda a, b: a, "EUR"), cost_total=(lambda a, b: b, "EUR"))
    found = objective(ds, None, False)
    assert (found.figure, found.word) == ("cost_total", "lowest")
    assert "none was asked for" in found.why
    assert objective(sweep(heat=(lambda a, b: a, "J"), cost_words=lambda a, b: a), None, False) is None
    assert objective(ds, "heat", True).word == "highest"
