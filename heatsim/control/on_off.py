"""On/off controller with hysteresis and minimum times."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

from heatsim.errors import UsageError
from heatsim.system import Port
from heatsim.system.loops import LoopPorts

_LONG_AGO = -1e9


@dataclass(kw_only=True, eq=False)
class OnOff:
    """Two-point controller: on below `setpoint − hysteresis`, off above `setpoint + hysteresis`.

    Parameters
    ----------
    hysteresis
        Half of the switching band, unit of the measurement.
    y_on, y_off
        Commands.
    minimum_on, minimum_off
        Shortest time on and off, s.
    cooling
        True: on above the band, off below it.
    period
        Sample time, s.
    on_at_start
        Whether it is on before the first tick, while the measurement is inside the band.
    unit, command_unit, nominal
        Units of measurement and command, magnitude of the measurement.
    offset
        Ticks at `offset + n*period`, s.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    hysteresis: float
    y_on: float = 1.0
    y_off: float = 0.0
    minimum_on: float = 0.0
    minimum_off: float = 0.0
    cooling: bool = False
    period: float = 1.0
    on_at_start: bool = False
    unit: str = "1"
    command_unit: str = "1"
    nominal: float = 1.0
    offset: float = 0.0
    inputs: tuple[Port, ...] = field(init=False, repr=False)
    outputs: tuple[Port, ...] = field(init=False, repr=False)
    parameters: tuple[Port, ...] = field(init=False, repr=False)

    loops: ClassVar[tuple[LoopPorts, ...]] = (LoopPorts("", "measurement", "y", "setpoint", "y_off", "y_on"),)

    def __post_init__(self) -> None:
        for label in ("hysteresis", "minimum_on", "minimum_off"):
            if not 0 <= getattr(self, label) < math.inf:
                raise UsageError(f"OnOff: {label} must be 0 or positive, not {getattr(self, label)!r}")
        if not 0 < self.period < math.inf:
            raise UsageError(f"OnOff: period must be a positive time in s, not {self.period!r}")
        self.inputs = (
            Port("measurement", self.unit, nominal=self.nominal, description="Measured variable"),
            Port("setpoint", self.unit, nominal=self.nominal, description="Middle of the switching band"),
        )
        first = self.y_on if self.on_at_start else self.y_off
        self.outputs = (
            Port("y", self.command_unit, start=first, description="Command"),
            Port("error", self.unit, nominal=0.01 * self.nominal, description="Set point minus measurement"),
        )
        self.parameters = (
            Port("hysteresis", self.unit, start=self.hysteresis, minimum=0.0, description="Half of the switching band"),
            Port("y_on", self.command_unit, start=self.y_on, description="Command when on"),
            Port("y_off", self.command_unit, start=self.y_off, description="Command when off"),
            Port("minimum_on", "s", start=self.minimum_on, minimum=0.0, description="Shortest time on"),
            Port("minimum_off", "s", start=self.minimum_off, minimum=0.0, description="Shortest time off"),
        )

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory before the first tick; the minimum times have passed."""
        return {"on": float(self.on_at_start), "since": _LONG_AGO}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Decide for the next period; returns outputs and the new memory."""
        error = u["setpoint"] - u["measurement"]
        wanting = -error if self.cooling else error
        on, since = state["on"] > 0.5, state["since"]
        wish = wanting > p["hysteresis"] or (on and wanting >= -p["hysteresis"])
        rest = p["minimum_on"] if on else p["minimum_off"]
        if wish != on and t - since >= rest - 1e-6:
            on, since = wish, t
        return {"y": p["y_on"] if on else p["y_off"], "error": error}, {"on": float(on), "since": since}
