"""What heat in the tank is worth: what the optimum saves by it, with heat pumps at their limit and without."""

from __future__ import annotations

import pytest
from dispatch_cases import MWH, given, simple

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.schedule import stock_value, total_cost
from heatsim.dispatch.state import DispatchState


@pytest.mark.parametrize(
    ("demand", "IT", "worth"),
    [
        (3.5, 100.0, 30.0 / 4.0),  # two machines of 4 MW with a COP of 4 could give more
        (12.0, 100.0, 40.0),  # machines at their limit: more heat is the boilers'
        (7.0, 4.0, 40.0),  # 4 MW of the hall become 5.3 MW
        (5.0, 4.0, 30.0 / 4.0),
    ],
)
def test_stored_heat_is_worth_what_the_optimum_saves_by_it(demand: float, IT: float, worth: float) -> None:
    plant, data = simple(), given([demand] * 8, IT=IT)
    assert stock_value(plant, data) * MWH == pytest.approx(worth)
    state = {charge: DispatchState(state_of_charge=charge, machines_on={"heat_pump": 2}) for charge in (0.5, 0.6)}
    costs = [total_cost(optimise(plant, one, data, gap=1e-6)) for one in state.values()]
    saved = (costs[0] - costs[1]) / (0.1 * plant.tank.capacity / MWH)  # type: ignore[union-attr]
    assert saved == pytest.approx(worth, rel=0.01)


def test_boilers_at_a_lower_price_than_heat_pumps_make_the_value() -> None:
    assert stock_value(simple(), given([3.5] * 4, price=200.0)) * MWH == pytest.approx(40.0)


def test_heat_that_electricity_pays_for_is_worth_nothing() -> None:
    assert stock_value(simple(), given([3.5] * 4, price=-50.0)) == 0.0
