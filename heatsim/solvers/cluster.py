"""A participant made of units whose equations are known: one or several, merged or side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import SimulationError
from heatsim.fmu.block import Port
from heatsim.solvers.compose import Composite, Source, merge
from heatsim.solvers.integrator import SegmentIntegrator, Statistics

# each macro step is a restart, and what restarts may err by adds up: a tenth of the tolerance costs some 15 % (measured
# on the reference plant) and keeps the sum below the error of the coupling
RESTART_TOLERANCE = 0.1
_SHOWN_INPUTS = 8


@dataclass(frozen=True)
class Links:
    """Where the inputs of a participant come from: factor*stack[signal] + offset, each of shape (n_inputs,).

    The stack of signals is (outputs of the composite, externals of the composite, 0).
    """

    signal: np.ndarray
    factor: np.ndarray
    offset: np.ndarray

    @classmethod
    def of(cls, composite: Composite, sources: Sequence[Source]) -> Links:
        """Links of inputs with these sources."""
        n_y, n_u = len(composite.outputs), len(composite.externals)
        return cls(
            np.array([_position(s, n_y, n_u) for s in sources], dtype=int),
            np.array([s.factor for s in sources], dtype=float),
            np.array([s.offset for s in sources], dtype=float),
        )


def _position(source: Source, n_outputs: int, n_externals: int) -> int:
    if source.output is not None:
        return source.output
    if source.external is not None:
        return n_outputs + source.external
    return n_outputs + n_externals


class Cluster:
    """Units of the graph that advance together, a `Participant`.

    Parameters
    ----------
    composite
        The coupled system, whose blocks are used.
    units
        Names of its units, in the order of the composite.
    rtol
        Relative tolerance of the run; the cluster, which restarts at each exchange, gets a tenth of it.
    statistics
        Counter of work.
    joined
        Whether signals between the units of the cluster act at once, as in the monolithic method. Otherwise they are
        inputs like those from outside, and the units only share an integrator.
    quadratic
        Whether inputs may be parabolas.

    Attributes
    ----------
    units
        Names of the units.
    links
        Where its inputs come from.
    states, signals
        Where its states and outputs are among those of the composite.
    ode, outputs_of
        Functions of (t, x, u): u are the cluster's inputs, x its states.
    x
        Present state, shape (n_states,).
    integral
        Integrals of the quadratures over the last `advance`, shape (n_quadratures,).
    """

    can_rollback = True

    def __init__(
        self,
        composite: Composite,
        units: Sequence[str],
        rtol: float,
        statistics: Statistics,
        *,
        joined: bool = True,
        quadratic: bool = False,
    ) -> None:
        self.units = tuple(units)
        self.name = ", ".join(units)
        self.input_degree = 2 if quadratic else 1
        blocks = {name: composite.blocks[name] for name in units}
        self.signals = _indices(composite.output_slices, units)
        self.states = _indices(composite.state_slices, units)
        sources, outside, ports = _sources(composite, units, joined)
        self.inputs: tuple[Port, ...] = tuple(ports)
        self.outputs: tuple[Port, ...] = tuple(
            _prefixed(port, name, len(units)) for name in units for port in blocks[name].outputs
        )
        self.links = Links.of(composite, outside)
        self.ode, self.outputs_of = merge(blocks, sources, len(outside))
        self.feedthrough: np.ndarray = np.zeros((len(self.outputs), len(self.inputs)), dtype=bool)
        if self.outputs and self.inputs:
            rows, columns = self.outputs_of.jac_sparsity(0, 2).get_triplet()
            self.feedthrough[rows, columns] = True
        self.x = composite.initial[self.states].copy()
        self.integral = np.zeros(0)
        self._names = tuple(composite.states[i] for i in self.states)
        self._nominal = composite.nominal[self.states]
        self._rtol = max(RESTART_TOLERANCE * rtol, 1e-12)
        self._statistics = statistics
        self._integrator: SegmentIntegrator | None = None
        self._quadrature: ca.Function | None = None
        self._quadrature_names: tuple[str, ...] = ()
        self._quadrature_nominal = np.zeros(0)

    def integrate_also(self, quadrature: ca.Function, names: Sequence[str], nominal: np.ndarray) -> None:
        """Integrate further quantities over each `advance`; to be called before the first.

        Parameters
        ----------
        quadrature
            Function q(t, x, u) of the cluster's states and inputs; a column of n quantities.
        names
            What they are, for messages.
        nominal
            Magnitude of their integrals over a step, shape (n,); the error of each is held below rtol times that.
        """
        if self._integrator is not None:
            raise ValueError("quadratures have to be given before the first step")
        self._quadrature, self._quadrature_names = quadrature, tuple(names)
        self._quadrature_nominal = np.asarray(nominal, dtype=float)
        self.integral = np.zeros(len(names))

    def start(self, t: float, stop: float, u: np.ndarray) -> np.ndarray:
        """Outputs at the start; the state is that of the composite or what was put into `x`."""
        return self.output(t, u)

    def output(self, t: float, u: np.ndarray) -> np.ndarray:
        """Outputs with these inputs."""
        try:
            return self.outputs_of(t, self.x, u).full().ravel()
        except RuntimeError as error:
            given = f" with {self._listed(u)}" if self.inputs else ""
            raise SimulationError(
                f"{self.name}: an FMU refuses to be evaluated at t = {t:.9g} s{given}; open the FMUs with "
                "isolate=True, then the one that fails and its log are named here"
            ) from error

    def advance(self, t: float, end: float, c: np.ndarray) -> np.ndarray:
        """Integrate from `t` to `end`; returns the outputs at `end`."""
        if self._integrator is None:
            self._integrator = self._new_integrator()
        n = self.x.size
        quadratic = c[2] if self.input_degree == 2 else None
        try:
            reached = self._integrator.advance(
                np.concatenate([self.x, np.zeros(self.integral.size)]), t, end, c[0], c[1], quadratic
            )
        except SimulationError as error:
            raise SimulationError(f"{error}{self._shown(t, end, c)}") from error
        self.x, self.integral = reached[:n], reached[n:]
        tau = end - t
        return self.output(end, c[0] + tau * (c[1] + tau * c[2]))

    def save(self) -> Any:
        """Keep the present state."""
        return self.x, self.integral

    def restore(self, token: Any) -> None:
        """Go back to a kept state."""
        self.x, self.integral = token

    def discard(self, token: Any) -> None:
        """Nothing to free."""

    def forget(self) -> None:
        """Let the integrator begin anew, as in a run that is resumed here."""
        if self._integrator is not None:
            self._integrator.forget()

    def export_state(self) -> bytes:
        """State for a checkpoint on disk."""
        return self.x.tobytes()

    def import_state(self, t: float, stop: float, u: np.ndarray, state: bytes) -> None:
        """Take up a state from a checkpoint."""
        self.x = np.frombuffer(state).copy()

    def close(self) -> None:
        """Nothing to free."""

    def _new_integrator(self) -> SegmentIntegrator:
        ode = self.ode
        if self._quadrature is not None:
            kind: Any = ca.SX if ode.is_a("SXFunction") and self._quadrature.is_a("SXFunction") else ca.MX
            n = self.x.size
            t, z, u = kind.sym("t"), kind.sym("z", n + self.integral.size), kind.sym("u", len(self.inputs))
            both = ca.vertcat(ode(t, z[:n], u), self._quadrature(t, z[:n], u))
            ode = ca.Function("ode", [t, z, u], [ca.densify(both)], ["t", "x", "u"], ["ode"])
        return SegmentIntegrator(
            self.name,
            ode,
            (*self._names, *self._quadrature_names),
            np.concatenate([self._nominal, self._quadrature_nominal]),
            self._rtol,
            self._statistics,
            self.input_degree == 2,
        )

    def _shown(self, t: float, end: float, c: np.ndarray) -> str:
        """Inputs in words for a message."""
        shown = self._listed(c[0])
        return f"; inputs of the step from {t:.9g} to {end:.9g} s: {shown}" if shown else ""

    def _listed(self, u: np.ndarray) -> str:
        """The first inputs with their values."""
        shown = [f"{port.name} = {value:.6g}" for port, value in zip(self.inputs[:_SHOWN_INPUTS], u, strict=False)]
        more = f" and {len(self.inputs) - _SHOWN_INPUTS} more" if len(self.inputs) > _SHOWN_INPUTS else ""
        return ", ".join(shown) + more


def _indices(slices: dict[str, slice], units: Sequence[str]) -> np.ndarray:
    pieces = [np.arange(slices[name].start, slices[name].stop) for name in units]
    return np.concatenate([np.zeros(0, dtype=int), *pieces])


def _prefixed(port: Port, unit: str, n_units: int) -> Port:
    return port if n_units == 1 else dataclasses.replace(port, name=f"{unit}.{port.name}")


def _sources(
    composite: Composite, units: Sequence[str], joined: bool
) -> tuple[dict[str, list[Source]], list[Source], list[Port]]:
    """Sources within the cluster, sources of its inputs from outside, and the ports of those."""
    own: dict[int, int] = {}
    if joined:
        own = {int(output): i for i, output in enumerate(_indices(composite.output_slices, units))}
    inside: dict[str, list[Source]] = {}
    outside: list[Source] = []
    ports: list[Port] = []
    for name in units:
        row: list[Source] = []
        for port, source in zip(composite.blocks[name].inputs, composite.sources[name], strict=True):
            if source.output is not None and source.output in own:
                row.append(dataclasses.replace(source, output=own[source.output]))
            elif source.output is None and source.external is None:
                row.append(source)
            else:
                row.append(Source(external=len(outside)))
                outside.append(source)
                ports.append(_prefixed(port, name, len(units)))
        inside[name] = row
    return inside, outside, ports
