"""A full tank that is charged and discharged in turn, because the limit of its charge has no hysteresis."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.scenarios.hunting.common import plant, step
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system.system import System

CHARGE_STOP, CHARGE_RELEASE = 0.95, 0.88
"""State of charge at which charging stops and may start again in the sound plant, 1."""


def _tank(charge_release: float) -> System:
    """Plant with a nearly full tank, from which the network takes a fifth of its water once it is full."""
    system = plant("sampled")
    system.set("storage.state_of_charge_start", 0.94)
    system.set("supervisor.full_flow", 0.8)
    system.set("supervisor.charge_stop", CHARGE_STOP)
    return system.set("supervisor.charge_release", charge_release)


def _sound() -> Case:
    """More heat than the network takes: the demand falls from 8 to 6 MW while the hall makes 8 MW."""
    inputs = step("Q_flow_demand", 8e6, 6e6)
    return Case(_tank(CHARGE_RELEASE), stop=9600.0, inputs=inputs, output_step=5.0)


def hunting() -> Case:
    """Charging starts again at the state of charge at which it stopped."""
    return _sound().of(_tank(CHARGE_STOP))


def cured() -> Case:
    """Charging starts again 7 % lower."""
    return _sound()


SCENARIO = Scenario(
    name="tank_chatter",
    title="charging limit of the tank without hysteresis",
    cause=Cause.TANK_CHATTER,
    loop="supervisor/tank",
    story=(
        "The hall gives more heat than the network takes, and the tank of 2000 m3 is full. At a charge of 0.95 "
        "the supervisor turns the heat pumps down to four fifths of the network's flow, so the tank discharges; as "
        "soon as it is below 0.95 it charges again. Its sample of a minute and the ramps of the flow make a cycle of "
        "about eight minutes, with the condenser flow between 36 and 58 kg/s. The state of charge moves by 0.05 %: "
        "the tank sees nothing of it, machines, pump, dry coolers and the hall do."
    ),
    cure=(
        "Release charging at 0.88 instead of 0.95: 140 m3 of water pass between two changes, which takes hours instead "
        "of minutes."
    ),
    hunting=hunting,
    cured=cured,
    settle=2400.0,
    over="Q_flow_demand",
    full_load=14e6,
    flow="grid.m_flow",
)
