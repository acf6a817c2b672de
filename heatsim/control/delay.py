"""Dead time, constant or of a pipe whose flow changes, and a first-order process: the parts of test rigs for loops."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from heatsim.control.pid_ports import per
from heatsim.errors import UsageError
from heatsim.system import Port


@dataclass(kw_only=True, eq=False)
class TransportDelay:
    """Plug flow: `y(t) = u(t − L)` at every tick, with a constant `L` or that of a pipe, `density·volume` over flow.

    The past is kept at ticks and taken linearly between them, so it is exact at ticks when `L` is a multiple of the
    period. The output is held in between, which acts like another dead time of half a period; a rig with the dead time
    L therefore takes a period that is short beside L.

    Nothing flows backwards, and no slower than what fills the pipe in the time `longest`.

    Parameters
    ----------
    L
        Dead time, s; None when it follows from volume and flow.
    volume
        Of the pipe, m³; the unit then has the input `m_flow`, kg/s.
    longest
        Longest dead time with a volume, s.
    density
        Of what flows, kg/m³.
    period
        Sample time, s. The memory has `longest/period` samples, each a state of the linear model.
    unit, nominal, start, description
        Unit, magnitude, value before the first tick, and meaning of the signal.
    offset
        Ticks at `offset + n*period`, s.

    Raises
    ------
    UsageError
        A setting lies outside of its range.
    """

    L: float | None = None
    volume: float | None = None
    longest: float = 600.0
    density: float = 1000.0
    period: float = 1.0
    unit: str = "1"
    nominal: float = 1.0
    start: float = 0.0
    description: str = "Signal"
    offset: float = 0.0
    inputs: tuple[Port, ...] = field(init=False, repr=False)
    outputs: tuple[Port, ...] = field(init=False, repr=False)
    parameters: tuple[Port, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if (self.L is None) == (self.volume is None):
            raise UsageError("TransportDelay: give either the dead time L or the volume of the pipe")
        for label in ("volume", "longest", "density", "period"):
            value = getattr(self, label)
            if value is not None and not 0 < value < math.inf:
                raise UsageError(f"TransportDelay: {label} must be positive, not {value!r}")
        if self.L is not None and not 0 <= self.L < math.inf:
            raise UsageError(f"TransportDelay: L must be a time in s, not {self.L!r}")
        self.inputs = (Port("u", self.unit, nominal=self.nominal, description=self.description),)
        self.outputs = (
            Port("y", self.unit, start=self.start, nominal=self.nominal, description=f"{self.description}, delayed"),
        )
        self.parameters = ()
        if self.volume is not None:
            self.inputs += (Port("m_flow", "kg/s", description="Flow through the pipe"),)
            self.parameters = (
                Port("volume", "m3", start=self.volume, minimum=1e-9, description="Volume of the pipe"),
                Port("density", "kg/m3", start=self.density, minimum=1e-3, description="Density of what flows"),
            )
        self._count = math.ceil((self.longest if self.L is None else self.L) / self.period - 1e-9)

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory of a pipe through which the same came for long."""
        memory = {f"u[{i}]": u["u"] for i in range(1, self._count + 1)}
        if self.volume is not None:
            through = self._through(u, p)
            memory |= {f"through[{i}]": self.period * through for i in range(1, self._count + 1)} | {"flow": through}
        return memory

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Push one sample in; returns outputs and the new memory."""
        samples = [u["u"], *(state[f"u[{i}]"] for i in range(1, self._count + 1))]
        memory = {f"u[{i + 1}]": samples[i] for i in range(self._count)}
        if self.L is not None:
            at = self.L / self.period
        else:
            # how many pipes went through between a sample and the next; the flow taken as a line in between
            through = self._through(u, p)
            pushed = [0.5 * (state["flow"] + through) * self.period]
            pushed += [state[f"through[{i}]"] for i in range(1, self._count)]
            memory |= {f"through[{i + 1}]": part for i, part in enumerate(pushed)} | {"flow": through}
            at = _place(pushed)
        whole = min(int(at + 1e-9), self._count)
        share = max(at - whole, 0.0)
        older = samples[min(whole + 1, self._count)]
        return {"y": samples[whole] + share * (older - samples[whole])}, memory

    def _through(self, u: dict[str, float], p: dict[str, float]) -> float:
        """Flow in contents of the pipe per second."""
        return max(u["m_flow"] / (p["density"] * p["volume"]), 1.0 / self.longest)


def _place(pushed: list[float]) -> float:
    """Number of samples, in parts too, since which one content of the pipe has gone through."""
    total = 0.0
    for i, part in enumerate(pushed):
        if total + part >= 1.0:
            return i + (1.0 - total) / part
        total += part
    return float(len(pushed))


class FirstOrder:
    """First-order process `T·der(y) = gain·u + load − y`, continuous.

    With a `TransportDelay` behind it, the FOPTD process that tuning rules are made for.

    Parameters
    ----------
    gain
        Change of `y` per unit of `u` at rest.
    T
        Time constant, s.
    start
        Output at the start.
    unit, command_unit, nominal
        Units of output and command, magnitude of the output.
    """

    def __init__(
        self,
        *,
        gain: float = 1.0,
        T: float = 60.0,
        start: float = 0.0,
        unit: str = "1",
        command_unit: str = "1",
        nominal: float = 1.0,
    ) -> None:
        if not 0 < T < math.inf:
            raise UsageError(f"FirstOrder: T must be a positive time in s, not {T!r}")
        self.optional = ("load",)
        self.inputs: tuple[Port, ...] = (
            Port("u", command_unit, description="Command"),
            Port("load", unit, start=0.0, nominal=nominal, description="Disturbance, as change of the output at rest"),
        )
        self.outputs: tuple[Port, ...] = (Port("y", unit, nominal=nominal, description="Controlled variable"),)
        self.parameters: tuple[Port, ...] = (
            Port("gain", per(unit, command_unit), start=gain, description="Gain of the process"),
            Port("T", "s", start=T, minimum=1e-6, description="Time constant"),
        )
        self.states: tuple[Port, ...] = (
            Port("y", unit, start=start, nominal=nominal, description="Controlled variable"),
        )

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivative and the output as CasADi expressions."""
        return {"y": (p["gain"] * u["u"] + u["load"] - x["y"]) / p["T"]}, {"y": x["y"]}
