"""Small loops around the controllers, and what tests ask of units one by one."""

from __future__ import annotations

from typing import Any

import casadi as ca

from heatsim.control import FirstOrder
from heatsim.system import Signal, System


def parameters(unit: Any) -> dict[str, float]:
    """Parameters at their defaults."""
    return {port.name: port.start for port in unit.parameters}


def defaults(unit: Any, **given: float) -> dict[str, float]:
    """Inputs of a unit at their defaults, but for those given."""
    return {port.name: port.start for port in unit.inputs} | given


def ticks(unit: Any, rows: list[dict[str, float]], state: dict[str, float] | None = None) -> list[dict[str, float]]:
    """Outputs of a sampled unit for given inputs, one row per tick; the memory at the end is in the last row."""
    p = parameters(unit)
    memory = unit.initial_state(rows[0], p) if state is None else state
    found = []
    for k, u in enumerate(rows):
        outputs, memory = unit.step(unit.offset + k * unit.period, u, memory, p)
        found.append({**outputs, **{f"memory.{name}": value for name, value in memory.items()}})
    return found


def function(unit: Any) -> Any:
    """Equations of a continuous unit as `f(x, u, p) -> (derivatives, outputs)` of vectors."""
    x, u, p = ({port.name: ca.SX.sym(port.name) for port in g} for g in (unit.states, unit.inputs, unit.parameters))
    derivatives, outputs = unit.equations(ca.SX.sym("t"), x, u, p)
    rates = ca.vertcat(*(derivatives[port.name] for port in unit.states))
    given = ca.vertcat(*(outputs[port.name] for port in unit.outputs))
    return ca.Function("f", [ca.vertcat(*group.values()) for group in (x, u, p)], [rates, given])


def loop(controller: Any, *, gain: float = 1.0, T: float = 60.0, start: float = 0.0, **inputs: float) -> System:
    """First-order process `process` under the controller `c`; the set point is the system input `r`."""
    process = FirstOrder(gain=gain, T=T, start=start)
    constants = {"y_min": 0.0, "y_max": 1.0, "feedforward": 0.0} | inputs
    system = System("rig").add("process", process).add("c", controller, inputs=constants)
    system.add_input("r", "1").connect("r", "c.setpoint").add_input("load", "1").connect("load", "process.load")
    return system.connect("process.y", "c.measurement").connect("c.y", "process.u")


def steps(*knots: tuple[float, float]) -> Signal:
    """A signal that jumps to each value at its time, the first one at 0."""
    times, values = zip(*knots, strict=True)
    return Signal.held(times, values)
