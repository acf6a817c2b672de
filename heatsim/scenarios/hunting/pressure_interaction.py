"""Network pump against substation valves: each calm alone, hunting together."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.scenarios.hunting.common import plant, step
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system.system import System

K_THERMOSTAT, TI_THERMOSTAT = 0.15, 20.0
"""Thermostats as set on a network whose pump ran at constant speed, 1/K and s."""
K_PUMP, TI_PUMP, T_TRANSMITTER = 1e-6, 10.0, 15.0
"""Pressure controller as set with the valves at rest, 1/Pa and s, and the damping of its transmitter, s."""


def _sharp_thermostats(system: System) -> System:
    system.set("grid.k_thermostat", K_THERMOSTAT)
    return system.set("grid.Ti_thermostat", TI_THERMOSTAT)


def _sharp_pump(system: System) -> System:
    system.set("network_pressure.k", K_PUMP)
    system.set("network_pressure.Ti", TI_PUMP)
    system.set("network_pressure.Tt", TI_PUMP)
    return system.set("network_pressure.T_sensor", T_TRANSMITTER)


def _sound() -> Case:
    """Morning on a cold day: demand rises from 11.5 to 12 MW of 14 MW."""
    return Case(plant(), stop=3600.0, inputs=step("Q_flow_demand", 11.5e6, 12e6), output_step=5.0)


def hunting() -> Case:
    """Both loops sharp."""
    return _sound().of(_sharp_pump(_sharp_thermostats(plant())))


def cured() -> Case:
    """The pump as in the reference tuning, the thermostats still sharp."""
    return _sound().of(_sharp_thermostats(plant()))


SCENARIO = Scenario(
    name="pressure_interaction",
    title="network pump against substation valves",
    cause=Cause.INTERACTION,
    loop="network_pressure",
    story=(
        "The thermostats of the substations were sharpened (0.15 1/K, 20 s) while the pump ran at constant speed. "
        "They are calm there, because a valve that opens takes pressure from itself: at 12 MW the pipes take nine "
        "tenths of the head, and the flow hardly follows the valve. Then the pump got a controller for the pressure "
        "difference at the critical consumer (1e-6 1/Pa, 10 s, transmitter damped with 15 s), which is calm with the "
        "valves at rest. Together they hunt: the pump answers every valve within the time of the thermostats, gives "
        "each valve the flow that the pipes took from it, and gives it late."
    ),
    cure=(
        "Separate the two in time: pump controller to 2.5e-7 1/Pa and 15 s (integral gain a sixth), damping of the "
        "transmitter from 15 s to 5 s. The thermostats keep their settings."
    ),
    hunting=hunting,
    cured=cured,
    settle=1500.0,
    over="Q_flow_demand",
    full_load=14e6,
    flow="grid.m_flow",
)
