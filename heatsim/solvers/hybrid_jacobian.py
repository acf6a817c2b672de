"""Jacobian of graph and units with events: exact for the graph, by finite differences for the units, and sparse.

The units' rates and outputs are differentiated by their own states and inputs only; the rest is the chain rule. With x
the states of the graph, z those of the units, u their inputs and v their outputs,

    dv = C dz + D du,    du = F dy + G dv,    dy = Y_x dx + Y_v dv.
"""

from __future__ import annotations

from collections.abc import Sequence

import casadi as ca
import numpy as np
import scipy.sparse as sp

from heatsim.solvers.compose import Composite
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.exchange import Slot

_STEP = 1e-7  # of a finite difference, relative to the magnitude


class HybridJacobian:
    """Sparse Jacobian of `HybridModel.rates`.

    Attributes
    ----------
    sparsity
        Its entries, compressed by columns.

    Parameters
    ----------
    composite
        The graph.
    units, slots
        Units with events and where their signals are.
    """

    def __init__(self, composite: Composite, units: Sequence[EventUnit], slots: Sequence[Slot]) -> None:
        self._units = list(units)
        self._slots = list(slots)
        self._n = len(composite.states)
        n_y, n_u = len(composite.outputs), len(composite.externals)
        self._first = composite.n_inputs + composite.n_commands
        arguments = ["t", "x", "u"]
        self._ode = composite.ode.factory("hybrid_ode", arguments, ["jac:ode:x", "jac:ode:u"])
        self._y = composite.output.factory("hybrid_output", arguments, ["jac:y:x", "jac:y:u"])
        self._nominal_u = [np.array([port.nominal for port in unit.inputs]) for unit in units]
        rows, columns, values = [], [], []
        row = 0
        for slot in slots:
            for signal, factor in zip(slot.links.signal, slot.links.factor, strict=True):
                rows.append(row)
                columns.append(int(signal))
                values.append(float(factor))
                row += 1
        taken = sp.csc_matrix((values, (rows, columns)), shape=(row, n_y + n_u + 1))
        self._f, self._g = taken[:, :n_y], taken[:, n_y + self._first : n_y + n_u]
        self.sparsity = self._pattern(composite)
        pattern = self.sparsity.tocoo()
        self._keys = _keys(pattern.row, pattern.col, pattern.shape[0])

    def _pattern(self, composite: Composite) -> sp.csc_matrix:
        ones = [np.ones((len(u.states), len(u.states))) for u in self._units]
        b = [np.ones((len(u.states), len(u.inputs))) for u in self._units]
        c = [np.ones((len(u.outputs), len(u.states))) for u in self._units]
        d = [u.feedthrough.astype(float) for u in self._units]
        graph = [
            _ones(composite.ode, 0),
            _ones(composite.ode, 1),
            _ones(composite.output, 0),
            _ones(composite.output, 1),
        ]
        f, g = abs(self._f).sign(), abs(self._g).sign()
        found = self._assembled(graph, ones, b, c, d, f, g, solve=False)
        found.sort_indices()
        return found

    def at(self, t: float, y: np.ndarray, externals: np.ndarray, stack: np.ndarray) -> np.ndarray:
        """Entries at a point in the order of `sparsity`.

        Parameters
        ----------
        t, y
            Time and all states.
        externals, stack
            Consistent signals there.
        """
        x = y[: self._n]
        ode_x, ode_u = (block.sparse() for block in self._ode(t, x, externals))
        y_x, y_u = (block.sparse() for block in self._y(t, x, externals))
        a: list[np.ndarray] = []
        b: list[np.ndarray] = []
        c: list[np.ndarray] = []
        d: list[np.ndarray] = []
        first = self._n
        for unit, slot, nominal in zip(self._units, self._slots, self._nominal_u, strict=True):
            z = y[first : first + len(unit.states)]
            first += z.size
            for kept, part in zip((a, b, c, d), _differences(unit, t, z, slot.inputs(stack), nominal), strict=True):
                kept.append(part)
        found = self._assembled([ode_x, ode_u, y_x, y_u], a, b, c, d, self._f, self._g, solve=True)
        entries = found.tocoo()
        data = np.zeros(self.sparsity.nnz)
        data[np.searchsorted(self._keys, _keys(entries.row, entries.col, found.shape[0]))] = entries.data
        return data

    def _assembled(
        self,
        graph: Sequence[sp.csc_matrix],
        a: Sequence[np.ndarray],
        b: Sequence[np.ndarray],
        c: Sequence[np.ndarray],
        d: Sequence[np.ndarray],
        f: sp.csc_matrix,
        g: sp.csc_matrix,
        solve: bool,
    ) -> sp.csc_matrix:
        ode_x, ode_u, y_x, y_u = (sp.csc_matrix(part) for part in graph)
        ode_v, y_v = ode_u[:, self._first :], y_u[:, self._first :]
        big_a, big_b, big_c, big_d = (_block_diagonal(parts) for parts in (a, b, c, d))
        u_v = f @ y_v + g
        v_x, v_z = big_d @ f @ y_x, big_c
        if big_d.nnz:
            through = (big_d @ u_v).toarray()
            eye = np.eye(through.shape[0])
            closure = np.linalg.inv(eye - through) if solve else _closure(through)
            v_x, v_z = sp.csc_matrix(closure @ v_x.toarray()), sp.csc_matrix(closure @ v_z.toarray())
        u_x, u_z = f @ y_x + u_v @ v_x, u_v @ v_z
        return sp.bmat([[ode_x + ode_v @ v_x, ode_v @ v_z], [big_b @ u_x, big_a + big_b @ u_z]], format="csc")


def _keys(rows: np.ndarray, columns: np.ndarray, size: int) -> np.ndarray:
    """Numbers of entries that rise in the order of columns, then rows."""
    return np.asarray(columns.astype(np.int64) * size + rows)


def _ones(function: ca.Function, argument: int) -> sp.csc_matrix:
    """Pattern of the derivative of a function of (t, x, u) by x (0) or u (1)."""
    rows, columns = function.jac_sparsity(0, 1 + argument).get_triplet()
    shape = (function.size1_out(0), function.size1_in(1 + argument))
    return sp.csc_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def _block_diagonal(parts: Sequence[np.ndarray]) -> sp.csc_matrix:
    return sp.block_diag([sp.csc_matrix(part) for part in parts], format="csc")


def _closure(through: np.ndarray) -> np.ndarray:
    """All dependences along paths of any length, as ones."""
    found = (np.eye(through.shape[0]) + through) > 0
    while True:
        more = (found.astype(float) @ found.astype(float)) > 0
        if (more == found).all():
            return found.astype(float)
        found = more


def _differences(
    unit: EventUnit, t: float, z: np.ndarray, u: np.ndarray, nominal: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives of rates by states and inputs, and of outputs by states and inputs."""
    n, m = z.size, u.size
    rates, outputs = unit.rates(t, z, u), unit.output_at(t, z, u)
    a, b = np.zeros((n, n)), np.zeros((n, m))
    c, d = np.zeros((outputs.size, n)), np.zeros((outputs.size, m))
    for j in range(n):
        moved, step = z.copy(), _STEP * max(abs(z[j]), unit.nominal[j])
        moved[j] += step
        a[:, j] = (unit.rates(t, moved, u) - rates) / step
        c[:, j] = (unit.output_at(t, moved, u) - outputs) / step
    for j in range(m):
        if unit.discrete_inputs[j]:
            continue
        moved, step = u.copy(), _STEP * max(abs(u[j]), nominal[j])
        moved[j] += step
        if n:
            b[:, j] = (unit.rates(t, z, moved) - rates) / step
        if unit.feedthrough[:, j].any():
            d[:, j] = np.where(unit.feedthrough[:, j], (unit.output_at(t, z, moved) - outputs) / step, 0.0)
    return a, b, c, d
