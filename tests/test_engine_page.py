"""The examples of docs/engine.md run as they stand, one after the other."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from heatsim.errors import HeatsimWarning

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "engine.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.xdist_group("day")
def test_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    printed: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeatsimWarning)  # of the kinks of the tank, which the page tells of
        for match in re.finditer(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
            # so that a traceback shows the line of the page
            lines = "\n" * TEXT.count("\n", 0, match.start(1))
            exec(compile(lines + match[1], str(PAGE), "exec"), namespace)
            section = re.findall(r"^##+ (.*)$", TEXT[: match.start()], flags=re.MULTILINE)[-1]
            printed[section] = printed.get(section, "") + capsys.readouterr().out
    assert "connection boiler.m_flow [kg/s] -> town.T_in [K]: the units do not measure" in printed["A system"]
    off = [float(value) for value in re.findall(r"off by (\S+) K", printed["Methods"])]
    assert len(off) == 4
    assert max(off) < 0.01
    assert printed["Exchange and algebraic cycles"].startswith("[0.66666667 0.66666667]")
    ball, lowest = printed["Events"].split()[-2:]
    assert ball == "events"
    assert float(lowest) > -1e-6
    held, corrected = (float(v) for v in re.findall(r"\d\.\S+?(?=[,\]])", printed["Energy: bonds, ledger, audit"])[-2:])
    assert corrected < 0.1 * held
    assert "bond 'charge' (tank - boiler) is unstable at step = 600 s" in printed["How long may a step be"]
    assert printed["Steady state, start, checkpoint, resume"].endswith("True\n")
    assert "['P', 'tank/T_source_out'] ['boiler/T', 'town/T', 'tank/T_source_out']" in printed["Linear models"]
    assert printed["Other tools: SSP"] == "['boiler', 'tank', 'town']\n"
    assert (tmp_path / "heating.nc").is_file()
    assert "did you mean 'boiler'?" in printed["When it fails"]
    assert printed["Strangers' FMUs"].startswith("events 348.")


def test_files_that_the_page_names_are_there() -> None:
    targets = set(re.findall(r"\]\(((?!http|#)[^)]+)\)", TEXT))
    for target in targets:
        assert (PAGE.parent / target).is_file(), target
