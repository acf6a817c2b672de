"""Signals of a loop out of a Dataset, and data that cannot be judged."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from benchmarks.hunting_signals import LEVEL, as_dataset
from heatsim.analysis.hunting import Verdict, loop_signals
from heatsim.system.loops import ControlLoop, loops_to_json

TIME = np.arange(0.0, 3600.0, 2.0)
SINE = np.sin(2.0 * np.pi * TIME / 150.0)


def swinging() -> xr.Dataset:
    return as_dataset({"T": LEVEL + SINE, "setpoint": np.full(TIME.size, LEVEL), "u": 0.5 - 0.05 * SINE})


def test_missing_values_are_never_calm() -> None:
    for name in ("plant.T", "plant.setpoint", "pi.y"):
        ds = swinging() * xr.ones_like(swinging())
        ds.attrs = swinging().attrs
        ds[name][100:103] = np.nan
        row = hs.hunting(ds)["loop"]
        assert row.verdict is Verdict.UNDECIDED
        assert "3 missing values, the first at 200 s" in row.reason
        assert not row.hunts


def test_coarse_data_are_refused_with_the_step_that_would_do() -> None:
    row = hs.hunting(swinging().isel(time=slice(None, None, 15)))["loop"]
    assert row.verdict is Verdict.UNDECIDED
    assert "samples are 30 s apart: take 7.5 s or less" in row.reason
    assert hs.hunting(swinging().isel(time=slice(None, None, 5)))["loop"].verdict is Verdict.LIMIT_CYCLE


def test_too_few_samples_and_gaps_are_refused() -> None:
    assert hs.hunting(swinging().isel(time=slice(0, 20)))["loop"].reason == "only 20 samples"
    assert hs.hunting(swinging(), windows=[(0.0, 30.0)])["loop"].verdict is Verdict.UNDECIDED
    gap = swinging().isel(time=np.r_[0:500, 900:1800])
    assert "a gap of 802 s after 998 s" in hs.hunting(gap)["loop"].reason


def test_uneven_samples_are_made_even() -> None:
    keep = np.sort(np.random.default_rng(0).choice(TIME.size, 1500, replace=False))
    signals = loop_signals(swinging().isel(time=keep), "loop")
    assert np.allclose(np.diff(signals.time), signals.step)
    assert np.abs(signals.error - np.sin(2.0 * np.pi * signals.time / 150.0)).max() < 0.05
    row = hs.hunting(swinging().isel(time=keep))["loop"]
    assert row.period == pytest.approx(150.0, rel=0.01)


def test_two_values_at_one_time_are_a_jump() -> None:
    ds = swinging()
    twice = xr.concat([ds.isel(time=slice(0, 900)), ds.isel(time=slice(899, None))], "time")
    assert np.all(np.diff(loop_signals(twice, "loop").time) == 2.0)


def test_elements_of_arrays_factors_and_numbers_as_set_points() -> None:
    values = np.stack([LEVEL + SINE, LEVEL + 2.0 * SINE], axis=1)
    loop = ControlLoop("c", "grid.T[2]", "grid.u[1]", LEVEL - 273.15, 0.0, float("inf"), "K", "1", offset=-273.15)
    ds = xr.Dataset(
        {"grid.T": (("time", "k"), values), "grid.u": (("time", "k"), 0.5 - 0.1 * SINE[:, None] * np.ones(2))},
        coords={"time": TIME},
        attrs={"loops": loops_to_json({"c": loop})},
    )
    signals = loop_signals(ds, "c")
    assert np.allclose(signals.error, 2.0 * SINE)
    assert signals.y_max is None  # no limit
    assert hs.hunting(ds)["c"].amplitude == pytest.approx(2.0, rel=0.01)
    with pytest.raises(hs.UsageError, match="from 1 to 2"):
        loop_signals(ds, ControlLoop("c", "grid.T[3]", "grid.u[1]"))


def test_measured_data_are_judged_with_loops_of_ones_own() -> None:
    ds = xr.Dataset({"T_room": ("time", LEVEL + SINE), "valve": ("time", 0.5 - 0.05 * SINE)}, coords={"time": TIME})
    row = hs.hunting(ds, loops=[ControlLoop("room", "T_room", "valve", LEVEL, 0.0, 1.0, "K", "1")])["room"]
    assert row.verdict is Verdict.LIMIT_CYCLE
    assert row.load is None  # its own signals are no loads
    without = hs.hunting(ds, loops=[ControlLoop("room", "T_room", "valve", None, 0.0, 1.0, "K", "1")])["room"]
    assert without.amplitude == pytest.approx(row.amplitude, rel=1e-6)


def measured(time: object, **changes: object) -> xr.Dataset:
    data = {"T": LEVEL + SINE, "u": 0.5 - 0.05 * SINE} | changes
    return xr.Dataset({name: ("time", v) for name, v in data.items()}, coords={"time": ("time", time)})


ROOM = ControlLoop("room", "T", "u", LEVEL, 0.0, 1.0, "K", "1")


def test_measured_data_over_dates() -> None:
    dates = np.datetime64("2024-01-01") + (1000.0 * TIME).astype("timedelta64[ms]")
    for clock in (dates, dates - dates[0]):
        row = hs.hunting(measured(clock), loops=[ROOM])["room"]
        assert row.period == pytest.approx(150.0, rel=0.01)
    dates[5] = np.datetime64("NaT")
    assert hs.hunting(measured(dates), loops=[ROOM])["room"].reason == "times are missing"


def test_second_sensor_in_measured_data_is_no_load() -> None:
    ds = measured(TIME, T2=LEVEL + 1.0 + SINE)
    assert hs.hunting(ds, loops=[ROOM])["room"].verdict is Verdict.LIMIT_CYCLE
    assert hs.hunting(ds, loops=[ROOM], load="T2")["room"].verdict is Verdict.FORCED


@pytest.mark.parametrize(
    ("ds", "loop", "reason"),
    [
        (measured(TIME[::-1]), ROOM, "time goes back"),
        (measured(np.where(TIME > 2000.0, TIME - 500.0, TIME)), ROOM, "time goes back after 2000 s"),
        (measured(TIME, T=LEVEL - 273.15 + SINE), ROOM, "are both in K"),
        (measured(TIME, u=50.0 - 5.0 * SINE), ROOM, "beyond its limits 0 and 1"),
        (measured(TIME), ControlLoop("room", "T", "u", LEVEL, 1.0, 0.0, "K", "1"), "above the upper one"),
        (measured(TIME).isel(time=[0]), ROOM, "only 1 sample"),
    ],
)
def test_data_that_do_not_fit_are_undecided(ds: xr.Dataset, loop: ControlLoop, reason: str) -> None:
    row = hs.hunting(ds, loops=[loop])["room"]
    assert row.verdict is Verdict.UNDECIDED
    assert reason in row.reason


def test_window_without_gaps_is_judged_whatever_is_beside_it() -> None:
    values = LEVEL + SINE
    values[:5] = np.nan
    ds = measured(TIME, T=values).isel(time=np.r_[0:300, 500:1800])
    table = hs.hunting(ds, loops=[ROOM], windows=[(0.0, 590.0), (1200.0, 3598.0)])
    assert [row.verdict for row in table] == [Verdict.UNDECIDED, Verdict.LIMIT_CYCLE]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ds: ds.assign_coords(time=("time", TIME / 60.0, {"units": "min"})), "is in 'min'"),
        (lambda ds: ds.isel(time=[]), "no samples"),
        (lambda ds: ds.rename(time="t"), "no coordinate 'time'"),
        (lambda ds: ds.assign(T=5.0), "no series over time"),
        (lambda ds: ds.assign(u=("time", ["open"] * TIME.size)), "not numbers"),
    ],
)
def test_data_that_are_no_series_are_refused(change, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(hs.UsageError, match=words):
        hs.hunting(change(measured(TIME)), loops=[ROOM])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"windows": (0.0, 3600.0)}, "give a length in s, or spans"),
        ({"windows": []}, "windows is empty"),
        ({"dead_time": -5.0}, "more than 0"),
        ({"dead_time": {"rom": 5.0}}, r"no loop 'rom' \(did you mean 'room'"),
    ],
)
def test_wrong_arguments_are_refused(given: dict, words: str) -> None:
    with pytest.raises(hs.UsageError, match=words):
        hs.hunting(measured(TIME), loops=[ROOM], **given)


def test_wrong_calls_name_the_thing() -> None:
    ds = swinging()
    with pytest.raises(hs.UsageError, match=r"no loop 'lop' \(did you mean 'loop'"):
        hs.hunting(ds, loops="lop")
    with pytest.raises(hs.UsageError, match=r"no 'pi\.y'"):
        hs.hunting(ds.drop_vars("pi.y"))
    with pytest.raises(hs.UsageError, match="no control loops"):
        hs.hunting(xr.Dataset(coords={"time": TIME}))
    with pytest.raises(hs.UsageError, match="not int"):
        hs.hunting(3)  # type: ignore[arg-type]
