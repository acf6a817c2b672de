"""A controller that runs once a minute with the settings of a continuous one."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import SampledPID
from heatsim.scenarios.hunting.common import BRISK, gentle, plant, step, tuned
from heatsim.scenarios.hunting.scenario import Scenario

SLOW, FAST = 60.0, 5.0
"""Sample times, s."""


def _case(period: float) -> Case:
    continuous = tuned(plant(), "tcs_temperature", **BRISK)
    digital = SampledPID.like(continuous.members["tcs_temperature"], period=period)
    inputs = step("P_IT", 5.5e6, 5e6, Q_flow_demand=5e6)
    case = Case(continuous, 7200.0, inputs, output_step=5.0, twin=gentle(continuous, "tcs_temperature"))
    return case.of(continuous.copy().replace("tcs_temperature", digital))


def _hunting() -> Case:
    return _case(SLOW)


def _cured() -> Case:
    return _case(FAST)


SCENARIO = Scenario(
    name="slow_sampling",
    title="Controller of the coolant temperature runs once a minute",
    cause=Cause.SLOW_SAMPLING,
    loop="tcs_temperature",
    story=(
        "The loop runs in the building automation, which polls its points once a minute, with the settings of a "
        "continuous controller (gain margin 3.5, phase margin 50°). Sampling and holding act like a dead time of half "
        "a minute, and the integral part adds the error of a whole minute at once: the gain margin is 0.9. Valve and "
        "coolant swing with a period of three to four samples, a little more with every swing."
    ),
    cure=(
        "The same controller with the same settings, run every 5 s: gain margin 3.6. Who has to stay at a minute takes "
        "a third of the gain (gain margin 2.8)."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=3000.0,
)
