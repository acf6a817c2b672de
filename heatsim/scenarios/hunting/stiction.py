"""A CDU valve that sticks in its packing: the integral part pushes until it jumps, too far every time."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import Positioner
from heatsim.scenarios.hunting.common import BRISK, plant, step, tuned
from heatsim.scenarios.hunting.scenario import Scenario

STUCK = {"S": 0.08, "J": 0.03}
SERVICED = {"S": 0.004, "J": 0.001}
"""Stick band and slip jump, share of the stroke."""


def _case(valve: dict[str, float]) -> Case:
    healthy = tuned(plant(), "tcs_temperature", **BRISK)
    # the drive's own stroke time is that of the valve in the hall
    positioner = Positioner(period=2.0, start=0.8, **valve)
    inputs = step("P_IT", 5.5e6, 5e6, Q_flow_demand=5e6)
    case = Case(healthy, 5400.0, inputs, output_step=4.0)
    return case.of(healthy.copy().insert("positioner", positioner, "hall.opening_cdu"))


def _hunting() -> Case:
    return _case(STUCK)


def _cured() -> Case:
    return _case(SERVICED)


SCENARIO = Scenario(
    name="stiction",
    title="CDU valve sticks: 8 % stick band, 3 % slip jump",
    cause=Cause.STICTION,
    loop="tcs_temperature",
    story=(
        "The packing of the CDU valve was tightened against a leak: the stem follows a reversal only after 8 % of "
        "command and then jumps by 3 % of the stroke. While it sticks the integral part goes on, so the command draws "
        "triangles and the stem rectangles, with a period of three minutes; the coolant swings by 0.5 K. The margins "
        "of the loop (gain 3.5, phase 50°) do not show it."
    ),
    cure=(
        "The valve is serviced and gets a positioner: stick band 0.4 %, slip jump 0.1 %, the same settings of the "
        "controller. Slower settings would only make the cycle longer."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=1800.0,
)
