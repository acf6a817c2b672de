"""Imports the equations of an FMU as a CasADi function `f(t, x, u, p) -> (ode, y)`.

Three kinds of FMU, best first: those of heatsim's embedded compiler and those that CasADi exported carry their
equations as serialised expressions, which merge with others into one graph; of all others the binary is called.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.extra import NAMES, read_extra

ORACLE = "extra/org.casadi.fmi-ls-serialization/oracle.casadi"
START = "extra/org.heatsim/start.casadi"
CHECKS = "extra/org.heatsim/checks.casadi"


@dataclass(frozen=True)
class Equations:
    """Right-hand side and outputs of an FMU.

    Attributes
    ----------
    function
        `f(t, x, u, p) -> (ode, y)`.
    states, inputs, parameters, outputs
        Names in the order of the arguments. `parameters` is empty when their values are put into the function already.
    symbolic
        True when `function` is made of expressions throughout.
    symbolic_parameters
        True when parameters are arguments of `function`, False when their values are in it.
    start
        Function `p -> x` of start values, or None.
    checks
        Assertions `(t, x, u, p) -> holds` with their messages, errors only; None when there are none.
    start_depends
        Whether start values depend on inputs or time; None when that is not known.
    """

    function: ca.Function
    states: tuple[str, ...]
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    symbolic: bool
    symbolic_parameters: bool = True
    start: ca.Function | None = None
    checks: tuple[ca.Function, tuple[str, ...]] | None = None
    start_depends: bool | None = None


def import_equations(
    label: str, folder: Path, identifier: str, settable: Sequence[str], values: Mapping[str, float]
) -> Equations:
    """Equations of an unpacked FMU.

    Parameters
    ----------
    label
        Name for messages and functions.
    folder
        The unpacked FMU.
    identifier
        Its model identifier.
    settable
        Parameters that may be set.
    values
        Values to be put in where the FMU only exists as a binary.

    Raises
    ------
    FmuError
        When CasADi cannot import it, or it has algebraic unknowns.
    """
    name = "f_" + ("".join(c if c.isalnum() and c.isascii() else "_" for c in label).strip("_") or "unit")
    while "__" in name:
        name = name.replace("__", "_")
    try:
        if (folder / NAMES).is_file() and (folder / ORACLE).is_file():
            return _from_oracle(name, folder)
        return _from_casadi(label, name, folder, identifier, settable, values)
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise FmuError(
            f"{label}: CasADi cannot import the FMU ({lines[-1] if lines else error}); build it again"
        ) from error
    except (KeyError, TypeError, IndexError, ValueError) as error:
        # the files may be a stranger's
        raise FmuError(
            f"{label}: the equations inside the FMU are not what heatsim writes ({type(error).__name__}: {error}); "
            "build it again"
        ) from error


def check_names(label: str, equations: Equations, known: Collection[str]) -> None:
    """Refuse equations whose names are not those of the description, or not as many as the equations have.

    Raises
    ------
    FmuError
        Says what does not fit.
    """
    function = equations.function
    groups = (equations.states, equations.inputs, equations.parameters, equations.outputs)
    sizes = (*(function.size1_in(i) for i in (1, 2, 3)), function.size1_out(1))
    for names, size in zip(groups, sizes, strict=True):
        unknown = [name for name in names if name not in known]
        if unknown or len(names) != size or len(set(names)) < size:
            what = f"'{unknown[0]}' is no variable" if unknown else f"they have {size} of what it names {len(names)}"
            raise FmuError(f"{label}: the equations inside the FMU do not fit its description: {what}; build it again")


def _load(path: Path) -> ca.Function:
    return ca.FileDeserializer(str(path)).unpack()


def _from_oracle(name: str, folder: Path) -> Equations:
    """Equations of an FMU of the embedded compiler.

    Its oracle has dependent variables w as arguments and their definitions as outputs; putting the definitions in gives
    the explicit form.
    """
    names = read_extra(folder, NAMES, name[2:])
    start_depends = bool(names.get("start_depends_on_inputs"))
    oracle = _load(folder / ORACLE)
    expanded = _expanded(oracle)
    symbolic = expanded is not None
    kind: Any = ca.SX if symbolic else ca.MX
    source = oracle if expanded is None else expanded
    symbols = {key: kind.sym(key, source.size1_in(key)) for key in source.name_in()}
    outputs = dict(zip(source.name_out(), source.call(list(symbols.values()), True, False), strict=True))
    w, definitions = symbols["w"], outputs["wdef"]
    targets = [outputs["ode"], outputs["y"]]
    if w.numel():
        if source.jac_sparsity(source.index_out("wdef"), source.index_in("w")).nnz() == 0:
            targets = ca.substitute(targets, [w], [definitions])
        else:
            parts = ca.vertsplit(w) if symbolic else [w]
            if not symbolic:
                raise FmuError(f"{name[2:]}: dependent variables of the FMU depend on each other; build it again")
            _, targets = ca.substitute_inplace(parts, ca.vertsplit(definitions), targets, False)
    arguments = [symbols["t"], symbols["x"], symbols["u"], symbols["p"]]
    function = ca.Function(name, arguments, [ca.densify(e) for e in targets], ["t", "x", "u", "p"], ["ode", "y"])
    return Equations(
        function=function,
        states=tuple(names["states"]),
        inputs=tuple(names["inputs"]),
        parameters=tuple(names["parameters"]),
        outputs=tuple(names["outputs"]),
        symbolic=symbolic,
        start=_load(folder / START) if (folder / START).is_file() and not start_depends else None,
        start_depends=start_depends,
        checks=_checks(folder, names),
    )


def _checks(folder: Path, names: dict[str, Any]) -> tuple[ca.Function, tuple[str, ...]] | None:
    """Assertions of level error with their messages."""
    listed = names.get("checks", [])
    if not (folder / CHECKS).is_file() or not listed:
        return None
    function = _load(folder / CHECKS)
    keep = [i for i, check in enumerate(listed) if not check["warning"]]
    if not keep:
        return None
    arguments = [ca.MX.sym(function.name_in(i), function.size1_in(i)) for i in range(4)]
    holds = ca.vertcat(*ca.vertsplit(function(*arguments))) if len(listed) > 1 else function(*arguments)
    return ca.Function("checks", arguments, [holds[keep]]), tuple(listed[i]["message"] for i in keep)


def _from_casadi(
    label: str, name: str, folder: Path, identifier: str, settable: Sequence[str], values: Mapping[str, float]
) -> Equations:
    dae = ca.DaeBuilder(identifier, str(folder), {})
    lost = [constant for constant in dae.c() if constant in settable]
    if dae.symbolic() and lost:
        # seen with CasADi 3.8.2: expressions and binary of such an FMU evaluate to NaN
        raise FmuError(
            f"{label}: CasADi's export lost the value of the fixed parameter '{lost[0]}'; declare it tunable and "
            "export again"
        )
    symbolic = dae.symbolic()
    if symbolic:
        function = dae.create(name, ["t", "x", "u", "p"], ["ode", "y"])
        expanded = _expanded(function)
        symbolic, function = expanded is not None, function if expanded is None else expanded
        parameters = tuple(dae.p())
    else:
        # FMI model structures do not list parameters as dependencies, so CasADi's Jacobian would be wrong with
        # parameters among the arguments of a binary
        for parameter, value in values.items():
            dae.set(parameter, value)
        function = _with_empty_parameters(dae.create(name, ["t", "x", "u"], ["ode", "y"]))
        parameters = ()
    if dae.nz() > 0:
        raise FmuError(
            f"{label}: the FMU has algebraic unknowns ({', '.join(dae.z()[:3])}); export it as an explicit ODE"
        )
    return Equations(function, tuple(dae.x()), tuple(dae.u()), parameters, tuple(dae.y()), symbolic, dae.symbolic())


def _with_empty_parameters(function: ca.Function) -> ca.Function:
    """Function of (t, x, u, p) with no p from one of (t, x, u)."""
    t, x, u = function.mx_in()
    ode, y = function(t, x, u)
    return ca.Function(function.name(), [t, x, u, ca.MX.sym("p", 0)], [ode, y], ["t", "x", "u", "p"], ["ode", "y"])


def _expanded(function: ca.Function) -> ca.Function | None:
    """The function in scalar expressions, or None when it contains a call (a nonlinear block, a binary).

    CasADi expands calls to call nodes without complaint, which other operations then do not treat as such.
    """
    try:
        expanded = function.expand()
    except RuntimeError:
        return None
    calls = any(expanded.instruction_id(k) == ca.OP_CALL for k in range(expanded.n_instructions()))
    return None if calls else expanded


def start_values(equations: Equations, parameters: np.ndarray) -> np.ndarray | None:
    """Start values of the states from the FMU's own function, or None when it has none."""
    if equations.start is None:
        return None
    return np.asarray(equations.start(parameters)).ravel()
