"""Order of accuracy of every method and extrapolation, on two masses between springs."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import expm

import heatsim as hs

MATRIX = np.array([[0, 1, 0, 0], [-20, -0.7, 10, 0.5], [0, 0, 0, 1], [10, 0.5, -30, -0.8]], dtype=float)
"""The oscillator as one: positions and speeds of both masses."""

STEPS = (0.05, 0.025, 0.0125)
"""Steps, s."""

METHODS = ("jacobi", "gauss_seidel", "iterated")
EXTRAPOLATIONS = ("held", "linear", "quadratic")
_STOP = 10.0

Values = dict[str, Any]


class _First:
    """Mass with spring and damper to the wall; takes the force of the link."""

    inputs: tuple[hs.Port, ...] = (hs.Port("F", "N"),)
    outputs: tuple[hs.Port, ...] = (hs.Port("x", "m"), hs.Port("v", "m/s"))
    states: tuple[hs.Port, ...] = (hs.Port("x", "m"), hs.Port("v", "m/s"))
    parameters: tuple[hs.Port, ...] = ()

    def equations(self, t: Any, x: Values, u: Values, p: Values) -> tuple[Values, Values]:
        return {"x": x["v"], "v": -10.0 * x["x"] - 0.2 * x["v"] + u["F"]}, {"x": x["x"], "v": x["v"]}


class _Second:
    """The other mass, which gives the force of the link from both positions and speeds."""

    inputs: tuple[hs.Port, ...] = (hs.Port("x1", "m"), hs.Port("v1", "m/s"))
    outputs: tuple[hs.Port, ...] = (hs.Port("F", "N"),)
    states: tuple[hs.Port, ...] = (hs.Port("x", "m", start=0.5), hs.Port("v", "m/s"))
    parameters: tuple[hs.Port, ...] = ()

    def equations(self, t: Any, x: Values, u: Values, p: Values) -> tuple[Values, Values]:
        force = 10.0 * (x["x"] - u["x1"]) + 0.5 * (x["v"] - u["v1"])
        return {"x": x["v"], "v": -20.0 * x["x"] - 0.3 * x["v"] - force}, {"F": force}


def orders(quick: bool) -> list[dict[str, Any]]:
    """Two masses between springs, coupled by force one way, position and speed the other; 10 s, constant steps.

    Errors are the largest of the first mass, relative to its largest deflection, against the matrix exponential. The
    order is that between the last two steps.
    """
    steps = STEPS[:2] if quick else STEPS
    system = hs.System("oscillator").add("a", _First()).add("b", _Second())
    system.connect("b.F", "a.F").connect("a.x", "b.x1").connect("a.v", "b.v1")
    time = np.linspace(0.0, _STOP, 101)
    exact = np.array([(expm(MATRIX * t) @ [0.0, 0.0, 0.5, 0.0])[0] for t in time])
    rows = []
    for method in METHODS:
        for extrapolation in EXTRAPOLATIONS:
            # iterations that stop early would hide the order
            tolerance = 1e-7 if method == "iterated" else None
            errors = []
            for step in steps:
                ds = hs.simulate(
                    system,
                    stop=_STOP,
                    output_step=0.1,
                    rtol=1e-9,
                    method=method,
                    step=step,
                    extrapolation=extrapolation,
                    tolerance=tolerance,
                )
                errors.append(float(np.abs(ds["a.x"].values - exact).max() / np.abs(exact).max()))
            rows.append(
                {
                    "method": method,
                    "extrapolation": extrapolation,
                    **{f"error at {step:g} s": error for step, error in zip(steps, errors, strict=True)},
                    "order": float(np.log2(errors[-2] / errors[-1])),
                }
            )
    return rows
