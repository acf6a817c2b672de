"""A CDU valve of line size with a linear characteristic: a few percent of lift are the whole flow."""

from __future__ import annotations

import math

import casadi as ca

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import Expression
from heatsim.scenarios.hunting.common import BRISK, gentle, plant, step, tuned
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system import Port, System

OVERSIZING = 3.0
"""Flow through the open valve over nominal flow."""
AUTHORITY = 0.1
RANGEABILITY = 50.0
SEAT = 0.05
"""Lift below which the valve of the library closes (`HeatReuse.Valves.equalPercentage`)."""


def _linear_plug() -> Expression:
    """Lift of the equal-percentage valve of the library that has the flow coefficient of a linear one."""
    least = RANGEABILITY ** (SEAT - 1.0)

    def lift(u: dict[str, ca.SX], p: dict[str, ca.SX]) -> dict[str, ca.SX]:
        opening = ca.fmin(ca.fmax(u["u"], 0.0), 1.0)
        above = 1.0 + ca.log(ca.fmax(opening, least)) / math.log(RANGEABILITY)
        return {"y": ca.if_else(opening > least, above, SEAT * opening / least)}

    return Expression(
        inputs=[Port("u", "1", description="Lift of the linear valve")],
        outputs=[Port("y", "1", description="Lift of an equal-percentage valve with the same flow coefficient")],
        function=lift,
    )


def _system() -> System:
    system = tuned(plant(), "tcs_temperature", **BRISK)
    return system.insert("cdu_plug", _linear_plug(), "hall.opening_cdu")


def _case(system: System) -> Case:
    inputs = step("P_IT", 5e6, 4.5e6, Q_flow_demand=5e6)
    return Case(system, 5400.0, inputs, output_step=2.0, twin=gentle(system, "tcs_temperature"))


def _hunting() -> Case:
    return _case(_system().set("hall.oversizing_valve", OVERSIZING).set("hall.authority", AUTHORITY))


def _cured() -> Case:
    return _case(_system())


SCENARIO = Scenario(
    name="oversized_valve",
    title="CDU valve three times too large, authority 0.1",
    cause=Cause.OVERSIZED_VALVE,
    loop="tcs_temperature",
    story=(
        "The CDU valve was bought in the size of the pipe: fully open it passes three times the nominal flow, with an "
        "authority of 0.1 and a linear plug, so that the installed characteristic is that of a quick-opening valve. At "
        "half load it works at 7 % of its lift, where a percent of lift moves the coolant by 0.86 K instead of 0.14 K. "
        "The loop, tuned for a gain margin of 3.5 with a valve of the right size, is unstable below 6.5 MW (gain "
        "margin 0.85 at 4.5 MW): the valve bangs on its seat and the coolant swings by 2.4 K, with a period of 83 s "
        "since the drive cannot follow the 49 s of the linear prediction."
    ),
    cure=(
        "A valve for the flow: 1.25 times the nominal flow when open, authority 0.5, the same linear plug and the same "
        "settings of the controller. It works at 38 % of its lift, with a gain margin of 5.3."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=1800.0,
)
