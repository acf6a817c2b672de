"""Random small plants, states and forecasts for property tests of dispatch."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from dispatch_cases import given, pumps, simple, store
from hypothesis import strategies as st

from heatsim.dispatch.plant import CHP, Curve, DispatchPlant, Hall, HeatPumps, Network, PeakPlant, Tariff
from heatsim.dispatch.state import DispatchState

HOUR = 3600.0
HOURS = 8


def _group(draw: Any, name: str) -> HeatPumps:
    least = draw(st.sampled_from([0.3, 0.5, 1.0]))
    curve = draw(st.sampled_from([(0.36, 0.58, 1.0), (0.3, 0.6, 1.0), (0.4, 0.7, 1.0)]))
    return pumps(
        name=name,
        machines=draw(st.integers(1, 3)),
        heat=draw(st.sampled_from([2e6, 4e6])),
        minimum_load=least,
        part_load=Curve((0.3, 0.6, 1.0), curve),
        COP=Curve((35.0, 55.0), (4.5, 3.0)),
        standby=5e3,
        pump=0.01,
        minimum_on=draw(st.sampled_from([0.0, 2.0, 3.0])) * HOUR,
        minimum_off=draw(st.sampled_from([0.0, 2.0, 3.0])) * HOUR,
        start_cost=draw(st.sampled_from([0.0, 15.0])),
        start_energy=draw(st.sampled_from([0.0, 3.6e8])),
        ramp=draw(st.sampled_from([0.0, 0.25 / HOUR])),
    )


@st.composite
def cases(draw: Any) -> tuple[DispatchPlant, DispatchState, xr.Dataset]:
    """Return plant, state and forecasts; demand can always be met at a penalty."""
    groups = tuple(_group(draw, name) for name in ("first", "second")[: draw(st.integers(1, 2))])
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    tank = None
    if draw(st.booleans()):
        tank = store(
            draw(st.sampled_from([6.0, 20.0])),
            UA=300.0,
            charge_min=0.05,
            charge_max=0.95,
            charge_power=draw(st.sampled_from([4e6, 30e6])),
            discharge_power=draw(st.sampled_from([4e6, 30e6])),
        )
    plant = simple(
        hall=Hall(heat_base=1e5, heat_per_power=1.03, rejection_power=0.02),
        heat_pumps=groups,
        tank=tank,
        peak=PeakPlant(
            heat=draw(st.sampled_from([3e6, 20e6])),
            efficiency=0.92,
            carrier=draw(st.sampled_from(["gas", "electricity"])),
            after_tank=draw(st.booleans()),
            losses=2e4,
        ),
        chp=draw(st.sampled_from([None, None, CHP(minimum_on=2 * HOUR, minimum_off=2 * HOUR, start_cost=5.0)])),
        network=Network(loss=3e5, pump=(1e4, 2e-3)),
        tariff=Tariff(
            grid_charge=20.0 / 3.6e9,
            peak_charge=draw(st.sampled_from([0.0, 1e-4])),
            co2_price=draw(st.sampled_from([0.0, 0.05])),
            heat_value=draw(st.sampled_from([0.0, 5.0 / 3.6e9])),
            unmet_cost=1000.0 / 3.6e9,
        ),
        T_sink=348.15,
    )
    running = {group.name: draw(st.integers(0, group.machines)) for group in groups}
    state = DispatchState(
        state_of_charge=draw(st.sampled_from([0.05, 0.4, 0.95, 0.0, 1.0])),
        machines_on=running,
        since={group.name: tuple(HOUR * random.integers(1, 4, group.machines)) for group in groups},
        load={group.name: float(random.uniform(group.minimum_load, 1.0)) for group in groups if draw(st.booleans())},
        chp_on=draw(st.booleans()) and plant.chp is not None,
        chp_since=HOUR,
        peak_power=1e6,
    )
    scale = draw(st.sampled_from([0.5, 4.0, 12.0]))
    forecasts = given(
        scale * random.uniform(0.3, 1.0, HOURS),
        IT=draw(st.sampled_from([1.0, 5.0, 30.0])) * random.uniform(0.5, 1.0, HOURS),
        price=random.uniform(-40.0, 90.0, HOURS),
        gas=35.0,
        T_outdoor=280.0,
        T_source=random.uniform(300.0, 312.0, HOURS),
        heat_pump_available=np.where(random.uniform(size=HOURS) < draw(st.sampled_from([0.0, 0.2])), 0.5, 1.0),
    )
    return plant, state, forecasts
