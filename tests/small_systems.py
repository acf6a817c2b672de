"""Systems of small units with known solutions."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import expm
from small_units import Mass1, Mass2, SampledPI, Tank

from heatsim.simulation import simulate
from heatsim.system import System

OSCILLATOR = np.array([[0, 1, 0, 0], [-20, -0.7, 10, 0.5], [0, 0, 0, 1], [10, 0.5, -30, -0.8]], dtype=float)


def oscillator() -> System:
    """Two masses, force one way, position and speed the other."""
    system = System("oscillator").add("a", Mass1()).add("b", Mass2())
    return system.connect("b.F", "a.F").connect("a.x", "b.x1").connect("a.v", "b.v1")


def controlled(controller: SampledPI) -> System:
    """Tank under a sampled PI."""
    system = System("loop").add("tank", Tank()).add("pi", controller, inputs={"setpoint": 320.0})
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    return system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")


def oscillator_error(
    system: System, step: float, method: str, extrapolation: str, output: str = "a.x", **options: Any
) -> float:
    """Largest error of the first mass over 10 s, relative to its largest deflection."""
    if method == "iterated":
        options = {"tolerance": 1e-7, **options}
    ds = simulate(
        system, stop=10.0, output_step=0.1, rtol=1e-9, method=method, step=step, extrapolation=extrapolation, **options
    )
    exact = np.array([(expm(OSCILLATOR * t) @ [0, 0, 0.5, 0])[0] for t in ds["time"].values])
    return float(np.abs(ds[output].values - exact).max() / np.abs(exact).max())
