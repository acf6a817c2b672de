"""Axes of cases become one that has all of their entries."""

import numpy as np
import pytest

from heatsim.sweeps.collection.joined_axes import CannotJoin, JoinedAxis, join_axes


def texts(*given):
    array = np.empty(len(given), dtype=object)
    array[:] = given
    return array


def test_numbers_are_put_in_order():
    found = join_axes([np.array([0.0, 20.0]), np.array([0.0, 10.0, 30.0])])
    np.testing.assert_array_equal(found, [0.0, 10.0, 20.0, 30.0])


def test_rounding_makes_no_new_entries():
    added = np.cumsum(np.r_[0.0, np.full(864, 0.1)])
    exact = np.linspace(0.0, 43.2, 433)
    found = join_axes([np.arange(865) * 0.1, added, exact])
    assert found.size == 865
    np.testing.assert_array_equal(JoinedAxis(865, found, None).positions(added), np.arange(865))
    np.testing.assert_array_equal(JoinedAxis(865, found, None).positions(exact), np.arange(433))


def test_small_numbers_stay_apart():
    assert join_axes([np.logspace(-20.0, 0.0, 21), np.logspace(-19.5, -0.5, 20)]).size == 41


@pytest.mark.parametrize("dtype", ["u1", "i8", "f4", "M8[ns]", "m8[ns]"])
def test_each_entry_finds_its_place(dtype):
    own = [np.array([5, 200], dtype="i8").astype(dtype), np.array([0, 7, 250], dtype="i8").astype(dtype)]
    axis = JoinedAxis(5, join_axes(own), None)
    for one in own:
        np.testing.assert_array_equal(axis.values[axis.positions(one)], one)


def test_texts_stay_as_they_come():
    found = join_axes([texts("b", "a"), texts("c", "a")])
    assert found.tolist() == ["b", "a", "c"]
    assert JoinedAxis(3, found, None).positions(texts("c", "a")).tolist() == [2, 1]


@pytest.mark.parametrize(
    ("axes", "says"),
    [
        ([np.array([0.0, 1.0, 1.0]), np.array([0.0])], "an entry twice"),
        ([np.array([0.0]), np.array([0.0, np.nan])], "no numbers"),
        ([texts("a", "a"), texts("a")], "an entry twice"),
        ([texts("a"), np.array([0.0])], "texts in some cases and of numbers"),
        ([np.array(["2024"], dtype="M8[ns]"), np.array([0.0])], "dates in some cases"),
    ],
)
def test_axes_that_make_no_single_one_are_refused(axes, says):
    with pytest.raises(CannotJoin, match=says):
        join_axes(axes)
