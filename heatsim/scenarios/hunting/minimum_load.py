"""Heat pump below its minimum load: it starts and stops all the time."""

from __future__ import annotations

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case
from heatsim.control import StagingLimits, Supervisor
from heatsim.scenarios.hunting.common import plant, step
from heatsim.scenarios.hunting.scenario import Scenario
from heatsim.system.system import System

HASTY = StagingLimits(minimum_on=240.0, minimum_off=300.0, confirm_time=60.0, restart=1.0)
"""Staging without hysteresis: a machine starts and stops at the same load, after a minute."""


def _staged(limits: StagingLimits) -> System:
    return plant("sampled").replace("supervisor", Supervisor(limits=limits))


def _sound() -> Case:
    """A hall that is being filled: the IT load falls from 1.5 to 0.6 MW."""
    inputs = step("P_IT", 1.5e6, 0.6e6, Q_flow_demand=3e6)
    return Case(_staged(StagingLimits()), stop=10200.0, inputs=inputs, output_step=5.0)


def hunting() -> Case:
    """Staging without hysteresis and with short times."""
    return _sound().of(_staged(HASTY))


def cured() -> Case:
    """The usual times, and a start only at 1.3 minimum loads."""
    return _sound()


SCENARIO = Scenario(
    name="minimum_load",
    title="heat pump below its minimum load",
    cause=Cause.MINIMUM_LOAD,
    loop="supervisor/machines",
    story=(
        "The hall makes 0.6 MW, from which a heat pump would make 0.8 MW; the machines are of 4 MW each and turn "
        "down to 1.2 MW. A running machine is thus below its minimum load and stops. Then the facility water warms by "
        "some kelvins, and the supervisor asks for more heat: because of them, and because it knows no COP of a "
        "standing plant and takes 2.5. So a machine starts. Staging starts and stops at the same load, waits one "
        "minute, and lets a machine run for 240 s and stand for 300 s: ten starts an hour, in turn on three machines, "
        "so each of them more often than the three times that are allowed."
    ),
    cure=(
        "Start a standing machine only above 1.3 minimum loads (1.56 MW of heat), after the wish has lasted 300 s, and "
        "keep it on for 600 s and off for 1200 s. Below about 0.8 MW of IT power the machines stand, and the dry "
        "coolers reject the heat."
    ),
    hunting=hunting,
    cured=cured,
    settle=3600.0,
)
