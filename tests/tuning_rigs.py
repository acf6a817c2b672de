"""Rigs whose loops have known processes, at rest at zero."""

from __future__ import annotations

from typing import Any

import heatsim as hs
from heatsim.case import Case
from heatsim.control import PI, FirstOrder, SampledSensor, TransportDelay
from heatsim.solvers.operating_point import OperatingPoint
from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.transfer import transfer
from heatsim.system import System


def foptd_rig(
    controller: Any,
    gain: float = 1.0,
    T: float = 60.0,
    L: float = 20.0,
    *,
    period: float = 0.5,
    noise: float = 0.0,
    seed: int = 1,
) -> System:
    """Loop "pi" around first order with dead time; its input "load" acts on the process."""
    system = System("rig")
    system.add_input("load", "1")
    system.add("process", FirstOrder(gain=gain, T=T))
    system.add("delay", TransportDelay(L=L, period=period))
    system.add("pi", controller, inputs={"setpoint": 0.0, "y_min": -1.0, "y_max": 1.0})
    if isinstance(controller, PI):
        system.set("pi.feedforward", 0.0)
    system.connect("pi.y", "process.u")
    system.connect("load", "process.load")
    system.connect("process.y", "delay.u")
    if noise:
        system.add("sensor", SampledSensor(period=period, noise=noise, seed=seed))
        system.connect("delay.y", "sensor.u")
        system.connect("sensor.y", "pi.measurement")
    else:
        system.connect("delay.y", "pi.measurement")
    return system


def at_rest(**outputs: float) -> TrimPoint:
    """Steady state of a rig with everything at zero, found without a run of minutes."""
    values = {"pi.y": 0.0, "pi.error": 0.0} | outputs
    return TrimPoint({}, {}, {}, {"load": 0.0}, 0.0, (), 0.0, "", "newton", values)


def point_of(system: System) -> OperatingPoint:
    """The rest of a rig as operating point."""
    return transfer(at_rest(), system)


def case_of(system: System, stop: float, load: Any = 0.0, output_step: float = 0.5) -> Case:
    """Case of a rig that starts at rest."""
    return Case(system, stop, {"load": load}, output_step=output_step, start_from=at_rest())


def two_loops(k: float = 0.5, Ti: float = 60.0) -> System:
    """Two loops "c1" and "c2" that disturb each other; the input "load" acts on the first."""
    system = System("two_loops")
    system.add_input("load", "1")
    for i in ("1", "2"):
        system.add(f"slow{i}", FirstOrder(T=40.0))
        system.add(f"fast{i}", FirstOrder(T=8.0))
        limits = {"setpoint": 0.0, "y_min": -5.0, "y_max": 5.0, "feedforward": 0.0}
        system.add(f"c{i}", PI(k=k, Ti=Ti, T_sensor=5.0), inputs=limits)
        system.connect(f"c{i}.y", f"slow{i}.u")
        system.connect(f"slow{i}.y", f"fast{i}.u")
        system.connect(f"fast{i}.y", f"c{i}.measurement")
    system.connect("load", "slow1.load")
    system.connect("fast1.y", "slow2.load", 0.5)
    system.connect("slow2.y", "fast1.load", 0.3)
    return system


def load_step(at: float = 50.0, size: float = 1.0, stop: float = 1e4) -> hs.Signal:
    """A step of the load."""
    return hs.Signal([0.0, at, at, stop], [0.0, 0.0, size, size])
