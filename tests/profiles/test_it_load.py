"""The AI load swings as published: 20 to 30 % every 10 to 30 s, jumps as edges, dips for checkpoints."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.errors import UsageError
from heatsim.profiles import integral, it_load, make_series

ALWAYS = {"training_share": 1.0, "training_duty": 1.0, "training_idle": 0.0, "job_size": (1.0, 1.0)}


@pytest.mark.parametrize("seed", range(8))
def test_default_day_has_a_few_thousand_jumps_and_stays_below_capacity(seed: int) -> None:
    load = it_load(seed=seed)
    assert 3000 <= load.size <= 5000
    assert load.values.max() <= 10e6
    assert load.values.min() > 0.3 * 10e6
    assert load["time"].values[0] == 0.0
    assert load["time"].values[-1] == 86400.0
    assert load.attrs["interpolation"] == "held"
    assert load.attrs["units"] == "W"


def test_seed_decides() -> None:
    first, again, other = it_load(seed=3), it_load(seed=3), it_load(seed=4)
    xr.testing.assert_identical(first, again)
    assert not np.array_equal(first.values[:50], other.values[:50])


def test_swings_are_20_to_30_percent_every_10_to_30_seconds() -> None:
    load = it_load(
        duration="6h", capacity=1.0, seed=1, **ALWAYS, job_duration=(40000.0, 40000.0), checkpoint_interval=(1e6, 1e6)
    )
    time, power = load["time"].values, load.values
    low = power[1:-1] < 0.999
    depth = 1.0 - power[1:-1][low]
    assert depth.min() >= 0.2
    assert depth.max() <= 0.3
    assert depth.mean() == pytest.approx(0.25, abs=0.005)
    rises = time[1:-1][power[1:-1] > 0.999]
    period = np.diff(rises)
    assert period.min() >= 10.0
    assert period.max() <= 30.0
    assert period.mean() == pytest.approx(20.0, rel=0.03)


def test_checkpoints_are_dips_of_tens_of_seconds() -> None:
    load = it_load(duration="24h", capacity=1.0, seed=2, **ALWAYS, job_duration=(1e5, 1e5))
    time, power = load["time"].values, load.values
    dip = np.flatnonzero(power[:-1] < 0.5)
    length = time[dip + 1] - time[dip]
    # One every 1200 to 2400 s (mean 1800) plus its own 20 to 60 s (mean 40): about 47 in a day.
    assert 40 <= dip.size <= 55
    assert length.min() >= 20.0
    assert length.max() <= 60.0
    np.testing.assert_allclose(power[dip], 0.45)


def test_training_runs_for_the_asked_share_of_the_time() -> None:
    load = it_load(duration="60d", training_share=1.0, training_idle=0.0, training_duty=0.45, seed=5, capacity=1.0)
    running = np.sum(np.diff(load["time"].values)[load.values[:-1] > 0.0]) / (60 * 86400.0)
    assert running == pytest.approx(0.45, abs=0.02)


def test_base_load_alone_follows_the_daily_pattern() -> None:
    load = it_load(training_share=0.0, capacity=10e6, base_idle=0.4, base_utilisation=0.5)
    assert load.size <= 24 * 4 + 1
    # idle 0.4 + 0.6 * 0.5 * pattern with mean 1 over the day
    assert integral(load) / 86400.0 == pytest.approx(10e6 * (0.4 + 0.6 * 0.5), rel=0.003)
    hour = load["time"].values / 3600.0
    assert 20 <= hour[np.argmax(load.values)] < 22
    assert 3 <= hour[np.argmin(load.values)] < 5


def test_base_pattern_starts_at_the_clock_time() -> None:
    whole = it_load(training_share=0.0, start="2020-01-15")
    later = it_load(training_share=0.0, start="2020-01-15T12:00", duration="1h")
    noon = whole.values[np.searchsorted(whole["time"].values, 12 * 3600.0 + 1.0) - 1]
    assert later.values[0] == pytest.approx(noon)


def test_utilisation_replaces_the_pattern() -> None:
    used = make_series([0.0, 3600.0, 7200.0], [0.2, 0.6, 0.6], name="u", units="1", long_name="u", interpolation="held")
    load = it_load(duration=7200.0, capacity=1e6, training_share=0.0, base_idle=0.4, utilisation=used)
    np.testing.assert_allclose(load["time"].values, [0.0, 3600.0, 7200.0])
    np.testing.assert_allclose(load.values, [0.52e6, 0.76e6, 0.76e6])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"training_share": 1.2}, "training_share"),
        ({"swing": (0.3, 0.2)}, "swing"),
        ({"swing_period": (0.0, 10.0)}, "swing_period"),
        ({"capacity": 0.0}, "capacity"),
        ({"base_step": 0.0}, "base_step"),
    ],
)
def test_wrong_settings_are_refused(change: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        it_load(**change)
