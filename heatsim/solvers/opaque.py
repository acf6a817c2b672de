"""Opens the units that keep their state to themselves: FMUs with events, Co-Simulation FMUs, isolated FMUs."""

from __future__ import annotations

from typing import cast

from heatsim.errors import UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.solvers.co_simulation_unit import CoSimulationUnit
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.integrator import Statistics
from heatsim.system.member import Member
from heatsim.system.system import System


def open_unit(member: Member, rtol: float, statistics: Statistics) -> EventUnit | CoSimulationUnit:
    """Participant for an opaque unit.

    Parameters
    ----------
    member
        The unit in its system.
    rtol
        Relative tolerance where heatsim integrates it.
    statistics
        Counter that this work is added to.

    Raises
    ------
    FmuError
        When its binary cannot be used here.
    """
    fmu = cast(Fmu, member.unit)
    if fmu.execution == "events":
        return EventUnit(member, rtol, statistics)
    return CoSimulationUnit(member, rtol)


def open_event_units(system: System, rtol: float, statistics: Statistics) -> list[EventUnit]:
    """All opaque units of a system for the monolithic method.

    Raises
    ------
    UsageError
        When one of them brings its own solver.
    """
    for member in system.members.values():
        if member.opaque and cast(Fmu, member.unit).execution == "co_simulation":
            offer = ", or open it with interface='model_exchange'" if cast(Fmu, member.unit).model_exchange else ""
            raise UsageError(
                f"{member.name}: method 'monolithic' cannot run Co-Simulation FMUs, which bring their own solver; "
                f"choose method='jacobi' with step={offer}"
            )
    units: list[EventUnit] = []
    try:
        for member in system.members.values():
            if member.opaque:
                units.append(EventUnit(member, rtol, statistics))
    except BaseException:
        close_all(units)
        raise
    return units


def close_all(units: list[EventUnit]) -> None:
    """Free all instances."""
    for unit in units:
        unit.close()
