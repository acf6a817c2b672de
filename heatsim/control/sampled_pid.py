"""Digital PID controller: the law of `PID` at sample times, its command held in between."""

from __future__ import annotations

import math
from dataclasses import dataclass

from heatsim.control.pid_law import NUMBERS, act, derivative_time, integral_rate, limited
from heatsim.control.pid_ports import PIDPorts
from heatsim.errors import UsageError


def gone(time: float, constant: float) -> float:
    """Share of the way to its end value that a first-order lag has gone after a time, 1."""
    return 1.0 if constant <= 0.0 else -math.expm1(-time / constant)


@dataclass(kw_only=True, eq=False)
class SampledPID(PIDPorts):
    """Digital PID with the settings, ports and laws of `PID`.

    ::

        measured  ← measured + (1 − exp(−h/T_filter))·(measurement − measured)
        P         = k·(b·r − measured),  r = setpoint
        D         = Td/(Td + N·h)·D + k·Td·N/(Td + N·h)·Δ(c·r − measured)                 (backward difference)
        v         = P + I + D + feedforward
        y         = v within y_min … y_max, and at most rate·h from the last command
        I         ← I + k·h/Ti·e + (1 − exp(−h/Tt))·(y − v)                               (forward difference)

    so that in z, with h the sample time, `C(z) = k·(1 + h/Ti/(z − 1) + Td·N/(Td + N·h)·(z − 1)/(z − Td/(Td + N·h)))`
    for b = c = 1. The share `1 − exp(−h/Tt)` instead of h/Tt keeps the anti-windup stable when the sample time is
    longer than the tracking time. The command is held until the next tick, which acts like a dead time of h/2; slower
    than 1/Ti, where the integral part counts, the forward difference adds up to another h/2.

    A sensor in its pocket is continuous and sees what happens between samples: put a `Sensor` before the measurement.
    `T_filter` is the filter in the controller.

    Source: Åström and Hägglund, *Advanced PID Control* (2006), chapter 13 (digital implementation).

    Parameters
    ----------
    k, Ti, Td, N, T_filter, b, c, Tt, rate, dead_band, T_manual, unit, command_unit, measured_start, y_start, nominal, \
    command_nominal
        As for `PIDPorts`.
    period
        Sample time, s.
    offset
        Ticks at `offset + n*period`, s.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    period: float
    offset: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.period < math.inf:
            raise UsageError(f"SampledPID: period must be a positive time in s, not {self.period!r}")

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory of a controller at rest: filters have settled; no command was given yet, so none limits the rate."""
        return {
            "measured": u["measurement"],
            "integral": self.y_start,
            "derivative": p["c"] * u["setpoint"] - u["measurement"],
            "reference": u["setpoint"],
            "command": math.nan,
        }

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Compute the command for the next period; returns outputs and the new memory."""
        h = self.period
        measured = state["measured"] + gone(h, p["T_filter"]) * (u["measurement"] - state["measured"])
        first = math.isnan(state["command"])
        # in manual a run begins with the operator's command
        begun = state | {"command": limited(NUMBERS, u["y_manual"], u["y_min"], u["y_max"])} if first else state
        room = math.inf if first else h
        action = act(NUMBERS, u, p, begun, measured, room, gone(h, p["T_manual"]), h)
        k, Ti = p["k"] * u["k_factor"], p["Ti"] * u["Ti_factor"]
        if action.manual:
            integral = state["integral"] + action.excess
        else:
            integral = state["integral"] + h * integral_rate(k, Ti, action.acting) + gone(h, p["Tt"]) * action.excess
        slope = action.slope - state["derivative"]
        memory = {
            "measured": measured,
            "integral": integral,
            "derivative": state["derivative"] + h / (derivative_time(NUMBERS, p) + h) * slope,
            "reference": state["reference"] + min(h / Ti, 1.0) * (u["setpoint"] - state["reference"]),
            "command": action.y,
        }
        return {"y": action.y, "error": action.error}, memory
