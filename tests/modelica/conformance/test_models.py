"""Every small model has the trajectory of an independent calculation, to 1e-6 of its size."""

from __future__ import annotations

import importlib
import re
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from conformance.case import CASES, MODELS, Case, scalars
from conformance.compiling import compile_to
from conformance.constructs import CONSTRUCTS
from conformance.model_exchange import RunError, simulate
from fmpy.validation import validate_fmu

for module in sorted((Path(__file__).parent / "expected").glob("*.py")):
    importlib.import_module(f"conformance.expected.{module.stem}")

BY_MODEL = {name: list(found) for name, found in groupby(sorted(CASES, key=lambda c: c.model), key=lambda c: c.model)}


def library_of(path: Path) -> Path:
    """Return the file itself, or the package folder it lives in."""
    folder = path.parent
    while (folder.parent / "package.mo").is_file():
        folder = folder.parent
    return folder if (folder / "package.mo").is_file() else path


def compare(one: Case, values: dict[str, np.ndarray]) -> None:
    """Compare a run with its expectation, variable by variable."""
    wanted = [scalars(one.expected(t)) for t in one.times]
    for name in wanted[0]:
        expected = np.array([row[name] for row in wanted])
        size = np.max(np.abs(expected)) or 1.0
        error = np.abs(values[name] - expected)
        worst = int(np.argmax(error))
        assert np.all(error <= one.rtol * size), (
            f"{one.model}: {name}({one.times[worst]:.9g}) is {values[name][worst]!r}, expected {expected[worst]!r}"
        )


@pytest.mark.parametrize("model", BY_MODEL)
def test_model_has_its_expected_trajectory(model: str, compiler: str, tmp_path: Path) -> None:
    built: dict[str, Path] = {}
    for number, one in enumerate(BY_MODEL[model]):
        key = repr((sorted(one.modifications.items()), one.expose, one.class_name))
        if key not in built:
            built[key] = compile_to(
                compiler,
                library_of(one.path),
                one.target,
                tmp_path / f"{number}.fmu",
                one.modifications,
                one.expose,
                one.libraries,
            )
            if compiler == "embedded":  # schema of FMI 3.0, references, units
                assert validate_fmu(str(built[key])) == []
        names = list(scalars(one.expected(one.times[0])))

        def run(one: Case = one, names: list[str] = names, fmu: Path = built[key], number: int = number):
            return simulate(
                fmu,
                tmp_path / f"run{number}",
                one.times,
                names,
                parameters=one.parameters,
                inputs=one.inputs,
                breaks=one.breaks,
                stiff=one.stiff,
                max_step=one.max_step,
            )

        if one.fails:
            with pytest.raises(RunError) as stopped:
                run()
            assert re.search(one.fails, str(stopped.value)), str(stopped.value)
            continue
        result = run()
        compare(one, result.values)
        if one.events is not None and compiler == "embedded":
            assert len(result.events) == one.events, result.events
        warnings = " ".join(text for status, text in result.messages if status == 1)
        assert re.search(one.warns, warnings) if one.warns else not warnings, warnings


def test_every_model_file_has_a_case_and_says_what_it_exercises() -> None:
    files = {p.relative_to(MODELS).with_suffix("").as_posix() for p in MODELS.rglob("*.mo")}
    libraries = {name for name in files if library_of(MODELS / f"{name}.mo") != MODELS / f"{name}.mo"}
    assert files - libraries == set(BY_MODEL) - libraries
    for name in files - libraries:
        first = (MODELS / f"{name}.mo").read_text(encoding="utf-8").splitlines()[0]
        assert re.match(r"// \w", first), name
    assert len(BY_MODEL) >= 100


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_construct_has_models(construct: str) -> None:
    assert CONSTRUCTS[construct], construct
    for model in CONSTRUCTS[construct]:
        assert model in BY_MODEL, f"{construct}: there is no case of a model {model}"


def test_every_model_stands_for_a_construct() -> None:
    assert set(BY_MODEL) == {model for models in CONSTRUCTS.values() for model in models}


def test_every_supported_construct_of_the_documentation_has_models() -> None:
    text = (Path(__file__).parents[3] / "docs" / "modelica.md").read_text(encoding="utf-8")
    supported = text[text.index("## What is supported") : text.index("## What is refused")]
    rows = [line.split("|")[1].strip() for line in supported.splitlines() if line.startswith("| ")]
    assert sorted(rows[2:]) == sorted(CONSTRUCTS)
