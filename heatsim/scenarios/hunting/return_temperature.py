"""Supply temperature that follows the returning temperature: a loop through the whole network and its dead time."""

from __future__ import annotations

from typing import Any

import casadi as ca

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import Expression, Lag
from heatsim.scenarios.hunting.boosted import boosted_plant
from heatsim.scenarios.hunting.common import step
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system import Port
from heatsim.system.system import System

T_SUPPLY, T_RETURN = 348.15, 316.85
"""Supply temperature and the returning temperature that belongs to it at a demand of 12 MW, K: 75 and 43.7 °C."""
STEEP, GENTLE = 10.0, 2.0
"""Supply temperature over returning temperature, K/K."""


def compensation(slope: float) -> Expression:
    """Set point of the supply that rises with the returning temperature, between 70 and 85 °C.

    Parameters
    ----------
    slope
        Supply over returning temperature, K/K; a parameter.
    """

    def curve(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
        wanted = p["T_supply"] + p["slope"] * (u["T_return"] - p["T_return"])
        return {"T_supply": ca.fmin(ca.fmax(wanted, p["T_min"]), p["T_max"])}

    return Expression(
        inputs=[Port("T_return", "K", nominal=300.0, description="Returning temperature")],
        outputs=[Port("T_supply", "K", nominal=300.0, description="Set point of the supply temperature")],
        parameters=[
            Port("slope", "K/K", start=slope, description="Rise of the supply set point over that of the return"),
            Port("T_return", "K", start=T_RETURN, description="Returning temperature at the base point"),
            Port("T_supply", "K", start=T_SUPPLY, description="Supply set point at the base point"),
            Port("T_min", "K", start=343.15, description="Lowest supply set point"),
            Port("T_max", "K", start=358.15, description="Highest supply set point"),
        ],
        function=curve,
    )


def _plant() -> System:
    return boosted_plant(T_SUPPLY, state_of_charge=0.2)


def _compensated(slope: float) -> System:
    system = _plant()
    system.add("return_sensor", Lag(T=20.0, unit="K", nominal=300.0, start=T_RETURN, description="Returning water"))
    system.add("supply_curve", compensation(slope))
    system.members["network_supply"].inputs.pop("setpoint")
    system.connect("grid.T_return", "return_sensor.u")
    system.connect("return_sensor.y", "supply_curve.T_return")
    return system.connect("supply_curve.T_supply", "network_supply.setpoint")


def _sound() -> Case:
    """A cold day with a constant supply set point: the demand rises from 11.5 to 12 MW."""
    inputs = step("Q_flow_demand", 11.5e6, 12e6, at=1800.0, P_IT=7e6)
    return Case(_plant(), stop=108000.0, inputs=inputs, output_step=60.0)


def hunting() -> Case:
    """Ten kelvins of supply for one of return."""
    return _sound().of(_compensated(STEEP))


def cured() -> Case:
    """Two kelvins of supply for one of return."""
    return _sound().of(_compensated(GENTLE))


SCENARIO = Scenario(
    name="return_temperature",
    title="supply temperature that follows the return",
    cause=Cause.RETURN_TEMPERATURE,
    loop="network_supply",
    story=(
        "A warmer supply makes a colder return, since the substations throttle: 1 K more gives 0.2 K less. To keep the "
        "return cold for the heat pumps, the set point of the boilers was made to rise by 10 K for each kelvin of the "
        "return above 43.7 °C. The answer of the return comes half a cycle too late, after supply and return pipes "
        "of 8.8 km: at a period of 3.4 h the network turns the sign round with a gain of 0.18 K/K, so any slope "
        "above 5.7 K/K keeps supply and return swinging between their limits."
    ),
    cure=(
        "Slope of 2 K/K instead of 10 K/K, a gain margin of 2.8. A colder return for good is a matter of substations, "
        "not of the supply temperature."
    ),
    hunting=hunting,
    cured=cured,
    settle=14400.0,
    over="Q_flow_demand",
    full_load=14e6,
    flow="grid.m_flow",
)
