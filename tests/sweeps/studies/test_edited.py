"""A script that is edited while it runs is told from its file; what it has cached goes to other processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies.function_study import FunctionStudy
from heatsim.sweeps.studies.study import Study, from_bytes, to_bytes

SCRIPT = """
from __future__ import annotations
import functools

@functools.lru_cache(maxsize=3)
def table(x: float) -> float:
    '''Read something.'''
    return [x * k for k in range(3)][-1]

def kept(function):
    @functools.wraps(function)
    def inner(case):
        assert case["x"] in {1, 2.0, "a", "b"} and case["x"]
        return function(case)
    return inner

@kept
def study(case):
    def nested(v: float) -> float:
        return (lambda q: q + v)(1)
    return {"y": table(case["x"]) + nested(2)}

short = lambda case: {"y": 2 * case["x"]}
"""


def run(study: Study) -> Any:
    return study.run(SweepCase("study", {"x": 2.0}))


def started(file: Path, text: str = SCRIPT) -> dict[str, Any]:
    """Run a script as Python does."""
    file.write_text(text)
    space: dict[str, Any] = {"__name__": "__main__", "__file__": str(file)}
    exec(compile(text, str(file), "exec", dont_inherit=True), space)
    return space


@pytest.mark.parametrize("name", ["study", "short"])
def test_script_that_was_edited_since_it_was_started_is_another_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It runs as it was, and its results are not taken for those of what the file says by now."""
    file = tmp_path / "plant.py"
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(file), raising=False)
    first = FunctionStudy(started(file)[name])
    before = dict(first.fingerprint())
    values = f"values of {first.name}"
    # neither lines that are moved nor a remark is another function
    file.write_text(f"{SCRIPT}# moved\n")
    assert first.fingerprint()[values] == before[values]
    new = SCRIPT.replace("range(3)", "range(4)").replace("2 * case", "3 * case")
    file.write_text(new)
    late = dict(first.fingerprint())
    assert from_bytes(to_bytes(first)).fingerprint() == late, "where it is sent to, it is the same"
    assert run(from_bytes(to_bytes(first))) == run(first)
    again = FunctionStudy(started(file, new)[name])
    assert run(again) != run(first)
    changed = again.fingerprint()
    assert changed["plant.py"] == late["plant.py"]
    assert changed[values] != late[values]


def test_what_the_script_has_cached_goes_to_other_processes(tmp_path: Path) -> None:
    study = from_bytes(to_bytes(FunctionStudy(started(tmp_path / "plant.py")["study"])))
    assert run(study) == {"y": 7.0}
    assert study.function.__wrapped__.__globals__["table"].cache_parameters()["maxsize"] == 3  # type: ignore[attr-defined]
