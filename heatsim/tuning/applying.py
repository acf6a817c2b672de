"""Settings put into the controllers of a system: fixed ones, and schedules over a signal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from heatsim.control import PID, GainSchedule
from heatsim.errors import UsageError
from heatsim.fmu.block import Port
from heatsim.system.system import System
from heatsim.tuning.experiment import free_name
from heatsim.tuning.plant_response import tunable
from heatsim.tuning.settings import Settings


def apply_settings(system: System, loop: str, settings: Settings) -> System:
    """Return a copy of a system with other settings in one loop.

    A tracking time that was the integral time follows it.

    Raises
    ------
    UsageError
        The controller has no derivative action and the settings have.
    """
    found = tunable(system, loop)
    unit = found.command.partition(".")[0]
    values = system.members[unit].parameter_values()
    if settings.Td and "Td" not in values:
        raise UsageError(
            f"loop '{loop}': its controller has no derivative action, the settings have (Td {settings.Td:g} s); "
            "replace it by hs.control.PID, or use a PI rule"
        )
    other = system.copy()
    other.set(f"{unit}.k", settings.k)
    other.set(f"{unit}.Ti", settings.Ti)
    for key in ("Td", "N"):
        if key in values and settings.Td:
            other.set(f"{unit}.{key}", getattr(settings, key))
    if "Td" in values and not settings.Td:
        other.set(f"{unit}.Td", 0.0)
    if "Tt" in values and math.isclose(float(values["Tt"]), float(values["Ti"])):
        other.set(f"{unit}.Tt", settings.Ti)
    return other


def apply_schedule(
    system: System, loop: str, settings: Settings, variable: str, points: Sequence[tuple[float, float, float]]
) -> System:
    """Return a copy of a system whose loop has settings that follow a signal.

    A `PI` becomes a `PID` with its settings, because it has no inputs for the factors.

    Parameters
    ----------
    system
        The system.
    loop
        Name of the loop.
    settings
        Settings for the factors 1.
    variable
        Signal that the schedule follows, such as "hall.m_flow_fws".
    points
        (value of the signal, factor on k, factor on Ti), as for `GainSchedule`.

    Raises
    ------
    UsageError
        The controller follows a schedule already, or there is no such signal.
    """
    found = tunable(system, loop)
    unit = found.command.partition(".")[0]
    driven = {c.target for c in system.connections}
    if {f"{unit}.k_factor", f"{unit}.Ti_factor"} & driven:
        raise UsageError(f"loop '{loop}' follows a gain schedule already; set its points, or disconnect it first")
    other = system.copy()
    if "k_factor" not in other.members[unit].ports["inputs"]:
        other.replace(unit, PID.like(other.members[unit]))
    other = apply_settings(other, loop, settings)
    port = _port(other, variable)
    name = free_name(other, f"{unit}_schedule")
    other.add(
        name, GainSchedule(points, unit=port.unit, nominal=port.nominal, description=port.description or variable)
    )
    other.connect(variable, f"{name}.u")
    for factor in ("k_factor", "Ti_factor"):
        other.connect(f"{name}.{factor}", f"{unit}.{factor}")
    return other


def _port(system: System, path: str) -> Port:
    unit, _, name = path.partition(".")
    if unit not in system.members or name not in system.members[unit].ports["outputs"]:
        raise UsageError(f"no output '{path}' that a schedule could follow; give an output of a unit, unit.output")
    return system.members[unit].ports["outputs"][name]
