"""Value curves: a tank whose worth can be worked out, heat pumps of each size, bounds, charges, and bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from dispatch_cases import MWH, given, pumps, simple, store

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import DispatchPlant, HeatPumps, PeakPlant, Tank, Tariff
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.value import resized, value_curves
from heatsim.dispatch.weeks import WEEK
from heatsim.errors import SimulationError, UsageError

PER_MWH_TANK = store(1.0).volume
"""Volume of 1 MWh of heat, m3."""


def two_prices(weeks: int = 2, demand: Any = 4.0) -> xr.Dataset:
    """Return weeks with 20 EUR/MWh for 12 hours and 60 for the next 12: heat at a COP of 4 costs 5 and 15 EUR/MWh."""
    return given(np.broadcast_to(demand, weeks * 168), price=np.tile(np.repeat([20.0, 60.0], 12), 7 * weeks))


def real(**changes: Any) -> DispatchPlant:
    """Return a plant with starts, part load, losses, and boilers behind the tank."""
    parts: dict[str, Any] = {
        "heat_pumps": (HeatPumps(machines=3, heat=2e6, start_cost=20.0, minimum_on=7200.0),),
        "tank": Tank(volume=500.0, UA=100.0),
        "peak": PeakPlant(after_tank=True),
    }
    return DispatchPlant(**(parts | changes))


def swinging(weeks: int = 2) -> xr.Dataset:
    """Return weeks whose demand crosses the heat pumps' limit, with prices that swing by day and drift."""
    random = np.random.default_rng(2)
    hour = np.arange(168 * weeks)
    demand = 5.5 + 2.0 * np.sin(2 * np.pi * (hour - 3) / 24) + random.normal(0.0, 0.4, hour.size)
    price = 40.0 + 25.0 * np.sin(2 * np.pi * (hour - 9) / 12) + random.normal(0.0, 8.0, hour.size)
    return given(demand, IT=7.0, price=price, gas=35.0, T_outdoor=280.0)


def test_a_tank_is_worth_the_price_difference_of_what_it_shifts() -> None:
    # 4 MW more than the demand for 12 hours: up to 48 MWh a day shift from 15 to 5 EUR/MWh
    capacities = np.array([0.0, 12.0, 24.0, 48.0, 96.0])
    curves = value_curves(simple(), two_prices(), capacities * PER_MWH_TANK, [8e6], weeks=1, relax=True)
    expected = 365 * 10.0 * np.minimum(capacities, 48.0)
    np.testing.assert_allclose(curves["value"].values[:, 0], expected, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(
        curves["marginal_value_volume"].values[:, 0] * PER_MWH_TANK, 365 * 10.0 * np.array([1, 1, 1, 0]), atol=1e-3
    )
    np.testing.assert_allclose(
        curves["volume_between"].values, np.array([6.0, 18.0, 36.0, 72.0]) * PER_MWH_TANK, rtol=1e-12
    )
    assert float(curves["cost"][0, 0]) == pytest.approx(8760 * 4.0 * 10.0)
    assert not curves["cost_slack"].values.any()


def test_heat_pumps_give_what_their_size_allows_and_the_boilers_the_rest() -> None:
    curves = value_curves(simple(), two_prices(1), [0.0], [1e6, 3e6, 6e6], weeks=1, relax=True)
    heat = np.array([1.0, 3.0, 4.0])
    np.testing.assert_allclose(curves["heat_pump_heat"].values[0] / MWH, 8760 * heat, rtol=1e-6)
    np.testing.assert_allclose(curves["peak_heat"].values[0] / MWH, 8760 * (4.0 - heat), rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(curves["recovered_heat"].values[0] / MWH, 8760 * 0.75 * heat, rtol=1e-6)
    np.testing.assert_allclose(curves["electricity"].values[0] / MWH, 8760 * 0.25 * heat, rtol=1e-6)
    # gas at 40 and heat at 10 EUR/MWh in the mean; the third step is of 1 MW only, over 3 MW
    np.testing.assert_allclose(
        curves["marginal_value_heat"].values[0] * 1e6, [8760 * 30.0, 8760 * 30.0 / 3.0], rtol=1e-6
    )
    assert curves["co2"].dims == ("volume", "heat")


def test_all_weeks_together_cost_what_each_costs() -> None:
    data, plant = swinging(2), real()
    curves = value_curves(plant, data, [500.0], [6e6], weeks=2, relax=True)
    costs = [
        total_cost(
            optimise(plant, DispatchState(), data.isel(time=slice(i * 168, i * 168 + 168)), relax=True, cyclic=True)
        )
        for i in range(2)
    ]
    assert float(curves["cost"][0, 0]) == pytest.approx(sum(costs) * 8760 / 336, rel=1e-6)
    # neither way contains the other: a span may carry heat from week to week, each week its own charge at its ends
    whole = value_curves(plant, data, [500.0], [6e6], weeks=None, relax=True)
    assert float(whole["cost"][0, 0]) == pytest.approx(float(curves["cost"][0, 0]), rel=0.01)


def test_volume_zero_is_a_plant_without_a_tank() -> None:
    data = swinging(1)
    curves = value_curves(real(), data, [0.0], [6e6], weeks=1, relax=True)
    bare = optimise(replace(real(), tank=None), DispatchState(), data, relax=True, cyclic=True)
    assert float(curves["cost"][0, 0]) == pytest.approx(total_cost(bare) * 8760 / 168, rel=1e-9)


def test_larger_tanks_are_worth_more_but_less_and_less() -> None:
    volumes = [0.0, 200.0, 600.0]
    curves = value_curves(real(), swinging(1), volumes, [6e6], weeks=1, gap=0.01)
    value, slack = curves["value"].values[:, 0], curves["cost_slack"].values[:, 0]
    assert np.all(slack >= 0.0)
    assert np.all(slack <= 0.012 * curves["cost"].values[:, 0])
    assert np.all(np.diff(value) >= -slack[:-1])
    marginal, doubt = curves["marginal_value_volume"].values[:, 0], curves["marginal_slack_volume"].values[:, 0]
    assert np.all(np.diff(marginal) <= doubt[1:] + doubt[:-1])
    assert value[-1] > 1e4
    # whole machines cost at least what fractions do
    relaxed = value_curves(real(), swinging(1), volumes, [6e6], weeks=1, relax=True)
    assert np.all(curves["cost"].values >= relaxed["cost"].values * (1 - 1e-9))
    assert np.all(np.diff(relaxed["value"].values[:, 0]) > 0.0)


@pytest.mark.parametrize(("charge", "peak"), [(0.1, 1.0e6), (0.5, 0.5e6)])
def test_a_power_peak_is_paid_once_a_year_and_weeks_share_it(charge: float, peak: float) -> None:
    # Three weeks of 2 MW and one of 4 MW of heat, from heat pumps at 7.5 or boilers at 40 EUR/MWh. A W of electricity
    # more in the peak saves 4 W of boiler heat: 0.28 EUR/a in the one week, a quarter of the year, 1.14 in all four.
    saved_in_one = 4.0 * 8760 / 4 * 32.5e-6
    assert (charge < saved_in_one) == (peak == 1.0e6)
    assert charge < 4 * saved_in_one
    data = given(np.repeat([4.0, 2.0, 2.0, 2.0], 168), price=30.0)
    plant = simple(tank=None, tariff=Tariff(peak_charge=charge))
    curves = value_curves(plant, data, [0.0], [8e6], weeks=2, relax=True)
    assert float(curves["cost_peak"][0, 0]) == pytest.approx(charge * peak, rel=1e-6)
    short = 4.0 - 4.0 * peak / 1e6
    assert float(curves["peak_heat"][0, 0]) == pytest.approx(short * 8760 / 4 * MWH, rel=1e-6, abs=1.0)


@pytest.mark.slow
def test_a_whole_span_is_planned_in_windows_of_whole_machines() -> None:
    data = swinging(2)
    whole = value_curves(real(), data, [0.0, 300.0], [6e6], weeks=None, gap=0.01)
    relaxed = value_curves(real(), data, [0.0, 300.0], [6e6], weeks=None, relax=True)
    assert np.all(whole["cost"].values >= relaxed["cost"].values * (1 - 1e-3))
    np.testing.assert_allclose(whole["cost"].values, relaxed["cost"].values, rtol=0.05)
    starts = whole["starts"].values * 336 / 8760
    np.testing.assert_allclose(starts, np.round(starts), atol=1e-6)


def test_units_and_what_was_done_are_in_the_attributes() -> None:
    calls: list[tuple[int, int]] = []
    curves = value_curves(
        simple(), two_prices(), [0.0, 100.0], [8e6], weeks=[WEEK], relax=True, progress=lambda *n: calls.append(n)
    )
    assert calls == [(1, 2), (2, 2)]
    assert all(one.attrs["units"] and one.attrs["long_name"] for one in curves.variables.values())
    assert curves.attrs["weeks"] == "7"
    assert curves.attrs["span"] == 2 * WEEK
    assert curves["marginal_value_volume"].attrs["units"] == "EUR/(m3.a)"


def test_resizing_changes_the_sizes_and_nothing_else() -> None:
    plant = real(heat_pumps=(pumps(), pumps(name="small", machines=1, heat=2e6)))
    bigger = resized(plant, 4000.0, 20e6)
    assert [group.heat for group in bigger.heat_pumps] == [8e6, 4e6]
    assert plant.tank is not None
    assert bigger.tank is not None
    np.testing.assert_allclose(bigger.tank.UA, 400.0)
    assert bigger.tank == replace(plant.tank, volume=4000.0, UA=bigger.tank.UA, charge_power=24e6)
    assert resized(plant, 500.0, 10e6) == plant
    assert resized(plant, 0.0, 10e6) == replace(plant, tank=None)


@pytest.mark.slow
def test_two_processes_find_the_same() -> None:
    arguments: dict[str, Any] = {"weeks": 1, "relax": True}
    one = value_curves(simple(), two_prices(), [0.0, 100.0], [4e6, 8e6], **arguments)
    two = value_curves(simple(), two_prices(), [0.0, 100.0], [4e6, 8e6], jobs=2, **arguments)
    xr.testing.assert_identical(one, two)


def test_a_size_without_a_plan_is_named() -> None:
    weak = simple(peak=PeakPlant(heat=1e6, efficiency=1.0))
    with pytest.raises(SimulationError, match="tank 0 m³, heat pumps 2 MW: "):
        value_curves(weak, two_prices(1), [0.0], [2e6, 8e6], weeks=1, relax=True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"volumes": [100.0, 0.0]}, "volumes .* increasing"),
        ({"volumes": []}, "volumes .* at least one"),
        ({"volumes": [-1.0]}, "a tank of -1 m3"),
        ({"heats": [0.0]}, "heat pumps of 0 W"),
        ({"heats": [float("nan")]}, "heats .* finite"),
        ({"jobs": 0}, "jobs = 0"),
        ({"weeks": 3}, "3 representative weeks of 2"),
        ({"plant": simple(tank=None)}, "on a plant without one"),
        ({"plant": simple(tariff=Tariff(co2_limit=1e6))}, "cannot be split among representative weeks"),
    ],
)
def test_bad_arguments(arguments: dict, says: str) -> None:
    given_ones = {"plant": simple(), "year": two_prices(), "volumes": [100.0], "heats": [8e6], "weeks": 1}
    with pytest.raises(UsageError, match=says):
        value_curves(**(given_ones | arguments), relax=True)
