"""Meters of a run become a schedule: means of intervals, costs of the tariff, shortages net of what comes late."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.analysis.shortage import shortage
from heatsim.dispatch.plant import Hall, Tariff
from heatsim.dispatch.realised import AT_THE_TIME, METERS, realised
from heatsim.dispatch.schedule import total_cost
from heatsim.errors import InputError, UsageError
from tests.dispatch_cases import MW, given, simple

PLANT = simple().having(hall=Hall(fans=1e4), tariff=Tariff(grid_charge=10.0 / 3.6e9, peak_charge=1e-3))


def meters(hours=4, step=600.0):
    """A run in which every meter has a known power: a constant in each hour."""
    time = np.arange(0.0, hours * 3600.0 + 1.0, step)
    hour = time / 3600.0
    power = {
        "heat_pump.E_in_sink": -6e6,
        "heat_pump.E_el": 1.5e6,
        "heat_pump.E_pumps": 5e3,
        "hall.E_in_recovery": -4.5e6,
        "hall.E_in_outdoor": -0.5e6,
        "peak.E_in_burner": 0.2e6,
        "peak.E_fuel": 0.22e6,
        "peak.E_in_ambient": -0.04e6,
        "storage.E_in_source": 6e6,
        "storage.E_in_load": -5.8e6,
        "grid.E_demand": 5.6e6,
        "grid.E_in_consumers": -5.6e6,
        "grid.E_unmet": 1e3,
        "grid.E_in_ground": -0.3e6,
        "grid.E_pump": 2e4,
        "grid.E_in_pump": 1.5e4,
    }
    variables = {name: ("time", value * time) for name, value in power.items()}
    capacity = np.column_stack([np.where(hour >= 1.5, 0.8, 0.0), np.full(time.size, 0.7)])
    tank = PLANT.tank
    T = np.linspace(tank.T_cold, tank.T_hot, time.size)
    variables |= {
        "hall.P_fans": ("time", np.full(time.size, 1.4e4)),
        "heat_pump.capacity_actual": (("time", "machine"), capacity),
        "storage.T": (("time", "layer"), np.column_stack([T, T, T])),
    }
    return xr.Dataset(variables, coords={"time": time})


def test_means_of_the_meters():
    done = realised(meters(), PLANT, given(np.full(6, 5.6)))
    assert done.sizes["time"] == 4  # what the run covers
    for name, expected in {
        "Q_flow_heat_pump": 6e6,
        "P_heat_pump": 1.505e6,
        "Q_flow_recovered": 4.5e6,
        "Q_flow_rejected": 0.5e6,
        "Q_flow_peak": 0.2e6,
        "P_fuel": 0.22e6,
        "Q_flow_charge": 0.2e6,
        "Q_flow_demand": 5.6e6,
        "Q_flow_wanted": 5.94e6 - 1.5e4,
        "Q_flow_unmet": 0.0,
        AT_THE_TIME: 1e3,
        "P_bought": 1.505e6 + 2e4 + 4e3,
    }.items():
        assert done[name].values == pytest.approx(expected), name
        assert done[name].attrs["units"] == "W"
    assert done["machines_on"].values == pytest.approx([1.0, 1.5, 2.0, 2.0], abs=0.1)
    assert list(done["starts"].values) == [0, 1, 0, 0]
    assert done["state_of_charge"].values == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])


def test_costs_by_the_tariff():
    done = realised(meters(), PLANT, given(np.full(4, 5.6), price=[30.0, -20.0, 50.0, 0.0], gas=40.0))
    bought = 1.529
    expected = bought * sum(price + 10.0 for price in (30.0, -20.0, 50.0, 0.0)) + 4 * 0.22 * 40.0
    expected += bought * MW * 1e-3 + PLANT.heat_pumps[0].start_cost
    assert total_cost(done) == pytest.approx(expected)


def test_a_run_that_begins_late_uses_its_own_intervals():
    late = meters().isel(time=slice(3, None))  # from half past
    done = realised(late, PLANT, given(np.full(4, 5.6)))
    assert list(done["time"].values) == [3600.0, 7200.0, 10800.0]


def test_what_a_run_cannot_say():
    forecasts = given(np.full(4, 5.6))
    with pytest.raises(UsageError, match=r"peak\.E_fuel"):
        realised(meters().drop_vars("peak.E_fuel"), PLANT, forecasts)
    with pytest.raises(InputError, match="no interval of 3600 s"):
        realised(meters().isel(time=slice(0, 4)), PLANT, forecasts)
    with pytest.raises(InputError, match="give output_step=3600 or less"):
        realised(meters(step=7200.0), PLANT, forecasts)


def test_meters_are_signed_sums():
    assert all(abs(sign) == 1.0 for parts in METERS.values() for _, sign in parts)


def test_shortage_is_what_no_later_surplus_makes_up_for():
    assert shortage(np.array([1.0, -1.0, 0.0]), 24) == pytest.approx([0.0, 0.0, 0.0])
    assert shortage(np.array([-5.0, 1.0, 0.0]), 24) == pytest.approx([0.0, 1.0, 0.0])  # not made up for before
    assert shortage(np.array([2.0, 1.0, -2.5]), 24) == pytest.approx([0.0, 0.5, 0.0])
    assert shortage(np.array([1.0, 0.0, 0.0, -1.0]), 2) == pytest.approx([1.0, 0.0, 0.0, 0.0])  # too late


def delivering(missing):
    """Return a realised schedule of a run that leaves a share of a demand of 5.6 MW missing in each hour."""
    run = meters(hours=len(missing))
    hour = run["time"].values / 3600.0
    edges = np.arange(len(missing) + 1.0)
    energy = np.concatenate([[0.0], np.cumsum(5.6e6 * (1.0 - np.array(missing)) * 3600.0)])
    run["grid.E_in_consumers"] = ("time", -np.interp(hour, edges, energy))
    return realised(run, PLANT, given(np.full(len(missing), 5.6)))


def test_a_real_shortage_is_not_made_up_for_by_what_comes_later():
    starved = delivering([0.0, 0.5, 0.5, 0.0, *[-0.25] * 8])
    assert starved["Q_flow_unmet"].values / 5.6e6 == pytest.approx([0.0, 0.5, 0.5, *[0.0] * 9], abs=1e-9)
    lagging = delivering([0.0, 0.013, 0.004, 0.0, -0.009, -0.008])
    assert lagging["Q_flow_unmet"].values == pytest.approx(np.zeros(6), abs=1e-3)


def test_shortage_is_conserved():
    rng = np.random.default_rng(1)
    for _ in range(20):
        missing = rng.normal(0.2, 1.0, 60)
        left = shortage(missing, 60)
        assert np.all((left >= 0.0) & (left <= np.maximum(missing, 0.0) + 1e-12))
        # with unlimited reach it is the highest net deficit that is open at the end
        worst = max(missing[k:].sum() for k in range(60))
        assert left.sum() == pytest.approx(max(worst, 0.0))
