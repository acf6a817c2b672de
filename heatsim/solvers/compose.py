"""Merges the continuous units of a system into one right-hand side.

All blocks become `f(t, x, u) -> ode` and `g(t, x, u) -> y`, where u holds the system inputs, the commands of the
sampled units, and the outputs of opaque units (Co-Simulation FMUs, FMUs with events), which keep their state to
themselves. Outputs that depend directly on inputs are put in order signal by signal, from the sparsity of the
Jacobians; cycles among them are solved (`cycles`). When every block is symbolic, and every cycle linear, the result is
one SX graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import casadi as ca
import numpy as np

from heatsim.fmu.block import Block, Port
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers.cycles import Cycle
from heatsim.solvers.merge import Source, find_cycles, merge, slices_of
from heatsim.system.checks import Wire, wires
from heatsim.system.system import System

__all__ = ["Composite", "Source", "compose", "merge"]


@dataclass(frozen=True)
class Composite:
    """The continuous part of a system.

    Attributes
    ----------
    blocks
        Continuous units by name, in the order in which states and outputs are stacked.
    states, outputs, externals
        Paths (`unit.name`; a system input has its own name) of x, y and u.
    state_ports, output_ports
        Ports in the same order.
    nominal, initial
        Magnitude and start value of each state, shape (n_states,).
    n_inputs, n_commands
        The first `n_inputs` externals are system inputs, the next `n_commands` commands of sampled units, the others
        outputs of opaque units.
    ode, output
        CasADi functions of (t, x, u).
    sources
        For each unit, continuous or sampled: the source of each of its inputs.
    feedthrough
        Boolean, shape (n_outputs, n_externals): output i depends directly on external j.
    symbolic
        True when both functions are SX.
    fmus
        Names of the blocks that come from FMUs.
    state_slices, output_slices
        Where each unit's states and outputs are in x and y.
    opaque_slices
        Where the outputs of each opaque unit are in u.
    cycles
        Algebraic cycles among the outputs, solved within `ode` and `output`.
    """

    blocks: dict[str, Block]
    states: tuple[str, ...]
    outputs: tuple[str, ...]
    externals: tuple[str, ...]
    state_ports: tuple[Port, ...]
    output_ports: tuple[Port, ...]
    nominal: np.ndarray
    initial: np.ndarray
    n_inputs: int
    n_commands: int
    ode: ca.Function
    output: ca.Function
    sources: dict[str, list[Source]]
    feedthrough: np.ndarray
    symbolic: bool
    fmus: frozenset[str] = frozenset()
    state_slices: dict[str, slice] = field(default_factory=dict)
    output_slices: dict[str, slice] = field(default_factory=dict)
    opaque_slices: dict[str, slice] = field(default_factory=dict)
    cycles: tuple[Cycle, ...] = ()

    @property
    def commands(self) -> slice:
        """Where the commands of the sampled units are in u."""
        return slice(self.n_inputs, self.n_inputs + self.n_commands)

    def suspect(self, failure: str) -> str:
        """What to add to the message of an integrator that met NaN; empty when no algebraic cycle can be the cause."""
        if not self.cycles or not any(word in failure for word in (" nan ", "RHSFUNC")):
            return ""
        named = "; ".join(str(cycle) for cycle in self.cycles[:3])
        return f"; an algebraic cycle that has no solution then has this effect too: {named}"

    def unsolved(self, y: np.ndarray) -> str:
        """What to say of the first algebraic cycle without a solution in these outputs; empty when there is none."""
        for cycle in self.cycles:
            if not np.isfinite(y[list(cycle.torn)]).all():
                return (
                    f"the algebraic cycle {cycle} has no solution there that could be found; put a state between, e.g. "
                    "a sensor lag or an actuator, or give its outputs better start values"
                )
        return ""


@one_at_a_time
def compose(system: System) -> Composite:
    """Build the composite of a checked system.

    Raises
    ------
    ConnectionError
        When an algebraic cycle is singular.
    FmuError, UsageError
        From building the blocks.
    """
    blocks = {m.name: m.block() for m in system.members.values() if m.kind != "sampled" and not m.opaque}
    externals = [*system.input_scalars]
    n_inputs = len(externals)
    for member in system.members.values():
        if member.kind == "sampled":
            externals.extend(f"{member.name}.{name}" for name in member.ports["outputs"])
    n_commands = len(externals) - n_inputs
    opaque_slices: dict[str, slice] = {}
    for member in system.members.values():
        if member.opaque:
            first = len(externals)
            externals.extend(f"{member.name}.{name}" for name in member.ports["outputs"])
            opaque_slices[member.name] = slice(first, len(externals))
    outputs = [f"{name}.{port.name}" for name, block in blocks.items() for port in block.outputs]
    states = [f"{name}.{port.name}" for name, block in blocks.items() for port in block.states]
    state_slices = slices_of({name: len(block.states) for name, block in blocks.items()})
    output_slices = slices_of({name: len(block.outputs) for name, block in blocks.items()})
    sources = _sources(system, blocks, outputs, externals)
    ode, output = merge(blocks, sources, len(externals))
    feedthrough = np.zeros((len(outputs), len(externals)), dtype=bool)
    if outputs and externals:
        rows, columns = output.jac_sparsity(0, 2).get_triplet()
        feedthrough[rows, columns] = True
    state_ports = tuple(port for block in blocks.values() for port in block.states)
    return Composite(
        blocks=blocks,
        states=tuple(states),
        outputs=tuple(outputs),
        externals=tuple(externals),
        state_ports=state_ports,
        output_ports=tuple(port for block in blocks.values() for port in block.outputs),
        nominal=np.array([abs(port.nominal) or 1.0 for port in state_ports], dtype=float),
        initial=np.concatenate([np.zeros(0), *(block.initial_states for block in blocks.values())]),
        n_inputs=n_inputs,
        n_commands=n_commands,
        ode=ode,
        output=output,
        sources=sources,
        feedthrough=feedthrough,
        symbolic=bool(output.is_a("SXFunction")),
        fmus=frozenset(m.name for m in system.members.values() if m.kind == "fmu" and not m.opaque),
        state_slices=state_slices,
        output_slices=output_slices,
        opaque_slices=opaque_slices,
        cycles=find_cycles(blocks, sources),
    )


def _sources(
    system: System, blocks: dict[str, Block], outputs: list[str], externals: list[str]
) -> dict[str, list[Source]]:
    output_index = {path: i for i, path in enumerate(outputs)}
    external_index = {path: i for i, path in enumerate(externals)}
    by_target: dict[tuple[str, str], Wire] = {(w.target_unit, w.target): w for w in wires(system)}
    result: dict[str, list[Source]] = {}
    for member in system.members.values():
        row: list[Source] = []
        # an FMU's block takes its inputs in the order of the import, which need not be that of the description
        block = blocks.get(member.name)
        names = [port.name for port in block.inputs] if block is not None else list(member.ports["inputs"])
        for name in names:
            wire = by_target.get((member.name, name))
            if wire is None:
                constant = member.constant(name)
                assert constant is not None, "a checked system drives every input"
                row.append(Source(offset=constant))
            else:
                path = wire.source_path
                output = output_index.get(path) if wire.source_unit else None
                external = None if output is not None else external_index[path]
                row.append(Source(output, external, wire.factor, wire.offset))
        result[member.name] = row
    return result
