"""Continuous PI controller with sensor lag, limits and anti-windup.

A continuous unit: it takes the measured variable, the set point, a feed-forward and the limits of its command, and
gives the command. It is part of the coupled right-hand side, so a loop can be opened, linearised and retuned.
"""

from __future__ import annotations

from typing import Any

from heatsim.control.pid_law import EXPRESSIONS, integral_rate, limited
from heatsim.control.pid_ports import per
from heatsim.system import Port


class PI:
    """PI controller in ideal form with first-order sensor and back-calculation anti-windup.

    ::

        T_sensor · der(measured) = measurement − measured
        e   = setpoint − measured
        v   = k·e + integral + feedforward
        y   = min(max(v, y_min), y_max)
        der(integral) = k/Ti·e + (y − v)/Tt

    A negative `k` makes the controller direct acting (command rises when the measurement rises above the set point).
    `Tt` defaults to `Ti` (Åström and Hägglund, *Advanced PID Control*, 2006, section 3.5: between Td and Ti).

    Parameters
    ----------
    k
        Proportional gain, command per unit of the measured variable.
    Ti
        Integral time, s.
    T_sensor
        Time constant of the sensor in its pocket, s (10 to 30 s for immersed temperature sensors).
    unit, command_unit
        Units of measurement and command.
    measured_start, y_start
        Start values of the sensor and of the integral part.
    nominal, command_nominal
        Magnitudes that scale the solver's absolute tolerance.
    Tt
        Tracking time of the anti-windup, s; None means `Ti`, `math.inf` no anti-windup: the integral winds up.
    """

    def __init__(
        self,
        *,
        k: float,
        Ti: float,
        T_sensor: float = 10.0,
        unit: str = "1",
        command_unit: str = "1",
        measured_start: float = 0.0,
        y_start: float = 0.0,
        nominal: float = 1.0,
        command_nominal: float = 1.0,
        Tt: float | None = None,
    ) -> None:
        if Ti <= 0 or T_sensor <= 0 or (Tt is not None and Tt <= 0):
            raise ValueError("PI: Ti, T_sensor and Tt must be positive times in s")
        self.inputs: tuple[Port, ...] = (
            Port("measurement", unit, nominal=nominal, description="Measured variable"),
            Port("setpoint", unit, nominal=nominal, description="Set point"),
            Port("feedforward", command_unit, start=0.0, nominal=command_nominal, description="Feed-forward command"),
            Port("y_min", command_unit, start=0.0, nominal=command_nominal, description="Lower limit of the command"),
            Port("y_max", command_unit, start=1.0, nominal=command_nominal, description="Upper limit of the command"),
        )
        self.outputs: tuple[Port, ...] = (
            Port("y", command_unit, nominal=command_nominal, description="Command"),
            # a difference: of temperatures it may be negative, and is far smaller than they are
            Port("error", unit, nominal=0.01 * nominal, description="Set point minus sensor value"),
        )
        self.parameters: tuple[Port, ...] = (
            Port(
                "k",
                per(command_unit, unit),
                start=k,
                description="Proportional gain, command per unit of the measured variable",
            ),
            Port("Ti", "s", start=Ti, minimum=1e-6, description="Integral time"),
            Port("T_sensor", "s", start=T_sensor, minimum=1e-6, description="Time constant of the sensor"),
            Port(
                "Tt", "s", start=Ti if Tt is None else Tt, minimum=1e-6, description="Tracking time of the anti-windup"
            ),
        )
        self.states: tuple[Port, ...] = (
            Port("measured", unit, start=measured_start, nominal=nominal, description="Sensor value"),
            Port("integral", command_unit, start=y_start, nominal=command_nominal, description="Integral part"),
        )

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivatives of the states and the outputs as CasADi expressions."""
        error = u["setpoint"] - x["measured"]
        unlimited = p["k"] * error + x["integral"] + u["feedforward"]
        y = limited(EXPRESSIONS, unlimited, u["y_min"], u["y_max"])
        derivatives = {
            "measured": (u["measurement"] - x["measured"]) / p["T_sensor"],
            "integral": integral_rate(p["k"], p["Ti"], error) + (y - unlimited) / p["Tt"],
        }
        return derivatives, {"y": y, "error": error}

    def at_rest(self, u: dict[str, float], x: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return the states at rest, but for the integral, which may stand anywhere."""
        return {"measured": u["measurement"]}
