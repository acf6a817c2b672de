"""First-order lag: a sensor, or the anti-aliasing filter that a sampled controller needs before it."""

from __future__ import annotations

from typing import Any

from heatsim.system import Port


class Lag:
    """`T·der(y) = u − y`.

    A controller that samples every minute must not look at a load that swings every 20 s directly: the samples would
    show swings that are not there. A lag of a few sample times before it takes them out.

    Parameters
    ----------
    T
        Time constant, s.
    unit, nominal
        Unit and magnitude of the signal.
    start
        Output at the start.
    description
        What the signal is.
    """

    def __init__(
        self, *, T: float, unit: str = "1", nominal: float = 1.0, start: float = 0.0, description: str = "Signal"
    ) -> None:
        if T <= 0:
            raise ValueError("Lag: T must be a positive time in s")
        self.inputs: tuple[Port, ...] = (Port("u", unit, nominal=nominal, description=description),)
        self.outputs: tuple[Port, ...] = (Port("y", unit, nominal=nominal, description=f"{description}, filtered"),)
        self.parameters: tuple[Port, ...] = (Port("T", "s", start=T, minimum=1e-6, description="Time constant"),)
        self.states: tuple[Port, ...] = (
            Port("y_state", unit, start=start, nominal=nominal, description=f"{description}, filtered"),
        )

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivative and the output as CasADi expressions."""
        return {"y_state": (u["u"] - x["y_state"]) / p["T"]}, {"y": x["y_state"]}

    def at_rest(self, u: dict[str, float], x: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return the state at rest."""
        return {"y_state": u["u"]}
