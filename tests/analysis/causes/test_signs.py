from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.analysis.causes.signs import granger, swinging_inputs
from heatsim.system import System


def test_the_past_of_the_driver_helps_to_predict_the_driven() -> None:
    noise = np.random.default_rng(5).standard_normal((2, 600))
    driver, driven = np.zeros(600), np.zeros(600)
    for k in range(2, 600):
        driver[k] = 1.6 * driver[k - 1] - 0.9 * driver[k - 2] + noise[0, k]
        driven[k] = 0.5 * driven[k - 1] + 0.8 * driver[k - 2] + noise[1, k]
    assert granger(driver, driven) < 1e-6
    assert granger(driven, driver) > 0.05


def test_a_pure_cycle_has_no_answer() -> None:
    angle = 2 * np.pi * np.arange(400) / 16.0
    assert np.isnan(granger(np.sin(angle), np.cos(angle)))
    assert np.isnan(granger(np.zeros(400), np.cos(angle)))


@pytest.mark.parametrize(("period", "swings"), [(300.0, True), (240.0, False), (600.0, False)])
def test_only_inputs_with_the_period_itself_are_suspects(period: float, swings: bool) -> None:
    time = np.arange(0.0, 3600.0, 10.0)
    system = System("empty").add_input("load", "W").add_input("step", "W").add_input("constant", "W")
    ds = xr.Dataset(
        {
            "load": ("time", 1e6 + 1e5 * np.sin(2 * np.pi * time / 300.0)),
            "step": ("time", np.where(time > 600.0, 2e6, 1e6)),
            "constant": ("time", np.full(time.size, 3e6)),
        },
        coords={"time": time},
    )
    assert list(swinging_inputs(system, ds, (0.0, 3600.0), period)) == (["load"] if swings else [])
