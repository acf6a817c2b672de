"""What a hunting scenario is: one planted cause on the reference plant, and a cure that works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from heatsim.analysis.hunting.vocabulary import Cause
from heatsim.case import Case


@dataclass(frozen=True)
class Scenario:
    """A way in which a plant hunts.

    Attributes
    ----------
    name
        Its name in `heatsim.scenarios.hunting.SCENARIOS`, such as "stiction".
    title
        One line for tables and plots.
    cause
        The planted cause.
    loop
        Name of the loop that hunts.
    story
        What is wrong, and why that makes the loop hunt; a few sentences for an engineer, with figures.
    cure
        What is changed to make it calm, with figures.
    hunting, cured
        Build the case with the cause planted, and with the cure applied to it.
    settle
        Time after which the loops are judged, s.
    over, full_load, flow
        For maps over the load: the system input that is the load, its largest value there (SI), and the output that is
        the flow it sets.
    """

    name: str
    title: str
    cause: Cause
    loop: str
    story: str
    cure: str
    hunting: Callable[[], Case]
    cured: Callable[[], Case]
    settle: float = 0.0
    over: str = "P_IT"
    full_load: float = 10e6
    flow: str = "hall.m_flow_fws"
