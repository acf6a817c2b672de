"""Builds each class of the library once per session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from modelica_plant import Plant

from heatsim.compiler.embedded import CompileInfo, compile_model
from heatsim.compiler.toolchain import CCompiler, find_c_compiler

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"


class Unoptimised:
    """C compiler without optimisation: these tests integrate the equations, and the binary only has to be complete."""

    def __init__(self, compiler: CCompiler) -> None:
        self._compiler = compiler

    def compile_shared(
        self, sources: Sequence[Path], output: Path, include_dirs: Sequence[Path] = (), flags: Sequence[str] = ()
    ) -> None:
        self._compiler.compile_shared(sources, output, include_dirs, ("-O0",))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, CompileInfo]]:
    """Return a function that compiles `HeatReuse.<name>` with structural parameters and remembers the result."""
    folder = tmp_path_factory.mktemp("fmus")
    done: dict[tuple[object, ...], tuple[Path, CompileInfo]] = {}

    def compile_once(name: str, **parameters: object) -> tuple[Path, CompileInfo]:
        key = (name, *sorted(parameters.items()))
        if key not in done:
            out = folder / f"{name}_{len(done)}.fmu"
            compiler = Unoptimised(find_c_compiler())
            info = compile_model(
                f"HeatReuse.{name}", library=LIBRARY, out=out, parameters=parameters, c_compiler=compiler
            )
            done[key] = (out, info)
        return done[key]

    return compile_once


@pytest.fixture(scope="session")
def plant(compiled: Callable[..., tuple[Path, CompileInfo]]) -> Callable[..., Plant]:
    """Return a function that gives the right-hand side of `HeatReuse.<name>`."""
    done: dict[Path, Plant] = {}

    def load(name: str, **parameters: object) -> Plant:
        fmu, _ = compiled(name, **parameters)
        if fmu not in done:
            done[fmu] = Plant(fmu, fmu.with_suffix(""))
        return done[fmu]

    return load
