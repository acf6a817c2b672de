"""Rigs whose cause of hunting is known: a process with dead time, a valve, a sensor, a controller."""

from __future__ import annotations

from typing import Any

from heatsim.case import Case
from heatsim.control import PI, Expression, FirstOrder, Positioner, Sensor, TransportDelay
from heatsim.system import Port, Signal, System

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
    system.add("pipe", TransportDelay(L=L, period=L / 8.0, unit="K", nominal=300.0, start=305.0))
    system.add("c", controller, inputs={"y_min": 0.0, "y_max": 1.0, "feedforward": 0.0})
    system.add_input("setpoint", "K").connect("setpoint", "c.setpoint")
    system.add_input("load", "K").connect("load", "process.load", offset=300.0)
    system.connect("process.y", "pipe.u").connect("pipe.y", "c.measurement").connect("c.y", "process.u")
    if valve is not None:
        system.insert("valve", valve, before="process.u")
    if sensor is not None:
        system.insert("sensor", Sensor(T=sensor, unit="K", nominal=300.0, start=305.0), before="c.measurement")
    return system


def pair(k: float = 0.25, cross: float = 1.2) -> System:
    """Two temperatures, each with a valve that moves the other one too: calm alone, hunting together.

    The eigenvalues of the gains are 1 ± cross·j, so the pair is a loop whose phase is 50° later than that of either.
    """
    system = System("pair")
    mix = Expression(
        [Port("u1", "1"), Port("u2", "1")],
        [Port("v1", "1"), Port("v2", "1")],
        lambda u, p: {"v1": u["u1"] + cross * (u["u2"] - 0.5), "v2": u["u2"] - cross * (u["u1"] - 0.5)},
    )
    system.add("mix", mix)
    for i in (1, 2):
        system.add(f"process{i}", FirstOrder(gain=10.0, T=60.0, start=305.0, unit="K", nominal=300.0))
        system.add(f"pipe{i}", TransportDelay(L=20.0, period=2.5, unit="K", nominal=300.0, start=305.0))
        system.add(f"c{i}", pi(k=k), inputs={"y_min": 0.0, "y_max": 1.0, "feedforward": 0.0, "setpoint": 305.0})
        system.connect(f"mix.v{i}", f"process{i}.u").connect(f"process{i}.y", f"pipe{i}.u")
        system.connect(f"pipe{i}.y", f"c{i}.measurement").connect(f"c{i}.y", f"mix.u{i}")
    system.add_input("load", "K").connect("load", "process1.load", offset=300.0)
    system.set("process2.load", 300.0)
    return system


def pi(k: float = 0.15, Ti: float = 60.0, T_sensor: float = 1.0, **options: Any) -> PI:
    """A PI for the rig; `k` in stroke per kelvin."""
    return PI(k=k, Ti=Ti, T_sensor=T_sensor, unit="K", measured_start=305.0, y_start=0.5, nominal=300.0, **options)


def case(system: System, stop: float = 4000.0, load: Any = None, twin: System | None = None, **more: Any) -> Case:
    """The rig with a step of the load at `STEP`."""
    signal = Signal.held([0.0, STEP], [0.0, 1.0]) if load is None else load
    inputs = {"setpoint": 305.0, "load": signal} if "setpoint" in system.inputs else {"load": signal}
    return Case(system, stop, inputs, output_step=2.5, twin=twin, **more)
