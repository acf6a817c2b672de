"""What the function of a study opens counts like the function itself: results of two contents are not mixed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import heatsim as hs
from heatsim.errors import HeatsimWarning, UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.keeping.files_read import EDITED, MADE, NEW, READ, FilesRead
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord

TABLE = """
import functools
from pathlib import Path

@functools.cache
def factor():
    return float(Path(__file__).with_name("factor.txt").read_text())

def study(case):
    log = Path(__file__).with_name("log.txt")
    with open(log, "a") as file:
        file.write("case\\n")
    log.read_text()
    Path("made.tmp").write_text("1")
    Path("made.tmp").read_text()
    Path("made.tmp").unlink()
    return {"y": factor() * case["x"]}
"""

MAKES = """
import os
import subprocess
import sys
from pathlib import Path

def study(case):
    own = Path(f"result-{os.getpid()}.txt")
    for _ in range(2):
        program = "import sys, time; open(sys.argv[1], 'w').write(sys.argv[2] + ' ' + str(time.time()))"
        subprocess.run([sys.executable, "-c", program, str(own), str(case["x"])], check=True)
        x = float(own.read_text().split()[0])
    Path(f"log-{os.getpid()}.tmp").write_text(str(x))
    os.replace(f"log-{os.getpid()}.tmp", "last.txt")
    Path("last.txt").read_text()
    return {"y": float(Path("factor.txt").read_text()) * x}
"""

MODEL = """
model Decay
  parameter Real k = {k};
  output Real x(start = 1.0, fixed = true);
equation
  der(x) = -k * x;
end Decay;
"""

BUILT = """
from pathlib import Path

import heatsim as hs

def study(case):
    fmu = hs.build("Decay", library=Path(__file__).with_name("Decay.mo"), compiler="embedded")
    ds = hs.simulate(fmu, stop=case["stop"], output_step=case["stop"])
    return {"x": float(ds["x"][-1])}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(file: Path, content: str) -> Path:
    file.write_text(textwrap.dedent(content), encoding="utf-8")
    return file


def test_another_content_is_not_resumed_unless_told(folder: Path) -> None:
    script = written(folder / "study.py", TABLE)
    (folder / "factor.txt").write_text("2.0")
    hs.sweep(script, {"x": [1.0, 2.0]}, out="out", jobs=1)
    kept = [SweepFolder(Path("out")).kept(case_id) for case_id in Path("out/cases.txt").read_text().split()]
    found = [{name: one.provenance.get(name) for name in (READ, MADE)} for one in kept if one is not None]
    # the second has the table of the first in its process; neither the script nor what is gone counts
    assert [list(one[READ] or ()) for one in found] == [["factor.txt"], []]
    assert [one[MADE] for one in found] == [["log.txt"], ["log.txt"]]

    more = {"x": [1.0, 2.0, 3.0]}
    (folder / "factor.txt").write_text("5.0")
    with pytest.raises(UsageError, match=r"cannot be resumed, as files that its cases have read have changed \(factor"):
        hs.sweep(script, more, out="out", resume=True)
    with pytest.warns(HeatsimWarning, match="cases have read 2 contents of 'factor.txt'"):
        ds = hs.sweep(script, more, out="out", resume=True, accept_changes=True)
    assert ds["y"].values.tolist() == [2.0, 4.0, 15.0]
    # what was accepted once is not asked again; a third content is
    with pytest.warns(HeatsimWarning, match="2 contents"):
        hs.sweep(script, {"x": [1.0, 2.0, 3.0, 4.0]}, out="out", resume=True)
    (folder / "factor.txt").write_text("7.0")
    with pytest.raises(UsageError, match="cannot be resumed"):
        hs.sweep(script, {"x": [5.0]}, out="out", resume=True)


def test_a_project_that_was_moved_is_resumed_and_still_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = folder / "project"
    project.mkdir()
    written(project / "study.py", TABLE)
    (project / "factor.txt").write_text("2.0")
    hs.sweep(project / "study.py", {"x": [1.0]}, out=project / "out", jobs=1)
    project.rename(folder / "moved")
    script, out = folder / "moved" / "study.py", folder / "moved" / "out"
    assert hs.sweep(script, {"x": [1.0, 2.0]}, out=out, jobs=1, resume=True)["y"].values.tolist() == [2.0, 4.0]
    (folder / "moved" / "factor.txt").write_text("3.0")
    with pytest.raises(UsageError, match=r"factor\.txt"):
        hs.sweep(script, {"x": [1.0, 2.0, 3.0]}, out=out, jobs=1, resume=True)


def test_a_file_edited_while_the_sweep_runs_stops_it(folder: Path) -> None:
    script = written(folder / "study.py", TABLE.replace("@functools.cache", ""))
    (folder / "factor.txt").write_text("2.0")

    def tell(event: str, case: SweepCase, record: CaseRecord | None) -> None:
        if event == "ended":
            (folder / "factor.txt").write_text("5.0")

    with pytest.raises(UsageError, match=r"files have changed while the sweep ran \(factor\.txt\)"):
        hs.sweep(script, {"x": [1.0, 2.0, 3.0]}, out="out", jobs=1, tell=tell)
    ds = hs.open_sweep("out")
    assert ds["status"].values.tolist() == ["ok", "missing", "missing"]


def test_a_model_that_the_function_builds_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(folder / "cache"))
    script = written(folder / "study.py", BUILT)
    written(folder / "Decay.mo", MODEL.format(k=0.1))
    assert hs.sweep(script, {"stop": [1.0]}, out="out", jobs=1)["x"].values == pytest.approx([0.9048374], rel=1e-5)
    written(folder / "Decay.mo", MODEL.format(k=0.2))
    with pytest.raises(UsageError, match=r"files that its cases have read have changed \(Decay\.mo\)"):
        hs.sweep(script, {"stop": [1.0, 2.0]}, out="out", jobs=1, resume=True)


def test_a_sweep_beside_its_study_counts_the_files_of_the_study_alone(folder: Path) -> None:
    script = written(folder / "study.py", TABLE)
    (folder / "factor.txt").write_text("2.0")
    hs.sweep(script, {"x": [1.0]}, out=".", jobs=1)
    record = SweepFolder(folder).kept(Path("cases.txt").read_text().strip())
    assert record is not None
    assert (list(record.provenance[READ]), record.provenance[MADE]) == (["factor.txt"], ["log.txt"])


def test_what_cases_make_for_themselves_does_not_count(folder: Path) -> None:
    """By another program, by a rename, by the first of them for all others: with whatever content."""
    script = written(folder / "study.py", MAKES)
    (folder / "factor.txt").write_text("2.0")
    ds = hs.sweep(script, {"x": [1.0, 2.0, 3.0, 4.0]}, out="out", jobs=2)
    assert ds["status"].values.tolist() == ["ok"] * 4
    assert ds["y"].values.tolist() == [2.0, 4.0, 6.0, 8.0]
    assert "notes" not in ds.attrs
    assert hs.sweep(script, {"x": [1.0, 5.0]}, out="out", jobs=1, resume=True)["y"].values.tolist() == [2.0, 10.0]


def test_files_of_one_case_and_of_others() -> None:
    files = FilesRead()
    files.add({READ: {"a": "1", "b": "1"}})
    files.add({READ: {"a": "1"}, MADE: ["table"]})
    assert files.others({READ: {"a": "1", "c": "9"}}) == []
    assert files.others({READ: {"a": "2", "b": "1"}}) == ["a"]
    assert files.others({READ: {"c": EDITED}}) == ["c"]
    # what the cases make themselves may have any content
    assert files.others({READ: {"table": "5"}}) == []
    assert files.others({READ: {"a": "2"}, MADE: ["a"]}) == []
    # a file younger than the case counts when others have read it as it was before
    assert files.others({NEW: {"result": "5", "b": "1"}}) == []
    assert files.others({NEW: {"b": "2"}}) == ["b"]
    assert files.changed({"a": "1", "b": "2"}.get) == ["b"]
    assert files.changed({}.get) == []
    assert files.lines() == []
    files.add({READ: {"a": "2"}})
    assert files.lines() == ["cases have read 2 contents of 'a' (2, 1 cases)"]
    assert files.changed({"a": "2", "b": "1"}.get) == []
