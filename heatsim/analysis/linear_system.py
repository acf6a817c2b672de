"""A system at an operating point as matrices: exact Jacobians of its blocks, coupled by linear algebra.

Signals s are the outputs of all blocks, then the externals (system inputs, commands of sampled units, outputs of opaque
units). What the units see of them is `s_seen = M_s s + E_s q` and `w = M_w K s_seen + E_w q`, with w the inputs of all
units, K the connections, and q the disturbances that become inputs of the linear system. A zero on the diagonal of M
opens a loop there. Algebraic cycles are solved on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from heatsim.errors import SimulationError
from heatsim.solvers.compose import Composite, Source
from heatsim.solvers.linear_opaque import LinearMode
from heatsim.solvers.linear_units import linear_unit


@dataclass(frozen=True)
class Channel:
    """A place in the system and its path: "signal" (index into s), "input" (into w), "state" (into x).

    An "arrival" is what the connections bring to an input, whether it is opened or not.
    """

    kind: str
    index: int
    path: str


@dataclass(frozen=True)
class Affine:
    """A vector of the linear system as matrices on states x, commands c and disturbances q."""

    x: np.ndarray
    c: np.ndarray
    q: np.ndarray

    def __getitem__(self, rows: int | list[int] | np.ndarray | slice) -> Affine:
        return Affine(self.x[rows], self.c[rows], self.q[rows])


@dataclass(frozen=True)
class LinearPlant:
    """Continuous part with its loops closed but for those that were opened.

    Attributes
    ----------
    states, nominal
        Paths and magnitudes of the states, those of the composite first.
    derivative
        Rates of the states.
    signals
        All signals as their sources give them, before disturbances and openings.
    seen
        All signals as those that they drive see them.
    inputs, arrivals
        Inputs of all units, and what the connections bring to them before disturbances and openings.
    coupling
        How the inputs of the units follow from the signals.
    """

    states: tuple[str, ...]
    nominal: np.ndarray
    derivative: Affine
    signals: Affine
    seen: Affine
    inputs: Affine
    arrivals: Affine
    coupling: Coupling


@dataclass(frozen=True)
class Coupling:
    """Matrices of `s_seen = keep*s + to_signals q` and `w = link s_seen + to_inputs q`."""

    keep: np.ndarray
    to_signals: np.ndarray
    link: sp.csr_matrix
    to_inputs: np.ndarray


@dataclass(frozen=True)
class Layout:
    """Places of all unit inputs: paths in order, and the rows of each unit."""

    inputs: tuple[str, ...]
    rows: dict[str, slice]


def layout(composite: Composite, names: dict[str, list[str]]) -> Layout:
    """Order of all unit inputs; `names` are the inputs of each unit in the order of `composite.sources`."""
    paths: list[str] = []
    rows: dict[str, slice] = {}
    for unit in composite.sources:
        rows[unit] = slice(len(paths), len(paths) + len(names[unit]))
        paths.extend(f"{unit}.{name}" for name in names[unit])
    return Layout(tuple(paths), rows)


def connections(composite: Composite, places: Layout) -> sp.csr_matrix:
    """K: inputs of all units from the signals, without offsets."""
    n_y = len(composite.outputs)
    row, column, factor = [], [], []
    for unit, sources in composite.sources.items():
        for i, source in enumerate(sources):
            if source.output is None and source.external is None:
                continue
            row.append(places.rows[unit].start + i)
            column.append(source.output if source.output is not None else n_y + int(source.external or 0))
            factor.append(source.factor)
    shape = (len(places.inputs), n_y + len(composite.externals))
    return sp.csr_matrix((factor, (row, column)), shape=shape)


def linear_plant(
    composite: Composite,
    places: Layout,
    t: float,
    x: np.ndarray,
    u: np.ndarray,
    disturbances: list[Channel],
    opened: list[Channel],
    modes: Sequence[LinearMode] = (),
) -> LinearPlant:
    """Couple the Jacobians of all blocks.

    Parameters
    ----------
    composite, places
        The continuous part and the places of all unit inputs.
    t, x, u
        Operating point.
    disturbances
        Signals and inputs to which the elements of q are added.
    opened
        Signals and inputs at which nothing but q arrives.
    modes
        Linear models of opaque units; the outputs of the others are held.

    Raises
    ------
    SimulationError
        When a derivative is not finite, or an algebraic cycle has no unique solution there.
    """
    a, b, c, d = _jacobians(composite, places, t, x, u, modes)
    n_y, n_u, n_w = len(composite.outputs), len(composite.externals), len(places.inputs)
    keep_s, keep_w = np.ones(n_y + n_u), np.ones(n_w)
    for channel in opened:
        (keep_s if channel.kind == "signal" else keep_w)[channel.index] = 0.0
    add_s, add_w = _placed(disturbances, "signal", n_y + n_u), _placed(disturbances, "input", n_w)
    whole = connections(composite, places)
    link = sp.csr_matrix(sp.diags(keep_w) @ whole)
    from_q = link @ add_s + add_w
    links = sp.csc_matrix(link @ sp.diags(keep_s))
    first = composite.n_inputs + n_y
    command = sp.csc_matrix(links[:, first : first + composite.n_commands])
    right = sp.csc_matrix(sp.hstack([c, d @ command, d @ from_q]))
    own = [*range(n_y)]
    for mode in modes:
        piece = composite.opaque_slices[mode.linear.name]
        own.extend(range(n_y + piece.start, n_y + piece.stop))
    names = [*composite.outputs, *(composite.externals[i - n_y] for i in own[n_y:])]
    y = _solve(names, sp.identity(len(own)) - d @ links[:, own], right)
    n_x, n_c, n_q = a.shape[0], composite.n_commands, len(disturbances)
    signals = np.zeros((n_y + n_u, n_x + n_c + n_q))
    signals[own] = y
    signals[first : first + n_c, n_x : n_x + n_c] = np.eye(n_c)
    seen = keep_s[:, None] * signals
    seen[:, n_x + n_c :] += add_s.toarray()
    inputs = link @ seen
    inputs[:, n_x + n_c :] += add_w.toarray()
    derivative = b @ inputs
    derivative[:, :n_x] += a.toarray()
    return LinearPlant(
        states=(*composite.states, *(f"{m.linear.name}.{state}" for m in modes for state in m.states)),
        nominal=np.concatenate([composite.nominal, *(mode.nominal for mode in modes)]),
        derivative=_affine(derivative, n_x, n_c),
        signals=_affine(signals, n_x, n_c),
        seen=_affine(seen, n_x, n_c),
        inputs=_affine(inputs, n_x, n_c),
        arrivals=_affine(whole @ seen, n_x, n_c),
        coupling=Coupling(keep_s, add_s.toarray(), link, add_w.toarray()),
    )


def _affine(matrix: np.ndarray, n_x: int, n_c: int) -> Affine:
    return Affine(matrix[:, :n_x], matrix[:, n_x : n_x + n_c], matrix[:, n_x + n_c :])


def _placed(channels: list[Channel], kind: str, rows: int) -> sp.csc_matrix:
    """E: a one where each disturbance of a kind is added."""
    at = [(c.index, j) for j, c in enumerate(channels) if c.kind == kind]
    row, column = [i for i, _ in at], [j for _, j in at]
    return sp.csc_matrix((np.ones(len(at)), (row, column)), shape=(rows, len(channels)))


def _solve(names: Sequence[str], matrix: sp.spmatrix, right: sp.csc_matrix) -> np.ndarray:
    if matrix.shape[0] == 0:
        return np.zeros(right.shape)
    try:
        result = splu(sp.csc_matrix(matrix)).solve(right.toarray())
    except RuntimeError as error:
        raise SimulationError(
            "linearize: an algebraic cycle has no unique solution at this operating point; put a state into it, e.g. "
            "a sensor lag, or open it by name"
        ) from error
    bad = ~np.isfinite(result).all(axis=1)
    if bad.any():
        raise SimulationError(
            f"linearize: '{names[int(np.argmax(bad))]}' lies on an algebraic cycle that has no unique "
            "solution at this operating point; put a state into it, or open it by name"
        )
    return np.asarray(result)


def _jacobians(
    composite: Composite, places: Layout, t: float, x: np.ndarray, u: np.ndarray, modes: Sequence[LinearMode]
) -> tuple[sp.csr_matrix, sp.csr_matrix, sp.csr_matrix, sp.csr_matrix]:
    """Block diagonal A, B, C, D on the states, and on the inputs of all units."""
    y = np.asarray(composite.output(t, x, u)).ravel()
    stack = np.concatenate([y, u])
    units = []
    for name, block in composite.blocks.items():
        inputs = np.array([source_value(s, stack, y.size) for s in composite.sources[name]], dtype=float)
        units.append(linear_unit(block, t, x[composite.state_slices[name]], inputs))
    units.extend(mode.linear for mode in modes)
    columns = [i for unit in units for i in range(places.rows[unit.name].start, places.rows[unit.name].stop)]
    # the inputs of these units among those of all units
    shape = (len(columns), len(places.inputs))
    spread = sp.csr_matrix((np.ones(len(columns)), (range(len(columns)), columns)), shape=shape)
    groups = ([getattr(unit, name) for unit in units] for name in "ABCD")
    a, b, c, d = (_diagonal(group) for group in groups)
    return a, b @ spread, c, d @ spread


def _diagonal(blocks: Sequence[np.ndarray]) -> sp.csr_matrix:
    if not blocks:
        return sp.csr_matrix((0, 0))
    return sp.csr_matrix(sp.block_diag([sp.csr_matrix(block) for block in blocks]))


def source_value(source: Source, stack: np.ndarray, n_y: int) -> float:
    """Value of a unit's input from the stack of outputs and externals."""
    if source.output is None and source.external is None:
        return source.offset
    index = source.output if source.output is not None else n_y + int(source.external or 0)
    return float(source.factor * stack[index] + source.offset)
