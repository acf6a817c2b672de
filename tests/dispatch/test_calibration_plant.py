"""Calibration on the dynamic plant: what one part of a run shows holds in another; a calibrated plan comes true."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.dispatch.calibration import calibrate, iterate
from heatsim.dispatch.comparison import NO_TANK, PERFECT, compare_policies, on_plant
from heatsim.dispatch.execution import execute
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.measured_state import state_of
from heatsim.dispatch.observations import meters
from heatsim.dispatch.plant import Curve, DispatchPlant, Hall, HeatPumps, PeakPlant
from heatsim.dispatch.policies import Optimum
from heatsim.dispatch.power import power
from heatsim.dispatch.reading import plant_of
from heatsim.study import dispatch_series
from studies.validation.data import MissingData, public

DAY = 86400.0
ROUGH = DispatchPlant(
    hall=Hall(heat_per_power=0.95),
    heat_pumps=(HeatPumps(COP=Curve((30.0, 35.0, 40.0, 45.0), (4.5, 4.0, 3.6, 3.2))),),
    peak=PeakPlant(after_tank=True),
)


def series(name, units, values):
    time = 1800.0 * np.arange(values.size)
    return xr.DataArray(values, dims="time", coords={"time": time}, attrs={"units": units}, name=name)


@pytest.fixture(scope="module")
def plain_run():
    """Return 18 h of the plant with its plain supervisor, more demand than heat and then more heat than demand."""
    hours = 0.5 * np.arange(37)
    inputs = {
        "P_IT": series("P_IT", "W", 6.5e6 + 1.2e6 * np.sin(hours / 1.7)),
        "Q_flow_demand": series("Q_flow_demand", "W", 7.5e6 - 4e6 * np.sin(2 * np.pi * (hours - 2.0) / 18.0)),
        "T_outdoor": series("T_outdoor", "K", np.full(hours.size, 283.0)),
        "T_ground": series("T_ground", "K", np.full(hours.size, 282.0)),
        "heat_pump_available": series("heat_pump_available", "1", np.ones(hours.size)),
    }
    system = hs.reference_plant()
    system.set("storage.state_of_charge_start", 0.6)
    return hs.simulate(system, inputs, stop=64800.0, output_step=600.0, start_from=hs.trim(system, at=inputs))


def misses(plant, dataset):
    """Return errors of a plant's laws against a run's meters, %: heat offered, electricity of the heat pumps, pump."""
    seen, group = meters(dataset, 3600.0), plant.heat_pumps[0]
    P_IT = seen.power("hall.E_in_IT")
    offered = seen.power("hall.E_in_recovery", -1.0) + seen.power("hall.E_in_outdoor", -1.0) + seen.power("hall.U")
    running, _, _, _ = seen.machines("heat_pump.capacity_actual")
    heat = seen.power("heat_pump.E_in_sink", -1.0)
    modelled = power(group, running, heat, plant.T_sink - plant.hall.T_source(P_IT)) + group.machines * group.standby
    electricity = seen.power("heat_pump.E_el")
    pump = seen.power("grid.E_pump")
    return (
        100.0 * abs(plant.hall.heat(P_IT).sum() / offered.sum() - 1.0),
        100.0 * abs(modelled.sum() / electricity.sum() - 1.0),
        100.0 * abs(plant.network.pump_power(seen.power("grid.E_demand")).sum() / pump.sum() - 1.0),
    )


def test_holds_for_hours_that_were_not_used(plain_run):
    first, second = plain_run.sel(time=slice(0, 36000.0)), plain_run.sel(time=slice(36000.0, None))
    found = calibrate(ROUGH, first)
    before, after = misses(ROUGH, second), misses(found.plant, second)
    assert min(before) > 5.0
    assert after[0] < 1.0
    assert after[1] < 3.0
    assert after[2] < 10.0
    assert found["tank.capacity_factor"].seen
    assert found.plant.tank.capacity_factor == pytest.approx(0.99, abs=0.01)
    # Heat that the meters count: of the pipes and of the boilers' casing.
    assert found.plant.network.loss == pytest.approx(3e5, rel=0.2)
    assert found.plant.peak.losses == pytest.approx(4e4, rel=0.1)


@pytest.mark.slow
def test_perfect_foresight_week_comes_true():
    try:
        folder = public("profiles/district_2020.csv").parent
    except MissingData as missing:
        pytest.skip(str(missing))
    start, stop = "2020-04-20", 7.0 * DAY
    sources = dispatch_series.find({}, data=folder, start=start, stop=stop)
    inputs = dispatch_series.series(sources, start=start, stop=stop)
    data = forecasts(inputs, stop=stop)
    system = hs.reference_plant()
    plant = plant_of(system, start_cost=20.0)

    def plan_and_run(known):
        return execute(system, Optimum(known), inputs, data, stop=stop, plant=known, output_step=300.0)

    first, second = iterate(plant, plan_and_run, forecasts=data).rounds
    assert abs(second.gap["cost_compared"].percent) < 3.0
    assert abs(second.gap["electricity_bought"].percent) < 1.0
    for name in ("cost_compared", "electricity_bought", "peak_heat"):
        assert abs(second.gap[name].difference) < abs(first.gap[name].difference), name
    assert second.gap["state_of_charge_rms"].realised < 0.02
    assert second.gap["unmet_share"].realised < 1e-3
    figures = hs.kpis(second.execution.dataset, groups=["temperatures"])
    assert figures["chip_violation"] == figures["tcs_supply_violation"] == figures["hall_air_violation"] == 0.0

    state = state_of(first.execution.dataset, plant, 0.0)
    known = first.calibration.plant
    run = on_plant(system, inputs, data, plant=known, stop=stop, output_step=300.0)
    table = compare_policies({}, state, data, plant=known, run=run)
    assert table[PERFECT].saving_realised > 0.0
    assert abs(table[NO_TANK].gap_percent) < 5.0
    assert table[NO_TANK].unmet_share < 1e-3
