import math

import numpy as np
import pytest
from sweep_folders import kept_sweep
from synthetic_sweeps import collected

from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.findings.best import best, meets
from heatsim.sweeps.findings.table import case_table

FIGURES = {
    "cost": lambda case: 1000.0 / case["V"] + case["V"] / 100.0 + (5.0 if case["m"] == "x" else 0.0),
    "T_min": lambda case: 340.0 + case["V"] / 100.0,
    "heat": lambda case: case["V"] / 100.0,
    "solver": lambda case: "fast" if case["V"] > 300 else "slow",
    "converged": lambda case: case["V"] != 400.0,
}
UNITS = {"T_min": "K", "heat": "MWh", "cost": "EUR"}
OVER = {"V": "range(100m3, 1000m3, 10)", "m": ["x", "y"]}


def _sweep(failed=(), **options):
    return collected(design(OVER, **options), FIGURES, failed, UNITS)


def test_the_best_cases_come_first():
    found = best(_sweep(), "cost", 3)
    # 1000 / V + V / 100 without the 5 of x: 3.33 + 3, 2.5 + 4, 5 + 2
    assert found[["V", "m"]].values.tolist() == [[300.0, "y"], [400.0, "y"], [200.0, "y"]]
    assert list(found.columns) == ["V", "m", "cost", "T_min", "heat", "solver", "converged"]
    assert found.index.tolist() == [5, 7, 3]
    units = {name: unit for name, unit in found.attrs["units"].items() if unit}
    assert units == {"V": "m3", "cost": "EUR", "T_min": "K", "heat": "MWh"}
    assert (found.attrs["cases"], found.attrs["left"]) == (20, 20)


def test_large_may_be_good_and_equal_cases_stay_in_order():
    found = best(_sweep(), "T_min", 3, largest=True)
    assert found[["V", "m"]].values.tolist() == [[1000.0, "x"], [1000.0, "y"], [900.0, "x"]]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("T_min >= 75degC", [900.0, 1000.0]),  # 348.15 K: V of 815 m3 and more
        ("heat > 8MWh", [900.0, 1000.0]),
        ("heat > 28.8GJ", [900.0, 1000.0]),
        ("V <= 200m3", [200.0, 100.0]),
        ("solver == 'slow' and m == 'y'", [300.0, 200.0, 100.0]),
        ("converged == False", [400.0]),
        ("cost < 6.4", [300.0]),
    ],
)
def test_constraints_over_figures_and_swept_names(constraint, expected):
    found = best(_sweep(), "cost", 20, constraints=[constraint, "m == 'y'"])
    assert found["V"].tolist() == expected
    assert found.attrs["left"] == len(expected)
    assert found.attrs["unmet"]["m == 'y'"] == 10


def test_switches_of_a_dataset_are_switches_and_infinite_figures_are_no_best_ones(tmp_path):
    def study(case):
        return {"cop": math.inf if case["V"] == 2 else float(case["V"]), "converged": case["V"] > 1, "time": 3.0}

    folder = kept_sweep(tmp_path / "sweep", {"V": [1, 2, 3], "on": [True, False]}, study).path
    for text in ("converged == True", "converged == 1", "converged != False"):
        found = best(folder, "cop", largest=True, constraints=[text, "on == True", "time < 4"])
        assert (found["V"].tolist(), found["on"].tolist()) == ([3], [True])
        assert found.attrs["without_value"] == 2
    assert best(folder, "time")["time"].tolist() == [3.0] * 6
    with pytest.raises(UsageError, match="compares a number with a switch"):
        best(folder, "cop", constraints=["converged == 2 or on == 2"])


def test_failed_cases_and_cells_left_out_are_no_good_cases():
    # point 5 is V = 300, y: the best
    found = best(_sweep(failed=[5, 0]), "cost", 30)
    assert found.iloc[0]["V"] == 400.0
    assert len(found) == 18
    assert found.attrs["not_ok"] == 2
    thinned = best(_sweep(constraints=["V > 300m3"]), "cost", 30)
    assert len(thinned) == 14
    assert thinned.attrs["not_ok"] == 6


def test_a_figure_that_is_nan_is_no_best_case():
    sweep = collected(design({"a": [1.0, 2.0, 3.0]}), {"y": lambda c: float("nan") if c["a"] == 2.0 else c["a"]})
    found = best(sweep, "y")
    assert found["a"].tolist() == [1.0, 3.0]
    assert found.attrs["without_value"] == 1
    assert best(sweep, "y", constraints=["not y > 100"])["a"].tolist() == [1.0, 3.0]


def test_no_case_left_is_an_empty_table_that_says_why():
    found = best(_sweep(), "cost", constraints=["T_min >= 99degC", "V > 100"])
    assert len(found) == 0
    assert found.attrs["unmet"] == {"T_min >= 99degC": 20, "V > 100": 2}


def test_parts_of_a_sweep_and_of_samples():
    whole = _sweep()
    assert best(whole.sel(m="x"), "cost", 1)["V"].tolist() == [300.0]
    assert best(whole.sel(m="x"), "cost", 1)["m"].tolist() == ["x"]
    assert best(whole.sel(m="x", V=500.0), "cost")["cost"].tolist() == [12.0]
    assert best(whole.transpose("m", "V"), "cost", 1)[["V", "m"]].values.tolist() == [[300.0, "y"]]
    sample = collected(design({"V": (100, 1000), "m": ["x", "y"]}, sample="lhs:50"), FIGURES, units=UNITS)
    lowest = best(sample, "cost", 1)
    assert lowest["cost"].item() == np.nanmin(sample["cost"])


def test_wrong_calls_get_one_line():
    sweep = _sweep()
    with pytest.raises(UsageError, match=r"figure 'costs' is unknown \(did you mean 'cost'\?\)"):
        best(sweep, "costs")
    with pytest.raises(UsageError, match="'V' is swept"):
        best(sweep, "V")
    with pytest.raises(UsageError, match="'solver' is no number"):
        best(sweep, "solver")
    with pytest.raises(UsageError, match="n = 0"):
        best(sweep, "cost", 0)
    with pytest.raises(UnitError, match="different quantities"):
        best(sweep, "cost", constraints=["T_min > 5MW"])
    with pytest.raises(UsageError, match="names neither"):
        best(sweep, "cost", constraints=["1 < 2"])
    with pytest.raises(UsageError, match="not the Dataset of a sweep"):
        best(sweep.drop_attrs(), "cost")


def test_cells_that_meet_constraints_lie_as_the_dataset_does():
    sweep = _sweep()
    met, _ = meets(case_table(sweep), ["V > 800m3", "m == 'x'"])
    assert np.array_equal(met.reshape(10, 2), np.outer(sweep.V.values > 800.0, [True, False]))
