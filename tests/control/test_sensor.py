"""Sensors: lag, resolution, and noise that belongs to the instant."""

from __future__ import annotations

import math

import numpy as np
import pytest
from control_rigs import loop, ticks

import heatsim as hs
from heatsim.control import PI, SampledPID, SampledSensor, Sensor
from heatsim.errors import HeatsimWarning, UsageError


def readings(unit, values):
    return np.array([row["y"] for row in ticks(unit, [{"u": float(value)} for value in values])])


def test_sensor_answers_a_step_like_a_first_order_lag():
    system = loop(PI(k=1e-9, Ti=1e9))
    system.insert("sensor", Sensor(T=20.0), before="c.measurement")
    system.set("process.T", 1e-3)
    ds = hs.simulate(system, {"r": 0.0, "load": 1.0}, stop=60.0, output_step=10.0, rtol=1e-9)
    np.testing.assert_allclose(ds["sensor.y"], 1 - np.exp(-ds["time"] / 20.0), atol=1e-4)


def test_filter_takes_the_exact_share_of_a_step_at_each_sample():
    y = readings(SampledSensor(period=3.0, T=7.0), [0.0, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(y, 1 - np.exp(-np.arange(4) * 3.0 / 7.0), rtol=1e-12)


def test_resolution_rounds_to_its_multiples_and_no_further():
    values = 300.0 + np.linspace(0.0, 2.0, 201)
    y = readings(SampledSensor(period=1.0, resolution=0.25), values)
    np.testing.assert_allclose(y / 0.25, np.round(y / 0.25), atol=1e-9)
    assert np.abs(y - values).max() <= 0.125 + 1e-9
    assert np.unique(y).size == 9


def test_noise_has_its_deviation_belongs_to_the_instant_and_to_the_seed():
    unit, other = SampledSensor(period=2.0, noise=0.3, seed=5), SampledSensor(period=2.0, noise=0.3, seed=6)
    y = readings(unit, np.zeros(4000))
    assert np.std(y) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(y)) < 3 * 0.3 / math.sqrt(4000)
    assert abs(np.corrcoef(y[:-1], y[1:])[0, 1]) < 0.05
    np.testing.assert_array_equal(y, readings(unit, np.zeros(4000)))
    assert np.std(y - readings(other, np.zeros(4000))) > 0.3
    # an instant before 0 has its own noise, and asking out of order changes nothing
    p = {"T": 0.0, "resolution": 0.0, "noise": 0.3}
    one = [unit.step(t, {"u": 0.0}, {"value": 0.0}, p)[0]["y"] for t in (-4.0, 4.0, 8.0)]
    assert one[0] != one[1]
    assert one[1:] == [y[2], y[4]]


def test_resolution_does_not_hide_the_loop_from_a_linear_model():
    def system(resolution):
        made = loop(SampledPID(k=2.0, Ti=50.0, period=5.0))
        return made.insert("sensor", SampledSensor(period=5.0, resolution=resolution), before="c.measurement")

    point = hs.trim(system(0.0), {"r": 0.5, "load": 0.0})
    exact = hs.linearize(system(0.0), point, open="c.y", sampled="discrete")
    with pytest.warns(HeatsimWarning, match=r"sensor\.resolution left out"):
        coarse = hs.linearize(system(0.1), point, open="c.y", sampled="discrete")
    z = np.exp(1j * np.linspace(0.05, 3.0, 5))
    assert np.abs(exact["c/y", "c/y"](z)).min() > 0.01
    np.testing.assert_allclose(coarse["c/y", "c/y"](z), exact["c/y", "c/y"](z), rtol=1e-6)


def test_settings_out_of_range_are_refused():
    with pytest.raises(UsageError, match="resolution must be"):
        SampledSensor(period=1.0, resolution=-1.0)
    with pytest.raises(UsageError, match="period must be"):
        SampledSensor(period=0.0)
