"""Compile the models of the suite with either compiler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from heatsim.compiler.driver import build
from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler

LIBRARIES = Path(__file__).parents[3] / "modelica"


def compile_to(
    compiler: str,
    library: Path,
    model: str,
    out: Path,
    modifications: Mapping[str, object] | None = None,
    expose: Sequence[str] = (),
    libraries: Sequence[str] = (),
) -> Path:
    """Compile a class of a library to an FMU file and return its path.

    The embedded compiler runs in this process; OpenModelica is started by `heatsim.compiler.build`, which finds the
    libraries of heatsim by itself.
    """
    if compiler == "embedded":
        compile_model(
            model,
            library=library,
            out=out,
            parameters=modifications or {},
            expose=tuple(expose),
            needs=[LIBRARIES / name for name in libraries],
            c_compiler=find_c_compiler(),
        )
        return out
    result = build(
        model,
        library=library,
        compiler=compiler,
        parameters=dict(modifications or {}),
        expose=tuple(expose),
        out=out,
    )
    return result.path
