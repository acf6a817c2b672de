"""The examples of docs/hunting.md run as they stand, one after the other."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from heatsim.errors import HeatsimWarning
from heatsim.scenarios.hunting import SCENARIOS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "hunting.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    namespace: dict[str, object] = {}
    printed: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeatsimWarning)  # of the step that is too long, which the page wants
        for match in re.finditer(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
            # so that a traceback shows the line of the page
            lines = "\n" * TEXT.count("\n", 0, match.start(1))
            exec(compile(lines + match[1], str(PAGE), "exec"), namespace)
            section = re.findall(r"^##+ (.*)$", TEXT[: match.start()], flags=re.MULTILINE)[-1]
            printed[section] = printed.get(section, "") + capsys.readouterr().out
    own = printed["Your own plant"]
    assert "supply: pipe.y in K by supply.y, which drives coil.u\n" in own
    assert re.search(r"^calm None None None settles", own, flags=re.MULTILINE)
    amplitude, period = re.search(r"^limit cycle True (\S+) (\S+) ", own, flags=re.MULTILINE).groups()  # type: ignore[union-attr]
    assert float(amplitude) == pytest.approx(15.9, rel=0.1)
    assert float(period) == pytest.approx(235.0, rel=0.05)
    assert printed["Hunting that the solver makes"].startswith("numerical False ")
    assert printed["Hunting that the solver makes"].endswith("\ncalm\n")
    verdict, seen = re.fullmatch(r"(.*) None (\S+)\n", printed["Measured data"]).groups()  # type: ignore[union-attr]
    assert verdict == "limit cycle"
    assert float(seen) == pytest.approx(float(period), rel=0.02)
    assert re.search(r"^stiction 0\.[89]\d* almost certain$", printed["Why"], flags=re.MULTILINE)
    load = printed["At which load"]
    limit = float(re.search(r"unstable below (\S+) kg/s", load)[1])  # type: ignore[index]
    assert limit == pytest.approx(5.03, rel=0.02)
    below, above = re.findall(r"kg/s: ([^,]*), (.*)\n", load)
    assert below[0] == "limit cycle"
    decay = re.search(r"decay ratio (\S+),", above[1])
    assert above[0] == "calm" or (decay is not None and float(decay[1]) < 1.0)
    assert "Niederlinski index" in load
    assert (tmp_path / "nyquist.png").stat().st_size > 20_000
    setting = printed["What to set"]
    assert re.search(r"^calm$", setting, flags=re.MULTILINE)
    sensitivities = [float(value) for value in re.findall(r"Ms (1\.\d+)\n", setting)]
    assert len(sensitivities) == 2
    assert max(sensitivities) <= 1.7
    models = [float(v) for v in re.findall(r": gain (\S+) K", setting)]
    assert len(models) == 3
    assert models[:2] == pytest.approx([models[2]] * 2, rel=0.05)
    assert "all limits kept" in setting
    margins = [float(v) for v in re.findall(r"phase margin (\S+)°", printed["Controllers as they are"])]
    assert margins[1] < margins[0] - 5.0


def test_files_that_the_page_names_are_there() -> None:
    targets = set(re.findall(r"\]\(((?!http|#)[^)]+)\)", TEXT))
    assert len(targets) >= 3
    for target in targets:
        assert (PAGE.parent / target).is_file(), target


def test_the_page_of_the_scenarios_has_them_all() -> None:
    text = (ROOT / "docs" / "hunting-scenarios.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (right|wrong) \|$", text, flags=re.MULTILINE)
    assert [name for name, _ in rows] == list(SCENARIOS)
    assert sum(found == "right" for _, found in rows) >= 10
