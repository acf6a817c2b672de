"""Writes the page of the validation: a table of all rows, then a section with text and plot for each topic."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studies.validation.rows import Row, digits
from studies.validation.topics import Topic

_HEAD = """# Validation

What the models of `HeatReuse` give, against measurements, published numbers and exact solutions. `python -m
studies.validation` runs everything and writes this page; the tests in `tests/validation` compute every row again and
compare. Negative controls are models that lack something: they must be clearly worse, which shows that a comparison
can fail.
"""
_COLUMNS = ("Topic", "What", "Figure", "Unit", "Limits", "Verdict", "Source", "Note")


def write(topics: Sequence[Topic], out: Path, *, dpi: float = 110.0) -> list[Path]:
    """Write the page and its pictures.

    Parameters
    ----------
    topics
        All topics that were run.
    out
        The page, `docs/validation.md`; pictures go to a folder beside it, named like it.
    dpi
        Resolution of the pictures.

    Returns
    -------
    list of Path
        The page first.
    """
    pictures = out.with_suffix("")
    pictures.mkdir(parents=True, exist_ok=True)
    files = [out]
    rows = [row for topic in topics for row in topic.rows]
    failed = sum(not row.passed for row in rows)
    limited = sum(row.verdict != "reported" for row in rows)
    verdict = f"{limited - failed} of {limited} figures with a limit keep it; {len(rows) - limited} are reported."
    parts = [_HEAD, verdict, table({topic.name: topic.rows for topic in topics})]
    for topic in topics:
        parts.append(f"## {topic.module.TITLE}")
        if topic.missing:
            parts.append(f"Not run: {topic.missing}.")
            continue
        parts.append(topic.module.TEXT.strip())
        drawn = topic.module.figure()
        if drawn is not None:
            file = pictures / f"{topic.name}.png"
            drawn.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
            files.append(file)
            parts.append(f"![{topic.module.CAPTION}]({pictures.name}/{file.name})")
            parts.append(f"*{topic.module.CAPTION}*")
    out.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    return files


def table(rows: Mapping[str, Sequence[Row]]) -> str:
    """Return the rows of topics, by the topic's name, as a Markdown table."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + " --- |" * len(_COLUMNS)]
    for topic, row in ((topic, row) for topic, of_topic in rows.items() for row in of_topic):
        verdict = "**fail**" if row.verdict == "fail" else row.verdict
        cells = (topic, row.name, digits(row.figure), row.unit, row.limits, verdict, row.source, row.note)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


@dataclass(frozen=True)
class Written:
    """What the table of a page says about one row."""

    topic: str
    figure: float
    unit: str
    verdict: str


def read_table(page: Path) -> dict[str, Written]:
    """Return what the table of a page says, by the name of the row.

    Raises
    ------
    ValueError
        When a name stands there twice.
    """
    found: dict[str, Written] = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) != len(_COLUMNS) or cells[0] in (_COLUMNS[0], "---"):
            continue
        if cells[1] in found:
            raise ValueError(f"{page}: the row '{cells[1]}' stands there twice")
        found[cells[1]] = Written(cells[0], float(cells[2]), cells[3], cells[5].strip("*"))
    return found
