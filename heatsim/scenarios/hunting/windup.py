"""A controller without anti-windup that was in saturation once, and swings from limit to limit ever since."""

from __future__ import annotations

import math

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import PID
from heatsim.scenarios.hunting.common import gentle, plant, pulse, tuned
from heatsim.scenarios.hunting.scenario import Scenario

SETTINGS = {"k": -0.15, "Ti": 35.0}
STROKE = 150.0
"""Stroke time of the valves, s."""
WINTER = {"supervisor.T_fws_setpoint": 300.15, "dry_cooler.setpoint": 302.15}
"""Facility water at 27 °C, so that the open valve cools far below the set point at low load."""
IDLE, OVERLOAD = 2e6, 12e6
"""Power of the IT before and after, and during an overload of 30 minutes, W."""


def _case(Tt: float) -> Case:
    system = tuned(plant(), "tcs_temperature", **SETTINGS).set("hall.T_stroke_valve", STROKE)
    for path, value in WINTER.items():
        system.set(path, value)
    controller = PID.like(system.members["tcs_temperature"], Tt=Tt)
    inputs = pulse("P_IT", IDLE, OVERLOAD, 600.0, 2400.0, Q_flow_demand=6e6)
    case = Case(system, 9000.0, inputs, output_step=5.0, twin=gentle(system, "tcs_temperature"))
    return case.of(system.copy().replace("tcs_temperature", controller))


def _hunting() -> Case:
    return _case(math.inf)


def _cured() -> Case:
    return _case(SETTINGS["Ti"])


SCENARIO = Scenario(
    name="windup",
    title="No anti-windup: swings from limit to limit after an overload",
    cause=Cause.WINDUP,
    loop="tcs_temperature",
    story=(
        "For half an hour the hall draws 12 MW, more than it is built for, and falls back to 2 MW when the job ends. "
        "The controller of the CDU valve has no anti-windup. During the overload the valve stays open for ten minutes "
        "longer than it should, and the coolant falls to 31 °C. When the job ends, each swing drives the valve, with "
        "its stroke of 150 s, to a limit; there the integral part goes on growing, so that the valve leaves the limit "
        "too late and the next swing is as large. These swings never end: limit to limit every six and a half minutes, "
        "coolant by 10 K. For small changes the loop is stable (gain margin 3.7, phase margin 33°)."
    ),
    cure=(
        "Back-calculation with a tracking time equal to the integral time of 35 s. The settings stay; after the same "
        "overload the swings are gone in 15 minutes."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=4200.0,
)
