"""Continuous PID controller with everything that its sampled counterpart has.

It is part of the coupled right-hand side, so its loop can be opened, linearised and retuned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from heatsim.control.pid_law import EXPRESSIONS, NUMBERS, act, derivative_time, integral_rate
from heatsim.control.pid_ports import PIDPorts
from heatsim.system import Port

_FOLLOW = 1.0
"""Time constant with which the memory follows the command, s: of the rate limit, and of the integral in manual. It is
short beside every loop of a heating plant; only what differs by less than `rate` times it passes the rate limit."""


@dataclass(kw_only=True, eq=False)
class PID(PIDPorts):
    """PID controller in ideal form; keywords are those of `PIDPorts`.

    ::

        T_filter · der(measured)  = measurement − measured
        e         = setpoint − measured                       (0 inside ±dead_band, e ∓ dead_band outside)
        v         = k·(b·setpoint − measured) + I + k·Td·s/(1 + s·Td/N)·(c·setpoint − measured) + feedforward
        y         = v within y_min … y_max, and no faster than rate
        der(I)    = k/Ti·e + (y − v)/Tt

    with `k·k_factor` and `Ti·Ti_factor` from a gain schedule. With `tracking = 1` the integral follows the signal
    `track` instead of `y`: external reset, for the outer loop of a cascade. With `manual = 1` the command approaches
    `y_manual` from where it is, and the integral follows, so that neither change of mode moves the command by a jump.

    The weight `b` is made by a filter of the set point, `(1 + b·Ti·s)/(1 + Ti·s)`, which gives the transfer function
    above; the state `integral` then equals the command at rest whatever `k` and `b` are, so gains may change and a
    controller may take over from another one without a bump. With the settings of a `PI` it is that PI.

    Sources: Åström and Hägglund, *Advanced PID Control* (2006), chapters 3 and 13; external reset: Shinskey, *Process
    Control Systems* (1996), section 4.
    """

    states: tuple[Port, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()

        def seen(name: str, start: float, description: str) -> Port:
            return Port(name, self.unit, start=start, nominal=self.nominal, description=description)

        def given(name: str, description: str) -> Port:
            return Port(
                name, self.command_unit, start=self.y_start, nominal=self.command_nominal, description=description
            )

        self._filtered = self.T_filter > 0.0
        measured = self.measured_start
        self.states = (
            given("integral", "Integral part"),
            # a difference, and so without the lower bound of a temperature
            Port(
                "derivative",
                self.unit,
                start=(self.c - 1.0) * measured,
                nominal=0.01 * self.nominal,
                description="Weighted set point minus measurement, filtered for the derivative part",
            ),
            seen("reference", measured, "Filtered set point"),
            given("command", "Command, followed"),
        )
        if self._filtered:
            self.states = (seen("measured", measured, "Filtered measurement"), *self.states)
        else:
            # without its state there is no filter whose time constant could be set
            self.parameters = tuple(port for port in self.parameters if port.name != "T_filter")

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivatives of the states and the outputs as CasADi expressions."""
        measured = x["measured"] if self._filtered else u["measurement"]
        action = act(EXPRESSIONS, u, p, x, measured, _FOLLOW, _FOLLOW / p["T_manual"], 0.0)
        k, Ti = p["k"] * u["k_factor"], p["Ti"] * u["Ti_factor"]
        automatic = integral_rate(k, Ti, action.acting) + action.excess / p["Tt"]
        derivatives = {
            "integral": EXPRESSIONS.choose(action.manual, action.excess / _FOLLOW, automatic),
            "derivative": (action.slope - x["derivative"]) / derivative_time(EXPRESSIONS, p),
            "reference": (u["setpoint"] - x["reference"]) / Ti,
            "command": (action.y - x["command"]) / _FOLLOW,
        }
        if self._filtered:
            derivatives["measured"] = (u["measurement"] - x["measured"]) / p["T_filter"]
        return derivatives, {"y": action.y, "error": action.error}

    def at_rest(self, u: dict[str, float], x: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return the states at rest, but for the integral, which may stand anywhere."""
        measured = u["measurement"]
        memory = {**x, "measured": measured, "reference": u["setpoint"], "derivative": 0.0, "command": 0.0}
        # the limit of the rate and the way to the operator's command are behind it
        at_once = (measured, math.inf, 1.0, 0.0)
        memory["derivative"] = act(NUMBERS, u, p, memory, *at_once).slope
        memory["command"] = act(NUMBERS, u, p, memory, *at_once).y
        return {name: value for name, value in memory.items() if name != "integral"}
