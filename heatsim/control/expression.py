"""Algebraic units: feed-forwards, split ranges and distribution of commands, written as plain expressions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import casadi as ca

from heatsim.system import Port


class Expression:
    """A unit without states whose outputs are expressions of its inputs and parameters.

    Parameters
    ----------
    inputs, outputs, parameters
        The ports, in SI units.
    function
        `function(u, p) -> dict` gives every output by name; `u` and `p` hold CasADi expressions by name.
    """

    def __init__(
        self,
        inputs: Sequence[Port],
        outputs: Sequence[Port],
        function: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
        parameters: Sequence[Port] = (),
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.parameters = tuple(parameters)
        self.states: tuple[Port, ...] = ()
        self._function = function

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return no derivatives and the outputs as CasADi expressions."""
        return {}, self._function(u, p)


def split_range(**characteristics: Sequence[tuple[float, float]]) -> Expression:
    """Spread one command `u` over several actuators, each by a piecewise linear characteristic.

    Parameters
    ----------
    characteristics
        Output name → points `(u, value)` in the order of `u`: straight lines between them, constant outside. Every
        point is a parameter: `<output>_u[i]` and `<output>_y[i]`.

    Examples
    --------
    A valve that opens over the lower half, a fan that idles at a quarter of its speed and works in the upper half:

    >>> unit = split_range(valve=[(0, 0), (0.5, 1)], fan=[(0, 0), (0.05, 0.25), (0.45, 0.25), (1, 1)])
    >>> [port.name for port in unit.outputs]
    ['valve', 'fan']
    """
    for name, points in characteristics.items():
        if len(points) < 2 or any(b[0] <= a[0] for a, b in itertools.pairwise(points)):
            raise ValueError(f"split_range: '{name}' needs two or more points in increasing order of u, got {points}")

    def function(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
        return {name: piecewise(u["u"], p, name, len(points)) for name, points in characteristics.items()}

    coordinates = [
        Port(f"{name}_{axis}[{i}]", "1", start=float(value), description=f"Characteristic of {name}, {text}, per point")
        for name, points in characteristics.items()
        for axis, k, text in (("u", 0, "common command"), ("y", 1, "its value"))
        for i, value in enumerate((point[k] for point in points), start=1)
    ]
    return Expression(
        inputs=[Port("u", "1", description="Common command")],
        outputs=[Port(name, "1", description=f"Part of the command given to {name}") for name in characteristics],
        function=function,
        parameters=coordinates,
    )


def piecewise(u: Any, p: dict[str, Any], name: str, count: int) -> Any:
    """Piecewise linear characteristic as a sum of clipped ramps, which stays continuous in symbols."""
    total = p[f"{name}_y[1]"]
    for i in range(1, count):
        left, right = p[f"{name}_u[{i}]"], p[f"{name}_u[{i + 1}]"]
        part = ca.fmin(ca.fmax((u - left) / (right - left), 0.0), 1.0)
        total = total + part * (p[f"{name}_y[{i + 1}]"] - p[f"{name}_y[{i}]"])
    return total
