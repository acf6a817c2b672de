"""Relay with hysteresis and bias as a sampled unit in the place of a controller."""

from __future__ import annotations

from heatsim.system import Port


class RelaySignal:
    """Switches the command between two levels when the measurement crosses the set point.

    At first the command rests and the unit measures level and noise of the error; then the relay starts upwards. The
    hysteresis is the given one or, when larger, the peak-to-peak value of the error at rest, so noise switches nothing
    (Åström and Hägglund, "Automatic tuning of simple regulators with specifications on phase and amplitude margins",
    Automatica 20, 1984).

    Parameters
    ----------
    period, start
        Sample time and first tick, s.
    rest
        End of the rest, s.
    command
        Command at rest.
    up, down
        Steps of the relay above and below it, both positive.
    hysteresis
        Half width, unit of the measurement.
    sign
        Sign of the process gain.
    unit, command_unit
        Units of measurement and command.
    """

    def __init__(
        self,
        *,
        period: float,
        start: float,
        rest: float,
        command: float,
        up: float,
        down: float,
        hysteresis: float,
        sign: float,
        unit: str = "1",
        command_unit: str = "1",
    ) -> None:
        self.period, self.offset = period, start
        self._rest, self._command, self._up, self._down = rest, command, up, down
        self._hysteresis, self._sign = hysteresis, sign
        self.inputs: tuple[Port, ...] = (Port("error", unit, description="Set point minus measurement"),)
        self.outputs: tuple[Port, ...] = (
            Port("y", command_unit, start=command, description="Command of the relay"),
            Port("hysteresis", unit, description="Half width of the hysteresis"),
            Port("center", unit, description="Error about which the relay switches"),
        )
        self.parameters: tuple[Port, ...] = ()

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """At rest."""
        return {"high": 1.0, "count": 0.0, "sum": 0.0, "least": u["error"], "most": u["error"]}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Switch when the error has left the hysteresis."""
        error, new = u["error"], dict(state)
        width = max(self._hysteresis, state["most"] - state["least"])
        center = state["sum"] / state["count"] if state["count"] else error
        if t < self._rest - 1e-9 * max(1.0, abs(t)):
            new["count"], new["sum"] = state["count"] + 1.0, state["sum"] + error
            new["least"], new["most"] = min(state["least"], error), max(state["most"], error)
            return {"y": self._command, "hysteresis": width, "center": center}, new
        wanted = self._sign * (error - center)
        if wanted > width:
            new["high"] = 1.0
        elif wanted < -width:
            new["high"] = 0.0
        level = self._up if new["high"] > 0.5 else -self._down
        return {"y": self._command + level, "hysteresis": width, "center": center}, new
