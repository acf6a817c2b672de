"""Four CDUs on one thin header: each is calm alone, together they fight the header's pressure loop."""

from __future__ import annotations

import heatsim as hs
from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.reference.loops import LOOPS
from heatsim.scenarios.hunting.common import compiler, gentle, plant, step, tuned
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system import System

NUMBER = 4
LIQUID_SHARE = 0.85
HEADER = {"dp_header_nominal": 7e4}
"""The header takes 70 % of the pressure difference of the hall at nominal flow."""
SETPOINT = 3e4
"""Pressure difference across the CDUs, at the end of the header, Pa."""
TEMPERATURE = {"k": -0.12, "Ti": 20.0}
SLOW_PRESSURE = {"k": 2e-6, "Ti": 6.0, "T_sensor": 20.0}
FAST_PRESSURE = {"k": 6e-6, "Ti": 6.0, "T_sensor": 5.0}


def _remove(system: System, unit: str) -> None:
    for connection in list(system.connections):
        if unit in (connection.source.partition(".")[0], connection.target.partition(".")[0]):
            system.disconnect(connection.target)
    del system.members[unit]


def _plant() -> System:
    """Return the reference plant with four CDUs, each with its racks and two loops, in the place of one large one."""
    system = plant()
    loops = {loop.name: loop for loop in LOOPS}
    for name in ("tcs_temperature", "tcs_pressure"):
        _remove(system, name)
    system.disconnect("hall.P_IT")
    system.replace("hall", hs.build("HeatReuse.Plants.MultiCDULoop", compiler=compiler()))
    system.connect("P_IT", "hall.P_IT_air", factor=1.0 - LIQUID_SHARE)
    for i in range(1, NUMBER + 1):
        system.connect("P_IT", f"hall.P_IT[{i}]", factor=LIQUID_SHARE / NUMBER)
        for name, measured, moved in (
            ("tcs_temperature", "T_tcs_supply", "opening_cdu"),
            ("tcs_pressure", "dp_tcs", "speed_tcs"),
        ):
            unit = f"{name}_{i}"
            system.add(unit, loops[name].controller(), inputs=loops[name].constants())
            system.connect(f"hall.{measured}[{i}]", f"{unit}.measurement")
            system.connect(f"{unit}.y", f"hall.{moved}[{i}]")
        tuned(system, f"tcs_temperature_{i}", **TEMPERATURE)
    # at the end of the header, where the CDUs are
    system.disconnect("fws_pressure.measurement").connect("hall.dp_cdus", "fws_pressure.measurement")
    system.set("fws_pressure.setpoint", SETPOINT)
    return tuned(system, "hall", **HEADER)


def _case(pressure: dict[str, float]) -> Case:
    system = tuned(_plant(), "fws_pressure", **pressure)
    inputs = step("P_IT", 8.5e6, 8e6)
    return Case(system, 5400.0, inputs, output_step=4.0, twin=gentle(system, "fws_pressure"))


def _hunting() -> Case:
    return _case(SLOW_PRESSURE)


def _cured() -> Case:
    return _case(FAST_PRESSURE)


SCENARIO = Scenario(
    name="parallel_cdus",
    title="Four CDUs on one thin header fight its pressure loop",
    cause=Cause.PARALLEL_CDUS,
    loop="tcs_temperature_1",
    story=(
        "Four CDUs hang on a header that takes 70 % of the pressure of the hall; the pump holds the pressure at its "
        "end, with a transmitter damped to 20 s. Every loop was tuned by itself and is well damped by itself (CDU: "
        "gain margin 3, phase margin 56°; pressure: phase margin 70°); so are two CDUs with the pump, and four with "
        "the pump in manual. All together are not (gain margin of one CDU with the others at work: 0.4): four valves "
        "that open take the pressure from the header and open further, and the pump arrives when they are closing "
        "again. Period three minutes, coolant by 2.4 K."
    ),
    cure=(
        "The pressure loop is made faster than the CDUs, so that they see a constant pressure: damping of the "
        "transmitter 5 s instead of 20 s, gain three times higher."
    ),
    hunting=_hunting,
    cured=_cured,
    settle=1800.0,
)
