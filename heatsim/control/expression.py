"""Algebraic units: feed-forwards, split ranges and distribution of commands, written as plain expressions."""

from __future__ import annotations

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


def split_range(*ranges: tuple[str, float, float]) -> Expression:
    """Spread one command `u` (0 to 1) over several actuators.

    Parameters
    ----------
    ranges
        `(output name, start, end)`: the output goes linearly from 0 at `u = start` to 1 at `u = end` and stays there.
        Ranges may overlap, so that the total effect has no flat part.
    """
    for name, start, end in ranges:
        if not start < end:
            raise ValueError(f"split_range: output '{name}' needs start < end, got {start} and {end}")

    def function(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
        return {
            name: ca.fmin(ca.fmax((u["u"] - p[f"{name}_start"]) / (p[f"{name}_end"] - p[f"{name}_start"]), 0.0), 1.0)
            for name, _, _ in ranges
        }

    limits = [
        Port(f"{name}_{side}", "1", start=value, description=f"Command at which {name} is {text}")
        for name, start, end in ranges
        for side, value, text in (("start", start, "0"), ("end", end, "1"))
    ]
    return Expression(
        inputs=[Port("u", "1", description="Common command")],
        outputs=[Port(name, "1", description=f"Share of the command given to {name}") for name, _, _ in ranges],
        function=function,
        parameters=limits,
    )
