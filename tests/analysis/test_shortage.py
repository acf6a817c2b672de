"""Heat that consumers lack: late valves against a network without heat."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.analysis.monthly import unmet_daily
from heatsim.analysis.run import Run
from heatsim.analysis.shortage import CATCH_UP, LAG, starved, unmet

HOUR = 3600.0


def test_heat_that_comes_late_is_not_unmet_but_a_starved_hour_is_for_good():
    demand = np.full(6, 10e6)
    late = np.array([0.0, 0.2e6, 0.1e6, -0.3e6, 0.0, 0.0])  # less than LAG of the demand
    assert unmet(demand, demand - late, HOUR) == pytest.approx(np.zeros(6))
    without_heat = np.array([0.0, 5e6, 0.0, -5e6, 0.0, 0.0])
    assert unmet(demand, demand - without_heat, HOUR) == pytest.approx([0.0, 5e6, 0.0, 0.0, 0.0, 0.0])
    assert starved(demand, demand - LAG * demand * 1.01).all()
    assert not starved(demand, demand - LAG * demand * 0.99).any()


def test_what_comes_after_a_day_comes_too_late():
    number = round(CATCH_UP / HOUR) + 3
    demand, missing = np.full(number, 10e6), np.zeros(number)
    missing[0], missing[-1] = 0.2e6, -0.2e6
    assert unmet(demand, demand - missing, HOUR).sum() == pytest.approx(0.2e6)
    missing[-3] = -0.2e6
    assert unmet(demand, demand - missing, HOUR).sum() == pytest.approx(0.0)


def metered(missing: list[float], step: float) -> Run:
    """Meters of a run whose consumers lack so much in each output interval, W, of 10 MW."""
    missing_heat = np.concatenate([[0.0], np.cumsum(missing)]) * step
    time = np.arange(len(missing) + 1) * step
    demand = 10e6 * time
    attrs = {"units": "J", "long_name": "Energy"}
    data = {
        "grid.E_demand": ("time", demand, attrs),
        "grid.E_in_consumers": ("time", missing_heat - demand, attrs),
    }
    return Run(xr.Dataset(data, coords={"time": ("time", time, {"units": "s"})}), "test")


def test_meters_of_a_run_give_the_unmet_heat_whatever_the_output_step():
    # half an hour without heat is a starved hour; the surplus on the same day does not hide it
    quarters = [0.0, 0.0, 10e6, 10e6, *[0.0] * 4, *[-5e6] * 4]
    assert unmet_daily(metered(quarters, 900.0)) == pytest.approx(5.0)
    # the last interval is not a whole hour
    assert unmet_daily(metered([0.0, 0.0, 10e6], 1800.0)) == pytest.approx(5.0)
    lag = [0.3e6, 0.2e6, -0.25e6, -0.25e6]
    assert unmet_daily(metered(lag, 1800.0)) == pytest.approx(0.0, abs=1e-9)
