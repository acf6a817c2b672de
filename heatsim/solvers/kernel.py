"""Chooses how the equations of a run are evaluated: by CasADi's virtual machine, or compiled to machine code.

Both compute the same numbers. Machine code is some ten times faster in evaluation but takes seconds to compile, once
for a system: parameters and constants are arguments of it, so that a sweep compiles once, and so that the integrators
of an earlier run of the process can be used again.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import casadi as ca
import numpy as np

from heatsim.compiler.native import load
from heatsim.errors import CompilerError, HeatsimWarning, UsageError, caller_level
from heatsim.solvers.compose import Composite
from heatsim.solvers.integrator import SegmentIntegrator, Statistics
from heatsim.solvers.merge import Source, merge_open

# measured on the reference plant (21 000 operations): seconds for each operation and evaluation, Jacobians and linear
# algebra included, and seconds of compiling for each operation
_EVALUATION = 1e-8
_COMPILATION = 2e-4
# evaluations of a restart and of an output interval (reference plant, rtol = 1e-6)
_OF_RESTART, _OF_INTERVAL = 23, 2


@dataclass(frozen=True)
class Kernel:
    """Equations ready to be integrated.

    Attributes
    ----------
    ode
        Function of (t, x, u), or of (t, x, u, p).
    parameters
        Values of p, shape (n_parameters,); empty when they are in the function.
    native, required
        Whether it is to be compiled, and whether the run must not go on without.
    output
        Outputs as function of (t, x, u, p); None when they are not to be compiled.
    """

    ode: ca.Function
    parameters: np.ndarray
    native: bool
    required: bool = False
    output: ca.Function | None = None


def kernel(composite: Composite, native: bool | str, restarts: int, intervals: int) -> Kernel:
    """Equations of a composite, for a run with so many restarts and output intervals.

    Parameters
    ----------
    composite
        The continuous part of a system.
    native
        True, False, "auto": compile when the run is long enough to be worth it, or "preferred": compile when possible.
    restarts, intervals
        How often the integration begins anew, and how many intervals it goes through in all.

    Raises
    ------
    UsageError
        When machine code is asked for and the equations are not all there, as in FMUs of other tools.
    """
    if native is True and not composite.ode.is_a("SXFunction"):
        raise UsageError(
            "native=True: the equations of an FMU in this system are only in its binary, or an algebraic cycle is not "
            "linear, so there is nothing to compile; use native='auto'"
        )
    if not composite.ode.is_a("SXFunction") or not composite.states:
        return Kernel(composite.ode, np.zeros(0), False)
    operations = composite.ode.n_instructions()
    work = (_OF_RESTART * restarts + _OF_INTERVAL * intervals) * operations * _EVALUATION
    worth_it = native in (True, "preferred") or (native == "auto" and work > 2 * _COMPILATION * operations)
    return replace(_parametric(composite), native=worth_it, required=native is True)


def integrator(
    composite: Composite, chosen: Kernel, rtol: float, statistics: Statistics, moving: np.ndarray | None = None
) -> SegmentIntegrator:
    """Integrator of the whole composite; for a steady state, `moving` tells which states are not held.

    Without a C compiler that works, equations that were to be compiled only when worth it are evaluated by the virtual
    machine, with a warning.

    Raises
    ------
    CompilerError
        When compiling was asked for and fails.
    """
    try:
        made = _integrator(composite, chosen, rtol, statistics, moving)
    except CompilerError as error:
        if chosen.required:
            raise
        warnings.warn(f"the run will be several times slower: {error}", HeatsimWarning, stacklevel=caller_level())
        chosen = replace(chosen, native=False)
        made = _integrator(composite, chosen, rtol, statistics, moving)
    statistics.machine_code = chosen.native
    return made


def compiled_output(chosen: Kernel) -> ca.Function | None:
    """Outputs of compiled equations as function of (t, x, u), compiled too; None when those of the composite do."""
    if not chosen.native or chosen.output is None or not chosen.output.numel_out():
        return None
    function = chosen.output
    symbols = function.sx_in()
    renamed = ca.Function("hs_output", symbols, function.call(symbols), function.name_in(), function.name_out())
    external = load("hs_output", renamed, lambda: [renamed])
    t, x, u = (ca.MX.sym(name, function.size1_in(i)) for i, name in enumerate("txu"))
    return ca.Function("output", [t, x, u], [external(t, x, u, chosen.parameters)], ["t", "x", "u"], ["y"])


def _integrator(
    composite: Composite, chosen: Kernel, rtol: float, statistics: Statistics, moving: np.ndarray | None
) -> SegmentIntegrator:
    return SegmentIntegrator(
        "the coupled system" if moving is None else "trim",
        chosen.ode,
        composite.states,
        composite.nominal,
        rtol,
        statistics,
        native=chosen.native,
        parameters=chosen.parameters,
        inputs=composite.externals,
        moving=moving,
        # a steady state is the same to the last bit, compiled or not: compiling is a matter of time alone
        learning=moving is None,
    )


def _parametric(composite: Composite) -> Kernel:
    """Right-hand side with parameters and constant inputs as arguments."""
    if composite.cycles:
        # solved with their numbers put in
        return Kernel(composite.ode, np.zeros(0), False)
    symbols: list[ca.SX] = []
    values: list[np.ndarray] = []
    blocks, sources = {}, {}
    for name, block in composite.blocks.items():
        symbol: Any = ca.SX.sym(f"p_{name}", len(block.parameters))
        symbols.append(symbol)
        values.append(np.asarray(block.parameter_values, dtype=float))
        blocks[name] = replace(block, parameter_values=symbol)
        row = []
        for source in composite.sources[name]:
            if source.output is None and source.external is None:
                constant: Any = ca.SX.sym("c")
                symbols.append(constant)
                values.append(np.array([source.offset]))
                source = Source(offset=constant)
            row.append(source)
        sources[name] = row
    t, x, u, ode, y = merge_open(blocks, sources, len(composite.externals))
    p = ca.vertcat(*symbols)
    function = ca.Function("ode", [t, x, u, p], [ca.densify(ode)], ["t", "x", "u", "p"], ["ode"])
    output = ca.Function("output", [t, x, u, p], [ca.densify(y)], ["t", "x", "u", "p"], ["y"])
    return Kernel(function, np.concatenate([np.zeros(0), *values]), False, output=output)
