"""Supply temperature held far downstream: dead time and gain grow as the flow falls."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.scenarios.hunting.boosted import boosted_plant
from heatsim.scenarios.hunting.common import step
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system.system import System
from heatsim.tuning.applying import apply_schedule, apply_settings
from heatsim.tuning.process import FOPTD
from heatsim.tuning.rules import simc
from heatsim.tuning.settings import Settings

T_SUPPLY = 347.15
"""Supply temperature at the first substation, K."""
BOILERS = 6e6
"""Nominal heat of the boilers, W."""
P_IT = 3.3e6
"""IT power in summer, W: the heat pumps preheat about the flow of the network."""

FULL_DEMAND, FULL_FLOW = 12e6, 96.4
"""Demand at which the loop was tuned, W, and the flow of the network that belongs to it, kg/s."""
AT_FULL_FLOW = FOPTD(gain=15.0, T=120.0, L=780.0)
"""Temperature at the first substation (K) over the command of the boilers at full flow, by a step test of half an hour:
28 and 63 % of the change are there after 820 and 900 s."""
FLOWS = (16.0, 20.0, 25.0, 32.0, 40.0, 50.0, 65.0, 80.0, FULL_FLOW)
"""Points of the gain schedule, kg/s."""


def sound_plant() -> System:
    """The boilers hold the temperature at their own outlet."""
    # The first consumer is a near one: 300 m after the first branching, 1300 m after the boilers.
    return boosted_plant(T_SUPPLY, BOILERS).set("grid.L_branch", [300.0, 1500.0, 1300.0, 1400.0])


def downstream(settings: Settings) -> System:
    """The boilers hold the temperature at the first substation, with settings of the loop `network_supply`."""
    system = sound_plant()
    system.disconnect("network_supply.measurement")
    system.connect("grid.T_consumer[1]", "network_supply.measurement")
    return apply_settings(system, "network_supply", settings)


def scheduled(settings: Settings) -> System:
    """The same with a gain schedule: dead time, lag and gain of the process go with the inverse of the flow."""
    points = [(flow, flow / FULL_FLOW, FULL_FLOW / flow) for flow in FLOWS]
    return apply_schedule(downstream(settings), "network_supply", settings, "grid.m_flow", points)


def falling_demand(system: System, before: float, after: float, stop: float) -> Case:
    """A summer evening: the demand falls; both in W, the end of the run in s."""
    inputs = step("Q_flow_demand", before, after, at=1800.0, P_IT=P_IT)
    return Case(system, stop=stop, inputs=inputs, output_step=120.0)


def _sound() -> Case:
    return falling_demand(sound_plant(), 8e6, 5e6, stop=86400.0)


def hunting() -> Case:
    """SIMC settings of full flow, at two fifths of it."""
    return _sound().of(downstream(simc(AT_FULL_FLOW)))


def cured() -> Case:
    """The same settings, scheduled over the flow."""
    return _sound().of(scheduled(simc(AT_FULL_FLOW)))


SCENARIO = Scenario(
    name="low_load",
    title="supply temperature held far downstream, at low load",
    cause=Cause.LOW_LOAD,
    loop="network_supply",
    story=(
        "The boilers hold the temperature at the first substation, 1300 m away. The loop was tuned in winter at 12 MW "
        "and 96 kg/s, where the process has 15 K per full command, a dead time of 780 s and a lag of 120 s; SIMC gives "
        "0.0051 1/K and 120 s. In summer 5 MW flow with 40 kg/s: dead time and gain are 2.4 times as large. Below some "
        "55 kg/s, 57 % of the flow at which it was tuned, the loop is unstable."
    ),
    cure=(
        "Gain schedule over the flow: gain times m/96.4, integral time times 96.4/m; at 40 kg/s 0.0021 1/K and 290 s. "
        "Or hold the temperature at the outlet of the boilers, which has no dead time."
    ),
    hunting=hunting,
    cured=cured,
    settle=28800.0,
    over="Q_flow_demand",
    full_load=9e6,  # more than that boilers and heat pumps together cannot give with the IT power of summer
    flow="grid.m_flow",
)
