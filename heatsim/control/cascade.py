"""Cascade: a slow loop that gives the set point of a fast one, and does not wind up when that one cannot follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatsim.errors import UsageError

if TYPE_CHECKING:
    from heatsim.control.pid import PID
    from heatsim.control.sampled_pid import SampledPID
    from heatsim.system.system import System


def cascade(
    system: System,
    outer: str,
    unit: PID | SampledPID,
    *,
    inner: str,
    measurement: str,
    setpoint: float | str,
    y_min: float,
    y_max: float,
) -> System:
    """Put an outer controller before an inner loop.

    The command of the outer controller becomes the set point of the inner one, and its integral follows what the inner
    loop has come to (external reset: Shinskey, *Process Control Systems*, 1996; Åström and Hägglund, *Advanced PID
    Control*, 2006, sections 3.5 and 12.4). So it waits while the inner actuator is at its limit or in manual. The
    tracking time of the outer controller should not be shorter than the inner loop takes to settle.

    Parameters
    ----------
    system
        Holds the inner loop; changed in place.
    outer
        Name of the outer controller in the system.
    unit
        The outer controller; its command is in the unit of the inner measurement.
    inner
        Name of the inner controller.
    measurement
        Path of what the outer loop controls.
    setpoint
        Of the outer loop: a number, or the path or system input that gives it.
    y_min, y_max
        Range of the inner set point.

    Returns
    -------
    System
        The same system.

    Raises
    ------
    UsageError
        There is no such inner loop, or the anti-windup of the outer controller is off.
    """
    loop = system.loops.get(inner)
    if loop is None or loop.inside or inner not in system.members:
        known = ", ".join(name for name, each in system.loops.items() if not each.inside)
        raise UsageError(
            f"cascade: no controller '{inner}' in {system.name} to give a set point to; there are: {known}"
        )
    if unit.Tt == float("inf"):
        raise UsageError("cascade: Tt = inf switches off what keeps the outer loop from winding up; give a time")
    system.add(outer, unit, inputs={"y_min": y_min, "y_max": y_max, "tracking": 1.0})
    system.connect(measurement, f"{outer}.measurement")
    if isinstance(setpoint, str):
        system.connect(setpoint, f"{outer}.setpoint")
    else:
        system.set(f"{outer}.setpoint", setpoint)
    if any(c.target == f"{inner}.setpoint" for c in system.connections):
        system.disconnect(f"{inner}.setpoint")
    system.members[inner].inputs.pop("setpoint", None)
    system.connect(f"{outer}.y", f"{inner}.setpoint")
    return system.connect(loop.measurement, f"{outer}.track", loop.factor, loop.offset)
