"""Every row of the validation keeps its limits, and docs/validation.md says what the models give today."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from heatsim.errors import UsageError
from studies.validation import page, topics
from studies.validation.__main__ import PAGE, main
from studies.validation.rows import Row, close, reported, within, worse

SAME = 0.02
"""Largest relative difference between a figure on the page and a fresh one; less happens between machines."""
TINY = 1e-9
"""Figures below this are zero but for rounding."""


def rows_of(name: str) -> tuple[Row, ...]:
    """Return the rows of a topic, run once per process; without its data the test skips."""
    topic = topics.run(name)
    if topic.missing:
        pytest.skip(topic.missing)
    return topic.rows


def grouped(name: str) -> object:
    """Keep the tests of a topic in one process, so that it runs once."""
    return pytest.param(name, marks=pytest.mark.xdist_group(f"validation {name}"))


TOPICS = [grouped(name) for name in topics.names()]


@pytest.mark.parametrize("name", TOPICS)
def test_every_row_keeps_its_limits(name: str) -> None:
    rows = rows_of(name)
    assert rows
    assert [row for row in rows if not row.passed or not math.isfinite(row.figure)] == []
    assert all(row.source and row.name for row in rows)


@pytest.mark.parametrize("name", TOPICS)
def test_the_page_says_what_the_models_give_today(name: str) -> None:
    rows = rows_of(name)
    written = page.read_table(PAGE)
    assert stale(rows, written) == [], "run `python -m studies.validation`"
    assert [row for row, found in written.items() if found.topic == name] == [row.name for row in rows]
    assert f"## {topics.run(name).module.TITLE}\n" in PAGE.read_text(encoding="utf-8")


def test_the_page_has_all_topics_and_no_others() -> None:
    assert sorted({found.topic for found in page.read_table(PAGE).values()}) == topics.names()


def test_the_pictures_of_the_page_are_there() -> None:
    for name in topics.names():
        link = f"({PAGE.stem}/{name}.png)"
        if link in PAGE.read_text(encoding="utf-8"):
            assert (PAGE.parent / PAGE.stem / f"{name}.png").is_file()
    assert list((PAGE.parent / PAGE.stem).glob("*.png"))


def stale(rows: tuple[Row, ...], written: dict[str, page.Written]) -> list[str]:
    """Return the names of rows whose figure, unit or verdict on the page is not that of today."""
    found = []
    for row in rows:
        on_page = written.get(row.name)
        same = on_page is not None and math.isclose(on_page.figure, row.figure, rel_tol=SAME, abs_tol=TINY)
        if on_page is None or not same or (on_page.unit, on_page.verdict) != (row.unit, row.verdict):
            found.append(row.name)
    return found


# --- the framework itself ---------------------------------------------------------------------------------------------

GOOD = within("Pipe: error", 0.43, "K", upper=0.7, source="measured", reference=0.59)


@pytest.mark.parametrize(
    ("row", "limits", "verdict"),
    [
        (GOOD, "≤ 0.7", "pass"),
        (within("x", 0.71, "K", upper=0.7, source="s"), "≤ 0.7", "fail"),
        (within("x", 3.75, "kW", lower=3.7, upper=3.78, source="s"), "3.7 to 3.78", "pass"),
        (within("x", 3.69, "kW", lower=3.7, upper=3.78, source="s"), "3.7 to 3.78", "fail"),
        (within("x", math.nan, "K", upper=0.7, source="s"), "≤ 0.7", "fail"),
        (within("x", math.inf, "K", lower=0.7, source="s"), "≥ 0.7", "fail"),
        (close("x", 101.0, "Pa", reference=100.0, relative=0.01, source="s"), "100 ± 1 %", "pass"),
        (close("x", -101.1, "Pa", reference=-100.0, relative=0.01, source="s"), "-100 ± 1 %", "fail"),
        (close("x", 2.2, "1", reference=2.0, absolute=0.1, source="s"), "2 ± 0.1", "fail"),
        (close("x", math.nan, "1", reference=2.0, absolute=0.1, source="s"), "2 ± 0.1", "fail"),
        (worse("x", 0.6, "K", than=0.41, source="negative control"), "≥ 1.5 × 0.41", "fail"),
        (worse("x", 0.7, "K", than=0.41, source="negative control"), "≥ 1.5 × 0.41", "pass"),
        (reported("x", 0.7, "K", source="s"), "–", "reported"),
    ],
)
def test_verdicts(row: Row, limits: str, verdict: str) -> None:
    assert (row.limits, row.verdict, row.passed) == (limits, verdict, verdict != "fail")


def test_a_row_needs_a_limit() -> None:
    with pytest.raises(ValueError, match="has no limit"):
        within("x", 1.0, "K", source="s")
    with pytest.raises(ValueError, match="either"):
        close("x", 1.0, "K", reference=1.0, source="s")


def test_a_table_reads_back_as_it_was_written(tmp_path: Path) -> None:
    rows = (GOOD, reported("Share | of heat", 1.23456e-7, "1", source="a | b"))
    file = tmp_path / "page.md"
    file.write_text(page.table({"pipes": rows}), encoding="utf-8")
    written = page.read_table(file)
    assert written["Pipe: error"] == page.Written("pipes", 0.43, "K", "pass")
    assert stale(rows, written) == []


@pytest.mark.parametrize(
    "changed",
    [
        within("Pipe: error", 0.44, "K", upper=0.7, source="measured"),
        within("Pipe: error", 0.43, "degC", upper=0.7, source="measured"),
        within("Pipe: error", 0.43, "K", upper=0.4, source="measured"),
        within("Pipe: another error", 0.43, "K", upper=0.7, source="measured"),
    ],
)
def test_a_page_that_is_out_of_date_is_found(tmp_path: Path, changed: Row) -> None:
    file = tmp_path / "page.md"
    file.write_text(page.table({"pipes": [GOOD]}), encoding="utf-8")
    assert stale((changed,), page.read_table(file)) == [changed.name]


def test_an_unknown_topic_is_named() -> None:
    with pytest.raises(UsageError, match="no topic 'pipe_ulq' \\(did you mean 'pipe_ulg'"):
        topics.run("pipe_ulq")


def test_without_data_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_DATA", str(tmp_path / "nothing"))
    topics.run.cache_clear()
    from studies.validation import pipe_ulg

    pipe_ulg.measurements.cache_clear()
    out = tmp_path / "page.md"
    assert main(["--only", "pipe_ulg", "--out", str(out)]) == 1
    assert not out.exists()
    assert main(["--only", "pipe_ulg", "--out", str(out), "--incomplete"]) == 0
    assert "Not run: the public data are not here" in out.read_text(encoding="utf-8")
    topics.run.cache_clear()
