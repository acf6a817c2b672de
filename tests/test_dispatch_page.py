"""The examples of docs/dispatch.md run as they stand, one after the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heatsim.study.dispatch_policies import POLICIES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "dispatch.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.delenv("HEATSIM_DATA", raising=False)
    namespace: dict[str, object] = {}
    printed: list[str] = []
    for match in re.finditer(r"^```python\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL):
        # so that a traceback shows the line of the page
        lines = "\n" * TEXT.count("\n", 0, match.start(1))
        exec(compile(lines + match[1], str(PAGE), "exec"), namespace)
        printed.append(capsys.readouterr().out)
    optimum, own = printed

    found = re.fullmatch(r"(\d+) EUR, gap (\S+)%, (\d+) starts\nheat costs (\S+) to (\S+) EUR/MWh\n", optimum)
    assert found is not None, optimum
    cost, gap, starts, low, high = (float(one) for one in found.groups())
    assert cost > 0.0
    assert gap <= 0.5
    assert starts <= 12.0
    assert 0.0 <= low < high < 100.0

    rule, _, table = own.partition("\n")
    judged = re.fullmatch(r"(\d+) EUR; no limit broken", rule)
    assert judged is not None, rule
    assert "Planned and realised: at_night" in table
    heat = re.search(r"^ *heat_pump_heat +(\S+) +(\S+) ", table, flags=re.MULTILINE)
    assert heat is not None, table
    # four hours of the night: the rule wants 9 MW, the hall has less, and what the network leaves charges the tank
    assert 4 * 6.0 < float(heat[1]) < 4 * 9.0
    assert float(heat[2]) == pytest.approx(float(heat[1]), rel=0.1)
    charged = re.search(r"^ *heat_charged +(\S+) +(\S+) ", table, flags=re.MULTILINE)
    assert charged is not None, table
    assert float(charged[1]) > 1.0
    assert float(charged[2]) == pytest.approx(float(charged[1]), rel=0.25)


def test_files_that_the_page_names_are_there() -> None:
    targets = set(re.findall(r"\]\(((?!http|#)[^)]+)\)", TEXT))
    assert len(targets) >= 4
    for target in targets:
        assert (PAGE.parent / target).is_file(), target
    for script in re.findall(r"^python (studies/\S+)|`python (studies/\S+)`", TEXT, flags=re.MULTILINE):
        assert (ROOT / (script[0] or script[1])).is_file(), script


def test_policies_of_the_page_are_those_that_there_are() -> None:
    rows = re.findall(r"^\| (?:`(\w+)`|(no tank)) \|", TEXT, flags=re.MULTILINE)
    named = [name or "no_tank" for name, _ in rows]
    titles = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in named} - {"user_policy", "optimum"}
    assert titles | {"perfect_foresight"} == set(POLICIES)
    assert f"{['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'][len(POLICIES)]} policies" in TEXT
