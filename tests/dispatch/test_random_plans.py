"""Plans of random plants, judged by code that shares nothing with the optimisation model."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MWH, PER_MWH, given, store

from heatsim.dispatch.evaluate import evaluate
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import CHP, Curve, DispatchPlant, Hall, HeatPumps, Network, PeakPlant, Tariff
from heatsim.dispatch.rolling import state_after
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.violations import violations
from heatsim.errors import SimulationError


def random_case(seed: int) -> tuple[DispatchPlant, DispatchState, xr.Dataset]:
    """Return a plant, a state and forecasts with everything that a plan may meet."""
    random = np.random.default_rng(seed)

    def maybe(value, otherwise=None, chance=0.5):
        return value if random.random() < chance else otherwise

    step = float(random.choice([900.0, 3600.0]))
    groups = []
    for k in range(random.integers(1, 3)):
        low = float(random.choice([0.2, 0.3, 0.5]))
        middle = float(random.uniform(0.9, 1.05)) * 0.5 * (low + 1.0)
        curve = maybe(Curve((low, 0.5 * (low + 1.0), 1.0), (1.1 * low, middle, 1.0)), Curve((low, 1.0), (low, 1.0)))
        groups.append(
            HeatPumps(
                f"group {k}",
                machines=int(random.integers(1, 4)),
                heat=float(random.uniform(1e6, 4e6)),
                minimum_load=low,
                COP=Curve((30.0, 50.0), (5.0, 3.2)),
                part_load=curve,
                pump=0.01,
                minimum_on=step * float(random.integers(0, 5)),
                minimum_off=step * float(random.integers(0, 4)),
                start_cost=float(random.choice([0.0, 10.0])),
                start_energy=float(random.choice([0.0, 0.05])) * MWH,
                ramp=maybe(0.02 / 60.0, 0.0, 0.3),
            )
        )
    tank = store(
        float(random.uniform(3.0, 30.0)),
        UA=300.0,
        charge_min=0.1,
        charge_max=0.9,
        charge_power=float(random.uniform(2e6, 12e6)),
        discharge_power=float(random.uniform(2e6, 12e6)),
    )
    tariff = Tariff(
        grid_charge=maybe(10 * PER_MWH, 0.0),
        feed_in=maybe(20 * PER_MWH, -5 * PER_MWH),
        peak_charge=maybe(1e-4, 0.0),
        co2_price=maybe(0.05, 0.0),
        heat_value=maybe(3 * PER_MWH, 0.0),
        unmet_cost=400 * PER_MWH,
    )
    carrier = str(random.choice(["gas", "gas", "electricity"]))
    plant = DispatchPlant(
        hall=Hall(rejection_power=0.02),
        heat_pumps=tuple(groups),
        tank=maybe(tank, None, 0.8),
        peak=PeakPlant(10e6, 0.95, carrier, after_tank=bool(random.random() < 0.6), losses=1e4),
        chp=maybe(CHP(start_cost=5.0, minimum_on=2 * step, minimum_off=2 * step), None, 0.3),
        network=Network(loss=1e5, pump=(1e4, 2e-3)),
        tariff=tariff,
    )
    number = 8
    running = {group.name: int(random.integers(0, group.machines + 1)) for group in groups}
    state = DispatchState(
        state_of_charge=float(random.choice([0.05, 0.1, 0.5, 0.9, 0.97])),
        machines_on=running,
        since={g.name: tuple(step * random.integers(0, 6, g.machines).astype(float)) for g in groups},
        load={g.name: float(random.uniform(g.minimum_load, 1.0)) for g in groups if running[g.name]},
        peak_power=1e6,
    )
    data = given(
        random.uniform(1.0, 9.0, number),
        IT=random.uniform(3.0, 7.0, number),
        price=random.uniform(-40.0, 90.0, number),
        gas=30.0,
        step=step,
        T_outdoor=280.15,
        heat_pump_available=random.choice([1.0, 1.0, 0.6], number),
    )
    return plant, state, data


def judged(seed: int) -> None:
    """Plan a random case, in one go and then from its middle on, and judge the plans."""
    plant, state, data = random_case(seed)
    try:
        schedule = optimise(plant, state, data, gap=1e-4)
    except SimulationError as error:
        # Machines that run and must go on may make more heat than anyone takes, or need more than the hall offers.
        if "too much heat" not in str(error) and "too little heat" not in str(error):
            raise
        return
    assert violations(plant, state, data, schedule) == []
    assert evaluate(plant, state, data, schedule)["total"] == pytest.approx(total_cost(schedule), rel=1e-6, abs=1e-3)
    half = schedule.isel(time=slice(0, 4)).isel(time_edge=slice(0, 5))
    rest = data.isel(time=slice(4, None)).assign_attrs(data.attrs)
    after = state_after(plant, state, half)
    again = optimise(plant, after, rest, gap=1e-4)
    assert violations(plant, after, rest, again) == []


@pytest.mark.parametrize("seed", range(6))
def test_plans_keep_every_limit(seed):
    judged(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_plans_keep_every_limit_in_many_cases(seed):
    judged(seed)
