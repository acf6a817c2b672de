"""Gain schedule: factors on gain and integral time that follow a measured quantity, usually a flow."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from heatsim.control.expression import Expression, piecewise
from heatsim.errors import UsageError
from heatsim.system import Port


class GainSchedule(Expression):
    """`k_factor` and `Ti_factor` of a `PID` or `SampledPID`, piecewise linear over one scheduling variable.

    Gain and dead time of a heat exchanger or a pipe go with the inverse of the flow, so a loop that is tuned at full
    flow is unstable at low flow (Åström and Hägglund, *Advanced PID Control*, 2006, section 9.3, gain scheduling). The
    schedule holds the factors at some flows; outside of them they are constant. Between, it is a straight line.

    Parameters
    ----------
    points
        `(u, k_factor, Ti_factor)` in increasing order of `u`, two or more; every number is a parameter
        (`k_u[i]`, `k_y[i]`, `Ti_u[i]`, `Ti_y[i]`).
    unit, nominal
        Unit and magnitude of the scheduling variable, input `u`.
    description
        What it is.

    Raises
    ------
    UsageError
        Too few points, out of order, or with a factor that is not positive.

    Examples
    --------
    >>> from heatsim.control import GainSchedule
    >>> schedule = GainSchedule([(20.0, 0.3, 1.0), (80.0, 1.0, 1.0)], unit="kg/s")
    >>> [port.name for port in schedule.outputs]
    ['k_factor', 'Ti_factor']
    """

    def __init__(
        self,
        points: Sequence[tuple[float, float, float]],
        *,
        unit: str = "kg/s",
        nominal: float = 1.0,
        description: str = "Flow",
    ) -> None:
        at = [float(point[0]) for point in points]
        if len(at) < 2 or any(not a < b for a, b in itertools.pairwise(at)):
            raise UsageError(f"GainSchedule: needs two or more points in increasing order of u, got {list(points)}")
        if any(not factor > 0 for point in points for factor in point[1:]):
            raise UsageError(f"GainSchedule: factors must be positive, got {list(points)}")
        names = ("k", "Ti")

        def function(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
            return {f"{name}_factor": piecewise(u["u"], p, name, len(at)) for name in names}

        super().__init__(
            inputs=[Port("u", unit, nominal=nominal, description=description)],
            outputs=[Port(f"{name}_factor", "1", start=1.0, description=f"Factor on {name}") for name in names],
            function=function,
            parameters=[
                port
                for column, name in enumerate(names, start=1)
                for i, point in enumerate(points, start=1)
                for port in (
                    Port(f"{name}_u[{i}]", unit, start=at[i - 1], description=f"{description}, per point"),
                    Port(f"{name}_y[{i}]", "1", start=float(point[column]), description=f"Factor on {name}, per point"),
                )
            ],
        )
