"""The control loops of the reference plant: what each measures, what it moves, and its settings.

The settings are the reference tuning at nominal flow; every one is a parameter of the loop's unit
(`system.set("tcs_temperature.k", …)`). Where two loops could fight, their set points are apart: the heat pumps hold
the facility water at 30 °C and the dry coolers act at 32 °C; the heat pumps deliver 76 °C and the peak plant acts below
74 °C. Pressure and flow loops integrate mainly: their plants answer within seconds, and a high gain would hunt as soon
as the loop is sampled or coupled in steps of ten seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from heatsim.control import PI


@dataclass(frozen=True)
class Loop:
    """One continuous PI loop.

    Attributes
    ----------
    name
        Name of its unit in the system.
    measurement
        Measured variable, `unit.variable`.
    command
        Actuator it moves, or None when the command goes through another unit.
    setpoint
        Fixed set point in SI units, or None when another unit gives it.
    k, Ti, T_sensor
        Settings of the PI; `k` in command per unit of the measurement.
    unit
        Unit of the measurement.
    nominal
        Magnitude of the measurement.
    y_start
        Command at nominal operation.
    y_min, y_max
        Limits of the command; None when another unit gives them.
    feedforward
        Constant feed-forward of the command; None when another unit gives it.
    """

    name: str
    measurement: str
    command: str | None
    setpoint: float | None
    k: float
    Ti: float
    unit: str
    nominal: float
    y_start: float
    T_sensor: float = 10.0
    y_min: float | None = 0.0
    y_max: float | None = 1.0
    feedforward: float | None = 0.0

    def at(self, setpoint: float | None, *, gain: float) -> Loop:
        """Return this loop with another set point and its gain times a factor."""
        return replace(self, setpoint=setpoint, k=self.k * gain)

    def constants(self) -> dict[str, float]:
        """Return the inputs of the controller that are constant; other units give the rest."""
        inputs = {name: getattr(self, name) for name in ("setpoint", "feedforward", "y_min", "y_max")}
        return {name: value for name, value in inputs.items() if value is not None}

    def controller(self) -> PI:
        """Return the PI unit of this loop, its sensor starting at the set point."""
        return PI(
            k=self.k,
            Ti=self.Ti,
            T_sensor=self.T_sensor,
            unit=self.unit,
            measured_start=self.nominal if self.setpoint is None else self.setpoint,
            y_start=self.y_start,
            nominal=self.nominal,
        )


LOOPS: tuple[Loop, ...] = (
    Loop("tcs_temperature", "hall.T_tcs_supply", "hall.opening_cdu", 307.15, -0.04, 45.0, "K", 300.0, 0.8),
    Loop("tcs_pressure", "hall.dp_tcs", "hall.speed_tcs", 1.2e5, 4e-7, 6.0, "Pa", 1e5, 0.9, T_sensor=5.0),
    Loop("fws_pressure", "hall.dp_fws", "hall.speed_fws", 1.0e5, 3e-7, 6.0, "Pa", 1e5, 0.9, T_sensor=5.0),
    Loop("hall_air", "hall.T_air", "hall.opening_crah", 298.15, -0.05, 200.0, "K", 300.0, 0.8),
    Loop("dry_cooler", "hall.T_fws_supply", None, 305.15, -0.025, 100.0, "K", 300.0, 0.0),
    Loop(
        "sink_flow", "heat_pump.m_flow_sink", "heat_pump.speed_sink", None, 1e-3, 8.0, "kg/s", 80.0, 0.8, T_sensor=5.0
    ),
    Loop(
        "heat_pump_capacity",
        "heat_pump.T_sink_out",
        None,
        349.15,
        0.05,
        150.0,
        "K",
        300.0,
        0.0,
        y_min=None,
        y_max=None,
        feedforward=None,
    ),
    Loop(
        "network_supply",
        "peak.T_out",
        "peak.command",
        347.15,
        0.02,
        150.0,
        "K",
        300.0,
        0.0,
        feedforward=None,
    ),
    Loop("network_pressure", "grid.dp_critical", "grid.speed_pump", 0.6e5, 2.5e-7, 15.0, "Pa", 1e5, 0.7, T_sensor=5.0),
)
