"""Names that a study does not read are told: they are swept in vain."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import heatsim as hs
from heatsim.cli import main
from heatsim.errors import HeatsimWarning
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.running.reads import unread, watched

CASE = SweepCase("study", {"a": 1.0, "T_outdor": 2.0}, {"stop": 3.0})


def given(**values: Any) -> float:
    return sum(values.values())


@pytest.mark.parametrize(
    ("study", "names"),
    [
        (lambda case: case["a"], ["'T_outdor'", "'stop'"]),
        (lambda case: case["a"] * case.get("T_outdoor", 4.0), ["'T_outdor' (did you mean 'T_outdoor'?)", "'stop'"]),
        (lambda case: case["a"] + case["T_outdor"] if "stop" in case else 0.0, []),
        (lambda case: case.values["a"], ["'T_outdor'", "'stop'"]),
        (lambda case: case.values.get("a"), ["'T_outdor'", "'stop'"]),
        (lambda case: dict(case), []),
        (lambda case: given(**case), []),
        (lambda case: given(**case.values), ["'stop'"]),
        (lambda case: json.dumps(case.values), ["'stop'"]),
        (lambda case: {**case.values}, ["'stop'"]),
        (lambda case: dict(case.values), ["'stop'"]),
        (lambda case: case.values | case.settings, []),
        (lambda case: {} | case.values, ["'stop'"]),
        (lambda case: pickle.loads(pickle.dumps(case)), []),
        (lambda case: [case[name] for name in case], []),
    ],
)
def test_what_a_function_reads(study: Callable[[SweepCase], Any], names: list[str]) -> None:
    own, asked = watched(CASE)
    assert study(own) == study(CASE)
    assert unread(CASE, asked) == names
    own.values["a"] = 9.0  # type: ignore[index]
    assert CASE["a"] == 1.0


def test_a_name_that_no_case_reads_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(
        "def study(case):\n"
        "    late = case.get('late', 0.0) if case['a'] > 1.0 else 0.0\n"
        "    return {'y': case['a'] + late + case.get('T_outdoor', 0.0)}\n",
        encoding="utf-8",
    )
    over = [f"--over={text}" for text in ("a=choices(1,2)", "late=0", "T_outdor=3")]  # one case reads `late`
    note = "no case has read 'T_outdor' (did you mean 'T_outdoor'?): it changes nothing"
    assert main(["sweep", "own.py", *over, "--out", "out", "--jobs", "1", "--no-report"]) == 0
    assert capsys.readouterr().err == f"heatsim: warning: {note}\n"
    with pytest.warns(HeatsimWarning, match="no case has read 'T_outdor'"):
        ds = hs.open_sweep("out")
    assert ds.attrs["notes"] == note
    assert ds["y"].values.ravel().tolist() == [1.0, 2.0]
