import itertools
import json

import numpy as np
import pytest

from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.case import identifier
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.design.points import Design
from heatsim.sweeps.keeping.definition import Definition, read_definition, write_definition


def test_a_grid_has_all_combinations_in_row_major_order():
    found = design({"a": "range(1,2,2)", "m": ["x", "y", "z"], "b": 5.0})
    assert found.points == tuple(itertools.product((1.0, 2.0), ("x", "y", "z"), (5.0,)))
    assert found.dims == ("a", "m", "b")
    assert found.shape == (2, 3, 1)
    assert found.positions().tolist() == list(range(6))
    assert next(iter(found)) == {"a": 1.0, "m": "x", "b": 5.0}


def test_a_constraint_leaves_cells_of_a_grid_out_and_the_others_keep_their_place():
    found = design(
        {"storage_volume": "range(500m3, 2000m3, 4)", "heat_capacity": "choices(10MW, 20MW)"},
        constraints=["storage_volume >= 100 * heat_capacity / 1e6"],
    )
    # 10 MW: 1000 m3 or more, 20 MW: 2000 m3 or more; the limits themselves are met
    assert found.points == ((1000.0, 10e6), (1500.0, 10e6), (2000.0, 10e6), (2000.0, 20e6))
    assert found.left_out == 4
    assert found.shape == (4, 2)
    cells = np.zeros(8, dtype=bool)
    cells[found.positions()] = True
    assert cells.reshape(4, 2).tolist() == [[False, False], [True, False], [True, False], [True, True]]
    assert str(found) == "grid over storage_volume, heat_capacity: 4 cases, 4 left out by constraints"


def test_one_constraint_may_be_a_text():
    assert design({"a": [1, 2, 3]}, constraints="a > 1") == design({"a": [1, 2, 3]}, constraints=["a > 1"])


def test_constraints_are_exact_at_their_limit():
    # in floating point 3 * 0.1 is larger than 0.3, and 0.1 + 0.2 too
    assert len(design({"a": [0.1], "b": [0.3]}, constraints=["3 * a <= b"])) == 1
    assert len(design({"a": [0.1], "b": [0.2]}, constraints=["a + b == 0.3"])) == 1


def test_constraints_may_name_settings_but_not_these_alone():
    over, settings = {"V": [500.0, 2000.0]}, {"heat_capacity": 10e6, "preset": "winter"}
    found = design(over, constraints=["V >= 100 * heat_capacity / 1e6 and preset == 'winter'"], settings=settings)
    assert found.points == ((2000.0,),)
    with pytest.raises(UsageError, match="names nothing that is swept; swept are V"):
        design(over, constraints=["heat_capacity > 1MW"], settings=settings)


def test_units_that_the_study_knows():
    known = {"V": "m3", "heat_capacity": "W"}.get
    design({"V": "range(1l, 2m3, 3)"}, unit_of=known)
    with pytest.raises(UnitError, match=r"V: the values were given in 'W', .* converts to 'm3'"):
        design({"V": "range(1MW, 2MW, 3)"}, unit_of=known)
    with pytest.raises(UnitError, match="different quantities"):
        design({"V": [1.0, 2.0]}, constraints=["V > 1MW"], unit_of=known)
    with pytest.raises(UnitError, match="different quantities"):
        design({"V": [1.0, 2.0]}, constraints=["V > heat_capacity"], settings={"heat_capacity": 1e6}, unit_of=known)


def test_zip_takes_values_in_step():
    found = design({"a": "range(1,3,3)", "m": ["x", "x", "y"], "b": "5MW"}, sample="zip")
    assert found.points == ((1.0, "x", 5e6), (2.0, "x", 5e6), (3.0, "y", 5e6))
    assert found.dims == ("case",)
    assert found.shape == (3,)
    assert found.axes[1].values == ("x", "y")
    assert found.axes[2].units == "W"
    with pytest.raises(UsageError, match="'b' has 2 values and 'a' has 3"):
        design({"a": [1, 2, 3], "b": [1, 2]}, sample="zip")


def test_a_list_of_cases():
    cases = [{"a": "1MW", "m": "x"}, {"m": "y", "a": "500kW"}]
    found = design(cases)
    assert found == design(cases, sample="list")
    assert (found.method, found.points) == ("list", ((1e6, "x"), (5e5, "y")))
    with pytest.raises(UsageError, match=r"case 1 has 'a' and case 2 has not \(did you mean 'aa'\?\)"):
        design([{"a": 1}, {"aa": 2}])
    with pytest.raises(UsageError, match="case 2 has 'b' and case 1 has not"):
        design([{"a": 1}, {"a": 2, "b": 3}])
    with pytest.raises(UsageError, match="two cases are equal: a = 1, m = x"):
        design([{"a": 1.0, "m": "x"}, {"a": 2.0, "m": "x"}, {"a": 1.0, "m": "x"}])


@pytest.mark.parametrize(
    ("over", "options", "says"),
    [
        ({}, {}, "nothing is swept"),
        ([], {}, "list of cases is empty"),
        ("a=1", {}, "mapping"),
        ([1, 2], {}, "mapping"),
        ({"a": [1, 2]}, {"sample": "list"}, "list of cases"),
        ([{"a": 1}], {"sample": "lhs:5"}, "sample='list'"),
        ({"a": [1, 2]}, {"sample": "gird"}, "did you mean 'grid'"),
        ({"a": [1, 2]}, {"sample": "grid:5"}, "takes no number"),
        ({"a": (1, 2)}, {"sample": "lhs"}, "lhs:64"),
        ({"a": (1, 2)}, {"sample": "lhs:0"}, "from 1 on"),
        ({"a": (1, 2)}, {"sample": "lhs:1.5"}, "whole number"),
        ({"a": (1, 2)}, {"sample": "morris:3"}, "from 4 on, such as morris:64; indices need as many"),
        ({"a": (1, 2)}, {"sample": "sobol:4"}, "from 8 on"),
        ({"a": (1, 2)}, {"sample": "sobol:100"}, "take 64 or 128"),
        ({"a": (1, 2)}, {"sample": "lhs:5", "seed": -1}, "seed"),
        ({"a": (1, 2)}, {"sample": "lhs:5", "seed": 1.5}, "seed"),
        ({"a": [1, 2]}, {"seed": "x"}, "seed 'x'"),
        ({"a": (1, 2)}, {"sample": "sobol:8", "constraints": ["a < 2"]}, "structure of a sobol sample"),
        ({"a": (1, 2)}, {"sample": "morris:4", "constraints": ["a < 2"]}, "structure of a morris sample"),
        ({"a": [1, 2]}, {"constraints": ["a > 5"]}, "none of 2 cases meets"),
        ({"a": [1, 2]}, {"constraints": ["b > 5"]}, "unknown name 'b'"),
        ({"a": [1, 0]}, {"constraints": ["1 / a > 5"]}, "cannot be evaluated at a = 0"),
        ({n: list(range(101)) for n in "abc"}, {}, "101 x 101 x 101 has 1030301 cases"),
        ({"a": (1, 2)}, {"sample": "sobol:524288"}, "2097152 cases"),
        ({"a": (1, 2)}, {"sample": "lhs:1000001"}, "1000001 cases"),
    ],
)
def test_what_is_no_design_gets_one_line(over, options, says):
    with pytest.raises(UsageError, match=says) as caught:
        design(over, **options)
    assert "\n" not in str(caught.value)


def test_equal_values_are_equal_cases_however_they_are_written():
    written = [{"P": "1.1MW"}, {"P": 1.1e6}, {"P": "1100 kW"}, {"P": 1100000}]
    assert len({identifier("study", next(iter(design([case])))) for case in written}) == 1


@pytest.mark.parametrize(
    ("over", "sample"),
    [
        ({"a": "range(0.1,0.7,7)", "m": ["x", "y"]}, "grid"),
        ({"a": [1, 2], "on": [True, False]}, "zip"),
        ({"a": "logrange(1,100)", "m": ["x", "y", "z"]}, "morris:6"),
        ({"a": "logrange(1,100)", "m": ["x", "y", "z"]}, "sobol:8"),
    ],
)
def test_a_design_survives_its_file(tmp_path, over, sample):
    found = design(over, sample=sample, seed=3)
    write_definition(Definition("study", {}, found), tmp_path / "sweep.json")
    assert read_definition(tmp_path / "sweep.json").design == found


def test_the_attribute_of_a_dataset_holds_the_design_without_its_points():
    found = design({"a": (1, 2), "m": ["x", "y"]}, sample="morris:8", seed=2)
    kept = Design.from_attribute(json.loads(found.attribute()))
    assert kept.points == ()
    assert (kept.axes, kept.rows, kept.samples, kept.seed) == (found.axes, found.rows, 8, 2)


def test_the_problem_of_salib():
    found = design({"a": "logrange(1,100)", "b": ("1MW", "2MW"), "m": ["x", "y", "z"]}, sample="lhs:5")
    assert found.problem() == {
        "num_vars": 3,
        "names": ["a", "b", "m"],
        "bounds": [[1.0, 100.0], [1e6, 2e6], [0.0, 2.0]],
        "dists": ["logunif", "unif", "unif"],
    }


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        ("range(1 l/min, 1.4l/min, 5)", {}, [1.0, 1.1, 1.2, 1.3, 1.4]),
        (["0.7l/min", "1.2e-3 m3/min", "2e-5m3/s"], {"sample": "zip"}, [0.7, 1.2, 1.2]),
        ([0.7, 1.1], {}, [0.7, 1.1]),
        ("choices(1l/min, 2l/min, 3l/min)", {"constraints": ["flow > 1.5 l/min", "flow < 3"]}, [2.0]),
    ],
)
def test_a_parameter_that_is_no_si_number_gets_its_own_unit(given, options, expected):
    over = {"flow": given, "n": [1, 2, 3]} if options.get("sample") else {"flow": given}
    found = design(over, unit_of={"flow": "l/min", "n": None}.get, **options)
    assert [point[0] for point in found.points] == expected
    assert found.axes[0].units is None


def test_bounds_and_points_on_a_scale_get_the_unit_of_the_parameter():
    found = design({"flow": "range(60l/h, 2 l/min)"}, sample="lhs:20", unit_of={"flow": "l/min"}.get)
    assert found.axes[0].bounds == (1.0, 2.0)
    assert all(1.0 <= flow <= 2.0 for (flow,) in found.points)
    own = {"T": "degC", "T:offset": "degC", "p": "Pa"}.get
    found = design({"T": "choices(70.1degC, 300K)", "T:offset": "choices(-5K, 5K)", "p": ["1.5bar"]}, unit_of=own)
    assert found.points[0] == (70.1, -5.0, 150000.0)
    assert found.points[2][0] == pytest.approx(26.85, abs=1e-12)
    with pytest.raises(UsageError, match="no logarithm"):
        design({"T": "logrange(280K, 300K)"}, sample="lhs:4", unit_of=own)
    with pytest.raises(UsageError, match="converts to 'l/min'"):
        design({"flow": "1kg/s"}, unit_of={"flow": "l/min"}.get)
