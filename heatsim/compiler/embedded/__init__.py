"""Embedded Modelica compiler: a model becomes an FMI 3.0 Model Exchange FMU with nothing but packages from pip.

The way of a model, one package a step:

1. `reading` flattens it with rumoca in a child process, gives its errors a place, and keeps the sources for messages.
2. `checks` finds in the sources and in the flat model what rumoca gets wrong or drops without an error, and puts it
   right or refuses it.
3. `equations` gives the flat model a typed view and evaluates all of it to scalar equations in CasADi expressions.
4. `solving` sorts and solves them, finds start values, and makes the functions, those of events among them.
5. `fmu` writes model description and C code, and compiles the FMU.

The language: `docs/modelica.md`. Everything else is refused with file, line and column.

How another program gets start values for given parameters: instantiate the FMU, set parameters, initialize, read the
states. Or without the binary, for models without events whose start depends on parameters alone:
`extra/org.heatsim/start.casadi` holds a CasADi function `p -> x` (load it with
`casadi.FileDeserializer(path).unpack()`), and `oracle.casadi` (see `emit`) holds the right-hand side. Both have states,
inputs, parameters and outputs in the order of `extra/org.heatsim/model.json`, which is that of declaration; in
`modelDescription.xml` it is the same for each kind. `casadi.DaeBuilder` can import the FMU as well; parameters that act
on start values only are constants for it.
"""

from __future__ import annotations

import importlib.metadata
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.compiler.embedded import explain
from heatsim.compiler.embedded.checks import (
    declaration_checks,
    dropped_statements,
    inner_outer,
    record_constructors,
    source_checks,
)
from heatsim.compiler.embedded.checks.functions_of_calls import tie
from heatsim.compiler.embedded.collector import no_collection
from heatsim.compiler.embedded.equations.assembly import assemble
from heatsim.compiler.embedded.equations.flat import read_flat
from heatsim.compiler.embedded.equations.nesting import limited_nesting
from heatsim.compiler.embedded.fmu.description import Identity
from heatsim.compiler.embedded.fmu.emit import CCompiler, write_fmu
from heatsim.compiler.embedded.reading.classes import used_classes
from heatsim.compiler.embedded.reading.frontend import FrontEndResult, flatten
from heatsim.compiler.embedded.reading.given_values import check_arrival, check_names, misfit
from heatsim.compiler.embedded.reading.sources import SourceMap
from heatsim.compiler.embedded.solving.blocks import solve
from heatsim.compiler.embedded.solving.right_hand_side import build_functions
from heatsim.compiler.embedded.solving.sorting import StructureError, sort
from heatsim.compiler.experiment import annotated
from heatsim.compiler.platforms import own_platform
from heatsim.errors import CompilerError

__all__ = ["CompileInfo", "compile_model"]

# of the experiment annotation, their names in FMI 3.0
_EXPERIMENT = {"StartTime": "startTime", "StopTime": "stopTime", "Tolerance": "tolerance", "Interval": "stepSize"}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class CompileInfo:
    """What the compiler found and how long it took.

    Attributes
    ----------
    states, equations, parameters : numbers of scalars (parameters: those that can be set)
    blocks : number of blocks that are solved one after the other
    largest_linear : size of the largest system of linear equations
    loops : unknowns of each nonlinear block, which is solved by Newton's method at every evaluation
    structure : more numbers and names, see `explain.structure`
    seconds : wall time by phase
    versions : of the tools
    """

    states: int
    equations: int
    parameters: int
    blocks: int
    largest_linear: int
    loops: tuple[tuple[str, ...], ...]
    structure: Mapping[str, Any]
    seconds: Mapping[str, float]
    versions: Mapping[str, str]


@no_collection()
@limited_nesting()
def compile_model(
    model: str,
    *,
    library: Path,
    out: Path,
    needs: Sequence[Path] = (),
    parameters: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    c_compiler: CCompiler | Mapping[str, CCompiler],
    report: Callable[[str], None] | None = None,
) -> CompileInfo:
    """Compile a Modelica model to an FMU.

    Parameters
    ----------
    model : qualified class name
    library : package folder (with package.mo) or one .mo file
    out : FMU file to write
    needs : further libraries that `library` uses
    parameters : compile-time modifications by dotted name, also of structural parameters; SI values, lists for arrays
    expose : names of further variables that become outputs
    c_compiler : makes the binary for this machine; or one for each FMI 3.0 platform tuple that gets a binary
    report : is told one line per phase

    Returns
    -------
    CompileInfo

    Raises
    ------
    UnsupportedModelicaError
        The model uses something that the compiler does not take; the message has file, line, column and what to write
        instead.
    CompilerError
        The model is wrong, or the C compiler fails.
    UsageError
        A name in `parameters` or `expose` does not exist.
    """
    watch = _Watch(report)
    given = dict(parameters or {})
    front = _front_end(model, Path(library), needs, given)
    flat = read_flat(front.flat, front.sources)
    check_names(flat, given)
    watch.lap("front end", f"{len(flat.variables)} variables, {len(flat.equations)} equations")

    system = assemble(flat, expose)
    check_arrival(system, given)
    unknowns = [state.derivative for state in system.states] + [quantity.symbol for quantity in system.algebraic]
    watch.lap("equations", f"{len(system.residuals)} scalar equations, {len(system.states)} states")

    try:
        order = sort(system.residuals, unknowns, frozenset(state.name for state in system.states), flat.sources)
    except StructureError as error:
        raise explain.with_places(error, system, unknowns) from None
    if front.problem:  # a count of the front end that this one does not share: do not trust either
        raise CompilerError(front.problem)
    defaults = {parameter.name: parameter.value for parameter in system.parameters}
    solution = solve(system.residuals, unknowns, order, flat.sources, defaults)
    loops = tuple(loop.names for loop in solution.loops)
    watch.lap("solve", f"{len(order)} blocks, nonlinear: {[len(loop) for loop in loops] or 'none'}")

    functions = build_functions(system, solution)
    watch.lap("functions", f"{functions.rhs.n_instructions()} operations in the right-hand side")

    found = explain.structure(system, solution, len(order), len(functions.parameters))
    versions = {name: importlib.metadata.version(name) for name in ("rumoca", "casadi", "fmpy", "heatsim")}
    info_facts = {
        "model": model,
        "modifications": given,
        "exposed": list(expose),
        "equations": len(system.residuals),
        "blocks": len(order),
        "largest_linear": solution.largest_linear,
        "loops": loops,
        "structure": found,
        "versions": versions,
    }
    tool = f"heatsim {versions['heatsim']} (embedded compiler)"
    identity = Identity(model, *_class_texts(model, flat.sources), tool)
    c_compilers = c_compiler if isinstance(c_compiler, Mapping) else {own_platform(): c_compiler}
    write_fmu(Path(out), system, functions, identity, c_compilers, info_facts)
    watch.lap("binary", str(out))
    return CompileInfo(
        states=len(system.states),
        equations=len(system.residuals),
        parameters=len(functions.parameters),
        blocks=len(order),
        largest_linear=solution.largest_linear,
        loops=loops,
        structure=found,
        seconds=watch.seconds,
        versions=versions,
    )


class _Watch:
    """Measures phases and reports them."""

    def __init__(self, report: Callable[[str], None] | None) -> None:
        self.report = report
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, phase: str, text: str) -> None:
        """End a phase."""
        now = time.perf_counter()
        self.seconds[phase] = now - self._last
        self._last = now
        if self.report:
            self.report(f"{phase}: {text} ({self.seconds[phase]:.2f} s)")


def _front_end(model: str, library: Path, needs: Sequence[Path], parameters: Mapping[str, object]) -> FrontEndResult:
    """Flatten, refuse what the front end gets wrong, and run it again when it has left out functions."""
    try:
        front = flatten(model, library, parameters, needs=needs)
    except CompilerError as error:
        if not parameters:
            raise
        plain = flatten(model, library, needs=needs)
        flat = read_flat(plain.flat, plain.sources)
        raise misfit(error, flat, plain.flat["variable_type_names"], parameters) from None
    used = used_classes(model, front.sources)
    source_checks.check(used, front.sources)
    record_constructors.check(used, front.sources)
    dropped_statements.check(used, front.sources)
    declaration_checks.check(model, used, front.flat["variables"], front.sources)
    inner_outer.check(model, used, front.sources)
    inner_outer.check_created(model, front.flat["variables"], used, front.sources)
    missing = tie(front.flat, used, front.sources, is_last=False)
    if missing:
        front = flatten(model, library, parameters, needs=needs, also_call=missing)
        used = used_classes(model, front.sources)
        tie(front.flat, used, front.sources, is_last=True)
    inner_outer.tie_parameters(front.flat, used, front.sources)
    return front


def _class_texts(model: str, sources: SourceMap) -> tuple[str, dict[str, float]]:
    """Return description string and default experiment of the class, read from its source text.

    A number of the annotation that is an expression is left out: it is advice and changes no result.
    """
    for found in used_classes(model, sources):
        if found.path == model:
            text = sources.files[found.source][1].decode("utf-8", "replace")
            match = re.compile(r'\s*"((?:[^"\\]|\\.)*)"').match(text, found.token.start + len(found.name))
            description = " ".join(match[1].replace('\\"', '"').split()) if match else ""
            written = annotated(text, found.name, found.token.start)
            numbers = {_EXPERIMENT[key]: written[key] for key in _EXPERIMENT if _NUMBER.fullmatch(written.get(key, ""))}
            return description, {key: float(value) for key, value in numbers.items()}
    return "", {}
