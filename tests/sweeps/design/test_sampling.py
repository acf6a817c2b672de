import math

import numpy as np
import pytest

from heatsim.sweeps.design.combining import design
from heatsim.sweeps.design.sampling import levels

OVER = {"a": (2.0, 4.0), "b": "logrange(1, 1000)", "m": ["x", "y", "z"]}


def _rows(found):
    """All rows of a sample, equal ones too."""
    return [found.points[i] for i in found.rows] if found.rows else list(found.points)


def test_a_latin_hypercube_has_one_case_in_each_slice():
    found = design(OVER, sample="lhs:60", seed=4)
    assert len(found) == 60
    columns = list(zip(*found.points, strict=True))
    assert sorted(int((a - 2.0) / 2.0 * 60) for a in columns[0]) == list(range(60))
    assert sorted(int(math.log(b) / math.log(1000.0) * 60) for b in columns[1]) == list(range(60))
    assert [columns[2].count(choice) for choice in "xyz"] == [20, 20, 20]


def test_a_sobol_sample_is_saltellis_scheme_of_an_even_sequence():
    found = design(OVER, sample="sobol:16", seed=4)
    blocks = np.array(_rows(found), dtype=object).reshape(16, 8, 3)
    for block in blocks:
        first, last = list(block[0]), list(block[-1])
        for i in range(3):
            assert list(block[1 + i]) == [last[j] if i == j else first[j] for j in range(3)]
            assert list(block[4 + i]) == [first[j] if i == j else last[j] for j in range(3)]
    # 16 points of a Sobol' sequence, scrambled or not, have one in each sixteenth of each of its six coordinates
    for side in (0, -1):
        assert sorted(int((a - 2.0) / 2.0 * 16) for a in blocks[:, side, 0]) == list(range(16))
        assert sorted(int(math.log(b) / math.log(1000.0) * 16) for b in blocks[:, side, 1]) == list(range(16))
        assert min(list(blocks[:, side, 2]).count(choice) for choice in "xyz") >= 5


def test_equal_rows_of_a_sample_are_one_case():
    # a column of choices is often the same in A and B, so whole rows are
    found = design({"a": (0, 1), "m": ["x", "y"]}, sample="sobol:32")
    assert len(found.rows) == 32 * 6
    assert len(found) == len(set(found.points)) < len(found.rows)
    assert set(found.rows) == set(range(len(found)))
    assert f"{len(found.rows)} rows" in str(found)
    # choices only: as many cases as there are combinations
    assert len(design({"m": ["x", "y"], "n": ["p", "q", "r"]}, sample="lhs:100")) == 6


@pytest.mark.parametrize("choices", range(2, 10))
def test_morris_trajectories_change_one_name_at_a_time_and_try_every_choice(choices):
    names = [f"c{i}" for i in range(choices)]
    found = design({"a": (2.0, 4.0), "b": "logrange(1, 1000)", "m": names}, sample="morris:200", seed=1)
    rows = _rows(found)
    assert len(rows) == 200 * 4
    for at in range(0, len(rows), 4):
        changed = [tuple(i for i in range(3) if rows[at + k][i] != rows[at + k + 1][i]) for k in range(3)]
        assert sorted(changed) == [(0,), (1,), (2,)]
    assert {row[2] for row in rows} == set(names)
    steps = levels(found.axes)
    assert steps >= max(4, choices)
    # the levels are even in the value, or in its logarithm
    np.testing.assert_allclose(sorted({row[0] for row in rows}), np.linspace(2.0, 4.0, steps), rtol=1e-15)
    np.testing.assert_allclose(sorted({row[1] for row in rows}), np.geomspace(1.0, 1000.0, steps), rtol=1e-14)


@pytest.mark.parametrize("sample", ["lhs:20", "sobol:16", "morris:20"])
def test_a_seed_gives_the_same_cases_and_another_one_others(sample):
    assert design(OVER, sample=sample, seed=7) == design(OVER, sample=sample, seed=7)
    assert design(OVER, sample=sample, seed=7).points != design(OVER, sample=sample, seed=8).points
    assert design(OVER, sample=sample) == design(OVER, sample=sample, seed=0)


def test_a_sample_leaves_the_random_numbers_of_others_alone():
    np.random.seed(1)
    expected = np.random.random(3)
    np.random.seed(1)
    for sample in ("lhs:20", "sobol:16", "morris:20"):
        design(OVER, sample=sample)
    assert np.array_equal(np.random.random(3), expected)


def test_values_stay_within_their_bounds():
    for low, high in ((0.1, 0.3), (1e-9, 1e9), (-0.7, 0.7)):
        values = [value for (value,) in design({"a": (low, high)}, sample="lhs:1000").points]
        assert low <= min(values) < max(values) <= high


def test_constraints_thin_a_latin_hypercube_and_are_counted():
    found = design(OVER, sample="lhs:100", constraints=["a < 3", "m != 'x'"], seed=2)
    everything = design(OVER, sample="lhs:100", seed=2)
    assert found.points == tuple(p for p in everything.points if p[0] < 3 and p[2] != "x")
    assert found.left_out == 100 - len(found) > 0
