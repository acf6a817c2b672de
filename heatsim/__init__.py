"""heatsim: transient simulation of data-center heat reuse, from Modelica source to verdict.

The public names are loaded when they are first used, so that `import heatsim` and the command line start fast.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from heatsim import plants
    from heatsim.analysis.audit import audit
    from heatsim.analysis.causes import CauseReport, explain_hunting
    from heatsim.analysis.coupling_advice import advise
    from heatsim.analysis.hunting import hunting
    from heatsim.analysis.kpis import KpiTable, kpis
    from heatsim.analysis.linearisation import linearize
    from heatsim.analysis.margins.interaction import relative_gain
    from heatsim.analysis.margins.loops import loop_margins
    from heatsim.analysis.margins.over import margin_map, onset
    from heatsim.case import Case
    from heatsim.errors import (
        AuditError,
        ConnectionError,  # noqa: A004 - the public name is part of the contract
        FmuError,
        HeatsimError,
        HeatsimWarning,
        InputError,
        SimulationError,
        UnitError,
        UsageError,
    )
    from heatsim.fmu import Fmu
    from heatsim.reference import reference_plant
    from heatsim.results import save
    from heatsim.results.joined import join
    from heatsim.simulation import resume, simulate
    from heatsim.solvers.trim import trim
    from heatsim.stored import load
    from heatsim.sweeps.collection.opening import open_sweep
    from heatsim.sweeps.findings.best import best
    from heatsim.sweeps.findings.sensitivity import sensitivity
    from heatsim.sweeps.sweeping import sweep
    from heatsim.system import Port, Signal, System
    from heatsim.tuning.advice import tune
    from heatsim.tuning.relay_test import relay_test
    from heatsim.tuning.step_test import step_test

_PUBLIC = {
    "AuditError": "heatsim.errors",
    "CauseReport": "heatsim.analysis.causes",
    "Case": "heatsim.case",
    "ConnectionError": "heatsim.errors",
    "Fmu": "heatsim.fmu",
    "FmuError": "heatsim.errors",
    "HeatsimError": "heatsim.errors",
    "HeatsimWarning": "heatsim.errors",
    "InputError": "heatsim.errors",
    "KpiTable": "heatsim.analysis",
    "Port": "heatsim.system",
    "Signal": "heatsim.system",
    "SimulationError": "heatsim.errors",
    "System": "heatsim.system",
    "UnitError": "heatsim.errors",
    "UsageError": "heatsim.errors",
    "advise": "heatsim.analysis.coupling_advice",
    "audit": "heatsim.analysis",
    "best": "heatsim.sweeps.findings.best",
    "hunting": "heatsim.analysis.hunting",
    "explain_hunting": "heatsim.analysis.causes",
    "join": "heatsim.results.joined",
    "kpis": "heatsim.analysis",
    "linearize": "heatsim.analysis.linearisation",
    "load": "heatsim.stored",
    "loop_margins": "heatsim.analysis.margins",
    "margin_map": "heatsim.analysis.margins",
    "onset": "heatsim.analysis.margins",
    "open_sweep": "heatsim.sweeps",
    "reference_plant": "heatsim.reference",
    "relative_gain": "heatsim.analysis.margins",
    "relay_test": "heatsim.tuning",
    "resume": "heatsim.simulation",
    "save": "heatsim.results",
    "sensitivity": "heatsim.sweeps.findings.sensitivity",
    "simulate": "heatsim.simulation",
    "step_test": "heatsim.tuning",
    "sweep": "heatsim.sweeps",
    "trim": "heatsim.solvers.trim",
    "tune": "heatsim.tuning",
}

__all__ = [
    "AuditError",
    "Case",
    "CauseReport",
    "ConnectionError",
    "Fmu",
    "FmuError",
    "HeatsimError",
    "HeatsimWarning",
    "InputError",
    "KpiTable",
    "Port",
    "Signal",
    "SimulationError",
    "System",
    "UnitError",
    "UsageError",
    "__version__",
    "advise",
    "audit",
    "best",
    "build",
    "explain_hunting",
    "hunting",
    "join",
    "kpis",
    "linearize",
    "load",
    "loop_margins",
    "margin_map",
    "onset",
    "open_sweep",
    "plants",
    "reference_plant",
    "relative_gain",
    "relay_test",
    "resume",
    "save",
    "sensitivity",
    "simulate",
    "step_test",
    "sweep",
    "trim",
    "tune",
]


def build(
    model: str,
    *,
    library: str | os.PathLike[str] | None = None,
    compiler: str = "auto",
    parameters: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    platforms: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    report: Callable[[str], None] | None = None,
) -> Fmu:
    """Compile a Modelica model and return it as an `Fmu`; compiles only when something changed.

    Parameters
    ----------
    model
        Class name, such as `HeatReuse.Plants.DistrictGrid`.
    library
        Package folder or `.mo` file; heatsim's own library when left out.
    compiler
        `auto`, `openmodelica` or `embedded`.
    parameters
        Compile-time values by parameter name (SI units), also of structural parameters.
    expose
        Internal variables that become outputs.
    platforms
        Platforms to have a binary for, such as `("linux64", "win64")`; this machine's when left out.
    out
        Folder or `.fmu` file to copy the FMU to.
    force
        Compile even when nothing changed.
    report
        Gets a line of text at each step.

    Raises
    ------
    CompilerError
        If the model cannot be compiled; the message names file and line.
    """
    from heatsim.compiler import build as build_file
    from heatsim.fmu import Fmu

    result = build_file(
        model,
        library=library,
        compiler=compiler,
        parameters=parameters,
        expose=expose,
        platforms=platforms,
        out=out,
        force=force,
        report=report,
    )
    return Fmu(result.path)


def __getattr__(name: str) -> Any:
    if name == "plants":  # a package, not a name inside one
        return importlib.import_module("heatsim.plants")
    if name not in _PUBLIC:
        raise AttributeError(f"module 'heatsim' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
