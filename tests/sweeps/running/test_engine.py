"""Sweeps on this machine as a whole: what they refuse while they run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import heatsim as hs
from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.files_read import FilesRead
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.running.engine import refuse_other_files
from heatsim.sweeps.studies.fingerprint import FileWatch, fingerprint_of
from heatsim.sweeps.studies.function_study import FunctionStudy


def reads(case: SweepCase) -> dict[str, float]:
    if case.get("made") and case["a"] == 1:
        Path(str(case["made"])).touch()
    return {"y": float(Path(str(case["prices"])).read_text(encoding="utf-8"))}


def test_file_that_is_edited_while_the_sweep_runs_is_not_mixed_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prices = Path("prices.csv")
    prices.write_text("1", encoding="utf-8")

    def edit(event: str, case: SweepCase, record: Any) -> None:
        if event == "ended":
            prices.write_text("2", encoding="utf-8")

    settings = {"prices": "prices.csv", "made": "made.csv"}
    with pytest.raises(UsageError, match=r"files have changed while the sweep ran \(prices = prices\.csv\)"):
        hs.sweep(reads, {"a": [1, 2, 3]}, settings=settings, out="out", jobs=1, tell=edit)
    found = hs.open_sweep("out")
    assert found.status.values.tolist() == ["ok", "missing", "missing"]
    assert found.y.values[0] == 1.0


def test_watch_of_files_knows_what_is_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prices = Path("prices.csv")
    prices.write_text("1", encoding="utf-8")
    case = SweepCase("reads", {"a": 1, "made": "made.csv"}, {"prices": "prices.csv"})
    study = FunctionStudy(reads)
    watch = FileWatch(study, fingerprint_of(study, case.settings, [case.values]))
    folder = SweepFolder(tmp_path / "out")
    folder.record(case.id).parent.mkdir(parents=True)
    folder.record(case.id).touch()
    Path("made.csv").touch()  # by the case itself
    refuse_other_files(watch, FilesRead(), folder, case, None)
    # the same content again
    prices.write_text("1", encoding="utf-8")
    os.utime(prices, (1.0, 1.0))
    refuse_other_files(watch, FilesRead(), folder, case, None)
    assert folder.record(case.id).exists()
    prices.unlink()
    with pytest.raises(UsageError, match=r"prices = prices\.csv"):
        refuse_other_files(watch, FilesRead(), folder, case, None)
    assert not folder.record(case.id).exists()


def test_a_study_that_is_mended_after_all_cases_failed_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = Path("study.py")
    script.write_text("def study(case):\n    return {'y': cas['x']}\n", encoding="utf-8")
    assert hs.sweep(script, {"x": [1.0, 2.0]}, out="out", jobs=1)["status"].values.tolist() == ["failed"] * 2
    script.write_text("def study(case):\n    return {'y': case['x']}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="the study itself has changed"):
        hs.sweep(script, {"x": [1.0, 2.0]}, out="out", jobs=1, resume=True)
    found = hs.sweep(script, {"x": [1.0, 2.0]}, out="out", jobs=1, resume=True, retry_failed=True)
    assert found["y"].values.tolist() == [1.0, 2.0]
    # now there is something to mix it with
    script.write_text("def study(case):\n    return {'y': -case['x']}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="the study itself has changed"):
        hs.sweep(script, {"x": [1.0, 3.0]}, out="out", jobs=1, resume=True, retry_failed=True)
