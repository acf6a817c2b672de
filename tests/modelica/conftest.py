"""Builds each class of the library once per session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from modelica_plant import Plant

from heatsim.compiler.embedded import CompileInfo, compile_model
from heatsim.compiler.toolchain import find_c_compiler

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, CompileInfo]]:
    """Return a function that compiles `HeatReuse.<name>` with structural parameters and remembers the result."""
    folder = tmp_path_factory.mktemp("fmus")
    done: dict[tuple[object, ...], tuple[Path, CompileInfo]] = {}

    def compile_once(name: str, **parameters: object) -> tuple[Path, CompileInfo]:
        key = (name, *sorted(parameters.items()))
        if key not in done:
            out = folder / f"{name}_{len(done)}.fmu"
            info = compile_model(
                f"HeatReuse.{name}", library=LIBRARY, out=out, parameters=parameters, c_compiler=find_c_compiler()
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
