"""One policy on the real plant for an hour or two: what a process of the dispatch study gives back."""

from __future__ import annotations

import numpy as np
import pytest

from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.plant import Curve, DispatchPlant, HeatPumps, Network, PeakPlant
from heatsim.study import dispatch_series
from heatsim.study.dispatch_runs import Job, PolicyRun, run_policy

pytestmark = pytest.mark.xdist_group("day")

STOP = 2 * 3600.0


@pytest.fixture(scope="module")
def done() -> PolicyRun:
    """Two hours of a plant without a tank, dispatch knowing the plant roughly."""
    sources = dispatch_series.find({}, data=None, start="2020-04-20T12:00", stop=STOP)
    series = dispatch_series.series(sources, start="2020-04-20T12:00", stop=STOP)
    plant = DispatchPlant(
        heat_pumps=(HeatPumps(COP=Curve((35.0, 45.0), (4.4, 3.6)), start_cost=20.0),),
        peak=PeakPlant(after_tank=True),
        network=Network(loss=0.3e6),
    )
    job = Job(
        policy="no_tank",
        plant=plant,
        preset="reference",
        it_capacity=None,
        compiler="auto",
        settings=(),
        series=series,
        forecasts=forecasts(series, stop=STOP),
        start="2020-04-20T12:00",
        stop=STOP,
        every=3600.0,
        horizon=48 * 3600.0,
        seed=0,
        output_step=600.0,
    )
    return run_policy(job)


def test_plan_and_run_cover_the_same_hours_on_the_clock(done: PolicyRun) -> None:
    assert done.planned["time"].values.tolist() == done.realised["time"].values.tolist() == [0.0, 3600.0]
    for one in (done.planned, done.realised, done.run):
        assert one.attrs["policy"] == "no_tank"
        assert one.attrs["start_time"].startswith("2020-04-20T12:00")
    np.testing.assert_allclose(np.diff(done.run["time"]), 600.0)


def test_the_plant_without_a_tank_gives_the_demand_and_stays_within_its_limits(done: PolicyRun) -> None:
    assert done.plant.tank is None
    assert done.run["storage.T"].mean() > 0.0
    realised = done.realised
    given = realised["Q_flow_heat_pump"] + realised["Q_flow_peak"] - realised["Q_flow_charge"]
    # What is left over warms the water of the network.
    assert float(given.mean()) == pytest.approx(float(realised["Q_flow_wanted"].mean()), rel=0.1)
    assert float(realised["Q_flow_wanted"].mean()) == pytest.approx(
        float(realised["Q_flow_demand"].mean()) + 0.33e6, rel=0.03
    )
    assert done.energy_residual < 1e-5
    assert done.unmet < 0.01
    assert done.figures["chip_violation"] == (0.0, "K.h")
    assert done.failures == {}
    assert done.plans == 1


def test_costs_are_those_of_the_prices_that_were_attached(done: PolicyRun) -> None:
    price = done.run["price_electricity"].sel(time=[0.0, 3600.0]).values
    realised = done.realised
    np.testing.assert_allclose(realised["cost_electricity"], 3600.0 * price * realised["P_bought"], rtol=1e-6)
