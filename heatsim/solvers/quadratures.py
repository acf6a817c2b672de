"""What a cluster integrates besides its states for the ledger: the power of its sides of bonds, and signals."""

from __future__ import annotations

from typing import Any

import casadi as ca
import numpy as np

from heatsim.solvers.cluster import Cluster
from heatsim.system.bonds import Side, View
from heatsim.system.member import split_path


def power(side: Side, value: Any) -> Any:
    """Power that a side receives, W; `value` gives the value of a view, a number or an expression."""
    result = side.factor * value(side.flow)
    if side.ahead is not None:
        effort = value(side.ahead)
        result = result * (effort - value(side.behind) if side.behind is not None else effort)
    return result


class Quadratures:
    """Collects what a cluster is to integrate.

    Parameters
    ----------
    cluster
        Has not advanced yet.
    step
        Typical time between exchanges, s; scales the magnitudes of the integrals.
    """

    def __init__(self, cluster: Cluster, step: float) -> None:
        self._cluster, self._step = cluster, step
        kind: Any = ca.SX if cluster.outputs_of.is_a("SXFunction") else ca.MX
        self._arguments = [
            kind.sym("t"),
            kind.sym("x", cluster.x.size),
            kind.sym("u", len(cluster.inputs)),
        ]
        self._y: Any = None
        self._rows: list[Any] = []
        self._names: list[str] = []
        self._nominal: list[float] = []
        self._inputs = {port.name: i for i, port in enumerate(cluster.inputs)}
        self._outputs = {port.name: i for i, port in enumerate(cluster.outputs)}

    def _name(self, unit: str, port: str) -> str:
        return port if len(self._cluster.units) == 1 else f"{unit}.{port}"

    def _output(self, name: str) -> Any:
        if self._y is None:
            self._y = self._cluster.outputs_of(*self._arguments)
        return self._y[self._outputs[name]]

    def add_power(self, side: Side, name: str) -> int:
        """Integrate the power of a side; returns its place among the integrals."""
        nominal = abs(side.factor)
        for view in (side.flow, side.ahead):
            if view is not None:
                nominal *= self._nominal_of(side.unit, view)

        def value(view: View) -> Any:
            column = self._column(side.unit, view)
            if column is None:
                return self._output(self._name(*split_path(view.path)))
            return (self._arguments[2][column] - view.offset) / view.factor

        return self._add(power(side, value), name, nominal)

    def add_output(self, path: str) -> int:
        """Integrate an output; returns its place among the integrals."""
        name = self._name(*split_path(path))
        return self._add(self._output(name), path, abs(self._cluster.outputs[self._outputs[name]].nominal) or 1.0)

    def _column(self, unit: str, view: View) -> int | None:
        """Input of the cluster that carries a signal; None when the signal comes from within."""
        return None if view.own else self._inputs.get(self._name(unit, view.port))

    def _nominal_of(self, unit: str, view: View) -> float:
        column = self._column(unit, view)
        if column is not None:
            return (abs(self._cluster.inputs[column].nominal) or 1.0) / abs(view.factor)
        return abs(self._cluster.outputs[self._outputs[self._name(*split_path(view.path))]].nominal) or 1.0

    def _add(self, row: Any, name: str, nominal: float) -> int:
        self._rows.append(row)
        self._names.append(f"integral of {name}")
        self._nominal.append(nominal * self._step)
        return len(self._rows) - 1

    def hand_over(self) -> None:
        """Tell the cluster."""
        if self._rows:
            function = ca.Function("ledger", self._arguments, [ca.densify(ca.vertcat(*self._rows))])
            self._cluster.integrate_also(function, self._names, np.array(self._nominal))
