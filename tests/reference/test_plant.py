"""The reference plant is one closed system: complete, scalable, and safe when the tank is full or the load is small."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from heatsim.control import Mode
from heatsim.errors import SimulationError, UsageError
from heatsim.reference import LOOPS, PLANTS, reference_plant
from heatsim.simulation import simulate
from heatsim.solvers import trim

pytestmark = pytest.mark.xdist_group("day")

WINTER = {"T_outdoor": 275.15, "T_ground": 279.15, "heat_pump_available": 1.0}


def run(P_IT: float, demand: float, hours: float, capacity: float = 10e6, **settings: float) -> xr.Dataset:
    system = reference_plant(it_capacity=capacity)
    for name, value in settings.items():
        system.set(name.replace("__", "."), value)
    inputs = {**WINTER, "P_IT": P_IT, "Q_flow_demand": demand}
    return simulate(system, inputs=inputs, stop=3600.0 * hours, start_from=trim(system, at=inputs))


def test_every_plant_and_loop_is_there_and_everything_is_connected() -> None:
    system = reference_plant()
    system.check()
    assert set(PLANTS) | {loop.name for loop in LOOPS} | {"supervisor"} <= set(system.members)
    assert len(LOOPS) == 9
    driven = {connection.target for connection in system.connections}
    assert {loop.command for loop in LOOPS if loop.command} <= driven
    assert set(system.inputs) == {"P_IT", "T_outdoor", "T_ground", "Q_flow_demand", "heat_pump_available"}


def test_a_smaller_plant_has_the_same_temperatures() -> None:
    """Flows and powers scale with the capacity, temperatures and pressures do not."""
    full, small = run(6e6, 8e6, 0.5), run(1.8e6, 2.4e6, 0.5, capacity=3e6)
    for name in ("hall.T_chip", "hall.T_tcs_supply", "hall.T_fws_out", "heat_pump.T_sink_out", "peak.T_out"):
        assert small[name].values[-1] == pytest.approx(full[name].values[-1], abs=0.3), name
    for name in ("heat_pump.Q_flow_sink", "heat_pump.P_el", "hall.m_flow_fws"):
        assert small[name].values[-1] == pytest.approx(0.3 * full[name].values[-1], rel=0.02), name
    # The pipes are as long and only thinner, so the smaller network loses more of its heat and takes more flow.
    assert small["grid.m_flow"].values[-1] == pytest.approx(0.3 * full["grid.m_flow"].values[-1], rel=0.1)


def test_a_full_tank_makes_the_dry_coolers_take_the_surplus() -> None:
    ds = run(8e6, 4e6, 3.0, storage__state_of_charge_start=1.0)
    last = ds.isel(time=-1)
    assert float(last["supervisor.mode"]) == Mode.PARTIAL_REJECTION
    assert float(last["storage.m_flow_charge"]) == pytest.approx(0.0, abs=1.5)
    assert float(last["hall.Q_flow_rejected"]) > 3e6
    assert float(ds["hall.T_tcs_supply"].max()) < 273.15 + 38.0
    assert float(ds["storage.state_of_charge"].max()) < 1.05


def test_a_nearly_idle_hall_stops_the_machines_and_stays_cool() -> None:
    ds = run(0.5e6, 5e6, 2.0)
    assert float(ds["heat_pump.Q_flow_condenser"].isel(time=-1)) < 1e4
    assert float(ds["supervisor.mode"].isel(time=-1)) == Mode.FULL_REJECTION
    assert float(ds["hall.T_chip"].max()) < 273.15 + 45.0
    assert float(ds["grid.Q_flow_unmet"].isel(time=-1)) < 5e4


def test_loops_are_calm_at_constant_load() -> None:
    """Nothing swings: no loop hunts on its own at any load the day passes through."""
    for P_IT in (4e6, 6.5e6, 9e6):
        ds = run(P_IT, 9e6, 1.5).isel(time=slice(-30, None))
        for loop in LOOPS:
            command = ds[f"{loop.name}.y"].values
            assert np.ptp(command) < 0.02 * (3.0 if loop.name == "heat_pump_capacity" else 1.0), (loop.name, P_IT)


def test_a_capacity_without_sense_is_refused() -> None:
    with pytest.raises(UsageError, match=r"lies outside of 0\.1 MW to 1000 MW"):
        reference_plant(it_capacity=10.0)


@pytest.mark.slow
def test_a_summer_day_has_a_steady_state() -> None:
    """At 4 % of its flow the water of the network takes more than a day to get around and be warm everywhere."""
    summer = {
        "T_outdoor": 289.28,
        "T_ground": 288.69,
        "heat_pump_available": 1.0,
        "P_IT": 4.2e6,
        "Q_flow_demand": 0.504e6,
    }
    assert trim(reference_plant(), at=summer).residual < 1e-5
    with pytest.raises(SimulationError, match=r"no steady state within 86400 s"):
        trim(reference_plant(), at=summer, horizon=86400.0)
