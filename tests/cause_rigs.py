"""Rigs whose cause of hunting is known: a process with dead time, a valve, a sensor, a controller."""

from __future__ import annotations

from typing import Any

from heatsim.case import Case
from heatsim.control import PI, FirstOrder, Positioner, Sensor, TransportDelay
from heatsim.system import Signal, System

STEP = 300.0
"""Time of the load step, s."""


def rig(
    controller: Any,
    *,
    T: float = 60.0,
    L: float = 20.0,
    gain: float = 10.0,
    valve: Positioner | None = None,
    sensor: float | None = None,
) -> System:
    """A temperature at 300 K plus what the valve and the load make of it; loop `c` holds it at the input `setpoint`.

    The process has the gain 10 K per full stroke, so a relative gain of 1 is 0.1 of the stroke per kelvin.
    """
    system = System("rig")
    system.add("process", FirstOrder(gain=gain, T=T, start=305.0, unit="K", nominal=300.0))
    system.add("pipe", TransportDelay(L=L, period=1.0, unit="K", nominal=300.0, start=305.0))
    system.add("c", controller, inputs={"y_min": 0.0, "y_max": 1.0, "feedforward": 0.0})
    system.add_input("setpoint", "K").connect("setpoint", "c.setpoint")
    system.add_input("load", "K").connect("load", "process.load", offset=300.0)
    system.connect("process.y", "pipe.u").connect("pipe.y", "c.measurement").connect("c.y", "process.u")
    if valve is not None:
        system.insert("valve", valve, before="process.u")
    if sensor is not None:
        system.insert("sensor", Sensor(T=sensor, unit="K", nominal=300.0, start=305.0), before="c.measurement")
    return system


def pi(k: float = 0.15, Ti: float = 60.0, T_sensor: float = 1.0, **options: Any) -> PI:
    """A PI for the rig; `k` in stroke per kelvin."""
    return PI(k=k, Ti=Ti, T_sensor=T_sensor, unit="K", measured_start=305.0, y_start=0.5, nominal=300.0, **options)


def case(system: System, stop: float = 4000.0, load: Any = None, twin: System | None = None, **more: Any) -> Case:
    """The rig with a step of the load at `STEP`."""
    signal = Signal.held([0.0, STEP], [0.0, 1.0]) if load is None else load
    return Case(system, stop, {"setpoint": 305.0, "load": signal}, output_step=2.0, twin=twin, **more)
