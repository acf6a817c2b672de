"""What the scenarios share: the reference plant, its inputs, and a disturbance that shows what a loop does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from heatsim.errors import UsageError, near_miss
from heatsim.reference import reference_plant
from heatsim.system.signals import Signal
from heatsim.system.system import System

INPUTS: Mapping[str, float] = MappingProxyType(
    {"P_IT": 8e6, "T_outdoor": 278.15, "T_ground": 281.15, "Q_flow_demand": 8e6, "heat_pump_available": 1.0}
)
"""Inputs of the reference plant on a mild winter day: 8 MW of IT power and of heat demand, SI."""

STEP_TIME = 600.0
"""Time of the disturbance, s."""


_COMPILER: ContextVar[str] = ContextVar("compiler", default="auto")


@contextmanager
def compiled_by(compiler: str) -> Iterator[None]:
    """Let the scenarios that are built inside take this compiler: `auto`, `openmodelica` or `embedded`."""
    token = _COMPILER.set(compiler)
    try:
        yield
    finally:
        _COMPILER.reset(token)


def compiler() -> str:
    """Return the compiler for FMUs that a scenario builds itself."""
    return _COMPILER.get()


def plant(supervisor: str = "continuous") -> System:
    """Return the reference plant; FMUs come from the cache once they were built."""
    return reference_plant(supervisor=supervisor, compiler=compiler())


def constant(**values: float) -> dict[str, Any]:
    """Return the inputs of the reference plant, with some of them changed.

    Parameters
    ----------
    values
        Input name -> value, SI.

    Raises
    ------
    UsageError
        The reference plant has no input of a name.
    """
    for name in values:
        if name not in INPUTS:
            raise UsageError(f"the reference plant has no input '{name}'{near_miss(name, INPUTS)}")
    return {**INPUTS, **values}


def step(name: str, before: float, after: float, at: float = STEP_TIME, **others: float) -> dict[str, Any]:
    """Return the inputs of the reference plant with a step of one of them.

    Parameters
    ----------
    name
        Input that steps.
    before, after
        Its values, SI.
    at
        Time of the step, s.
    others
        Other inputs that differ from `INPUTS`, SI.
    """
    return {**constant(**{name: before}, **others), name: Signal.held([0.0, at], [before, after])}


def pulse(name: str, base: float, peak: float, start: float, stop: float, **others: float) -> dict[str, Any]:
    """Return the inputs of the reference plant with a pulse of one of them.

    Parameters
    ----------
    name
        Input that is raised for a while.
    base, peak
        Its values before and after, and meanwhile, SI.
    start, stop
        Begin and end of the pulse, s.
    others
        Other inputs that differ from `INPUTS`, SI.
    """
    return {**constant(**{name: base}, **others), name: Signal.held([0.0, start, stop], [base, peak, base])}


BRISK = {"k": -0.15, "Ti": 45.0}
"""Settings of the technology loop's temperature that hold it tighter than the reference tuning: gain margin 3.5, phase
margin 50°, maximum sensitivity 1.7 between 4 and 8 MW with sensor, valve and sampling as they should be."""


def tuned(system: System, loop: str, **settings: float) -> System:
    """Return the system, changed in place, with other settings of a loop."""
    for name, value in settings.items():
        system.set(f"{loop}.{name}", value)
    return system


def gentle(system: System, *loops: str) -> System:
    """Return a copy with a tenth of the gain of some loops: it settles where `system` would rest if it did not hunt."""
    twin = system.copy()
    for loop in loops:
        member = twin.members[loop]
        twin.set(f"{loop}.k", 0.1 * member.parameter_values()["k"])
    return twin
