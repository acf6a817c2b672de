"""Signals are exact at knots and jumps; inputs that cannot be used are refused with the reason."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.errors import InputError
from heatsim.system import Signal
from heatsim.system.inputs import read_signals

WANTED = {"P_IT": ("W", ()), "Q_flow_demand": ("W", (2,))}


def _array(time: list[float] | np.ndarray, values: object, **attrs: str) -> xr.DataArray:
    data = np.asarray(values, dtype=float)
    dims = ("time",) if data.ndim == 1 else ("time", "consumer")
    return xr.DataArray(data, dims=dims, coords={"time": np.asarray(time)}, attrs=attrs)


def test_linear_signal_interpolates_and_holds_outside() -> None:
    signal = Signal.linear([0.0, 10.0, 20.0], [0.0, 5.0, 5.0])
    assert signal(np.array([-1.0, 0.0, 4.0, 10.0, 15.0, 99.0])) == pytest.approx([0, 0, 2, 5, 5, 5])
    assert signal.jumps.size == 0


def test_held_signal_jumps_at_its_knots_only_where_the_value_changes() -> None:
    signal = Signal.held([0.0, 10.0, 20.0, 30.0], [1.0, 1.0, 2.0, 2.0])
    assert signal.knots == pytest.approx([20.0])
    assert signal.jumps == pytest.approx([20.0])
    assert signal(np.array([19.999999, 20.0])) == pytest.approx([1.0, 2.0])


def test_two_knots_at_one_time_make_a_jump_in_a_linear_signal() -> None:
    signal = Signal.linear([0.0, 10.0, 10.0, 20.0], [0.0, 10.0, 50.0, 60.0])
    assert signal.jumps == pytest.approx([10.0])
    assert signal(np.array([5.0, 10.0, 15.0])) == pytest.approx([5.0, 50.0, 55.0])


def test_constant_series_has_no_knots() -> None:
    assert Signal.linear(np.arange(0.0, 3600.0, 60.0), np.full(60, 283.15)).knots.size == 0


def test_arrays_numbers_and_signals_become_scalars() -> None:
    signals = read_signals(
        WANTED, {"P_IT": 5.0, "Q_flow_demand": _array([0, 60], [[1, 2], [3, 4]], units="kW")}, 0.0, 60.0
    )
    assert list(signals) == ["P_IT", "Q_flow_demand[1]", "Q_flow_demand[2]"]
    assert signals["Q_flow_demand[2]"](30.0) == pytest.approx(3000.0)


def test_dataset_may_carry_more_than_the_system_uses() -> None:
    ds = xr.Dataset({"P_IT": _array([0, 60], [1, 2]), "price": _array([0, 60], [1, 2])})
    ds["Q_flow_demand"] = _array([0, 60], [[1, 2], [3, 4]])
    assert len(read_signals(WANTED, ds, 0.0, 60.0)) == 3


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_array([0, 30, 60], [1, np.nan, 3]), "1 missing values, the first at t = 30 s"),
        (_array([0, 30, 30], [1, 2, 3]), "time does not increase after t = 30 s"),
        (_array([0, 30], [1, 2]), r"covers t = 0 to 30 s, the run needs 0 to 60 s"),
        (_array([10, 60], [1, 2]), r"covers t = 10 to 60 s"),
        (_array([0, 60], [1, 2], units="K"), "is in 'K', but the system needs 'W'"),
        (_array([0, 60], [1, 2], interpolation="cubic"), "interpolation is 'cubic'"),
        (_array([*range(0, 30, 2), *range(36, 62, 2)], np.ones(28)), r"a gap of 8 s after t = 28 s"),
        (_array([0, 60], [[1, 2], [3, 4]]), r"each time needs shape \(\), not \(2,\)"),
        (float("nan"), "not finite"),
        ("many", "str is no series"),
        (
            xr.DataArray([1.0, 2.0], dims="time", coords={"time": np.array(["2020-01-01", "2020-01-02"], "M8[ns]")}),
            "give seconds",
        ),
    ],
)
def test_unusable_series_are_refused(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_signals(WANTED, {"P_IT": value, "Q_flow_demand": [1.0, 2.0]}, 0.0, 60.0)


def test_missing_and_unknown_inputs_get_a_near_miss() -> None:
    with pytest.raises(InputError, match=r"no input 'P_TI' \(did you mean 'P_IT'\?\)"):
        read_signals(WANTED, {"P_TI": 1.0, "Q_flow_demand": [1.0, 2.0]}, 0.0, 60.0)
    ds = xr.Dataset({"Q_flow_demand": _array([0, 60], [[1, 2], [3, 4]]), "P_it": _array([0, 60], [1, 2])})
    with pytest.raises(InputError, match="no series for the system input 'P_IT'"):
        read_signals(WANTED, ds, 0.0, 60.0)


def test_held_series_reaches_one_step_past_its_last_knot() -> None:
    held = _array([0, 20, 40], [1, 2, 3], interpolation="held")
    read_signals({"P_IT": ("W", ())}, {"P_IT": held}, 0.0, 60.0)
    with pytest.raises(InputError, match="covers t = 0 to 60 s"):
        read_signals({"P_IT": ("W", ())}, {"P_IT": held}, 0.0, 80.0)


def test_malformed_signals_are_refused() -> None:
    with pytest.raises(InputError, match="decrease after t = 10"):
        Signal.linear([0.0, 10.0, 5.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="as many times as values"):
        Signal.linear([0.0, 10.0], [1.0])
    with pytest.raises(InputError, match="finite everywhere"):
        Signal.linear([0.0, 10.0], [1.0, np.inf])


def test_steep_ramps_have_no_jumps_of_rounding() -> None:
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.random(5000) * 100.0)
    values = np.where(rng.random(5000) < 0.3, 0.0, rng.random(5000) * 1e7)
    assert Signal.linear(times, values).jumps.size == 0


def test_unknown_units_name_the_input() -> None:
    for value in (Signal.constant(1.0, "flurb"), _array([0, 60], [1, 2], units="flurb")):
        with pytest.raises(InputError, match="input 'P_IT': unknown unit 'flurb'"):
            read_signals(WANTED, {"P_IT": value, "Q_flow_demand": [1.0, 2.0]}, 0.0, 60.0)


def test_time_differences_are_not_taken_for_seconds() -> None:
    series = _array([0, 60], [1, 2]).assign_coords(time=np.array([0, 60], "m8[s]").astype("m8[ns]"))
    with pytest.raises(InputError, match="give seconds"):
        read_signals(WANTED, {"P_IT": series, "Q_flow_demand": [1.0, 2.0]}, 0.0, 60.0)


def test_a_signal_keeps_its_values_when_the_arrays_it_came_from_change() -> None:
    times, values = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    signal = Signal(times, values)
    assert float(signal(0.0)) == 1.0
    values[0] = times[1] = 99.0
    assert signal.values.tolist() == [1.0, 2.0]
    assert signal.times.tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="read-only"):
        signal.values[0] = 3.0


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match="the times of a signal must be numbers"):
        Signal(["a"], [1.0])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a signal must be finite everywhere"):
        Signal([0.0, 1.0], np.ma.masked_array([1.0, 2.0], mask=[False, True]))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="from_callable: times and jumps must be numbers"):
        Signal.from_callable(float, "abc")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="inputs: list is no mapping"):
        read_signals({}, [("u", 1.0)], 0.0, 1.0)  # type: ignore[arg-type]
    for value, said in (
        (np.ma.masked_array(1.0, mask=True), "the value is not finite"),
        (xr.DataArray(["a", "b"], dims="time", coords={"time": [0.0, 1.0]}), "its values are <U1"),
    ):
        with pytest.raises(InputError, match=f"input 'u': {said}"):
            read_signals({"u": ("W", ())}, {"u": value}, 0.0, 1.0)


def test_a_function_that_fails_is_named_with_the_time() -> None:
    with pytest.raises(InputError, match=r"gives no number at t = 0 s \(ZeroDivisionError: .*\); check it there"):
        Signal.from_callable(lambda t: 1.0 / t, [0.0, 1.0])
    with pytest.raises(InputError, match=r"gives no number at t = 0 s \(KeyError: 0.0\)"):
        Signal.from_callable(lambda t: {}[t], [0.0, 1.0])
