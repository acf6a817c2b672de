"""Last part of a report: where the cases come from, and how to make and read them again."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np

import heatsim
from heatsim.report.command import command
from heatsim.report.material import Material
from heatsim.report.page import Column, download, paragraph, table, text
from heatsim.sweeps.collection.case_rows import to_csv
from heatsim.wording import duration

_MOST_HASHES = 12
_SHORT = 16
_LONG_TEXT = 80
_LARGEST_TABLE = 1_000_000


def origin(m: Material) -> str:
    """Return versions, hashes, machines and times, the command that makes the sweep again, and how to read it."""
    rows = [("study", m.definition.reference or f"{m.definition.study} (a function of a session)")]
    rows += [("heatsim", f"{heatsim.__version__} (wrote this report)")]
    if m.records.hosts:
        rows.append(("machines", ", ".join(f"{name}: {count} cases" for name, count in m.records.hosts.most_common(8))))
    if m.records.begin is not None and m.records.end is not None:
        begin, end = (at.strftime("%Y-%m-%d %H:%M:%S") for at in (m.records.begin, m.records.end))
        rows.append(("run", f"{begin} to {end} UTC"))
    if m.records.seconds:
        one = np.array(m.records.seconds)
        rows.append(
            (
                "time of a case",
                f"{duration(float(np.median(one)))} (median), {duration(float(one.min()))} to "
                f"{duration(float(one.max()))}; together {duration(float(one.sum()))}",
            )
        )
    if m.records.lost > 0.0:
        rows.append(("time of failed cases", duration(m.records.lost)))
    given = [(name, str(value)) for name, value in m.records.attributes.items() if _short(name, str(value))]
    caption = "Settings and versions of a run: those of the first case that ended well"
    runs = table((Column("attribute"), Column("value", wide=True)), given, caption=caption) if given else ""
    pieces = [table((Column("sweep"), Column("", wide=True)), rows), runs, _hashes(m), _again(m)]
    return "\n".join(piece for piece in pieces if piece)


def _table(m: Material) -> str:
    """Return a link to all cases as a table inside of the page, unless that would make it heavy."""
    with tempfile.TemporaryDirectory() as folder:
        content = to_csv(m.ds, Path(folder) / "cases.csv").read_text(encoding="utf-8")
    if len(content) > _LARGEST_TABLE:
        return f"<p>All cases as a table: <code>heatsim report {text(m.folder.path)} --csv cases.csv</code></p>"
    return f"<p>All cases as a table: {download('cases.csv', 'cases.csv', content)} (inside this page, SI units)</p>"


def _short(name: str, value: str) -> bool:
    return len(value) <= _LONG_TEXT and not value.startswith(("{", "[")) and name != "date_created"


def _hashes(m: Material) -> str:
    if not m.records.states:
        return ""
    prints = json.loads(m.records.states.most_common(1)[0][0])
    rows = [(name, value if len(value) <= _SHORT else f"{value[:_SHORT]}…") for name, value in prints.items()]
    more = f", {_MOST_HASHES} of {len(rows)}; all are in the files of the cases" if len(rows) > _MOST_HASHES else ""
    caption = f"Code and inputs that decide on results (hash or version{more})"
    return table((Column("what"), Column("state")), rows[:_MOST_HASHES], caption=caption)


def _again(m: Material) -> str:
    line = command(m.definition, "results/again")
    if line is not None:
        again = f"<h3>Run it again</h3>\n<pre>{text(line)}</pre>"
    elif m.definition.reference is None:
        again = paragraph(
            "The study is a function of a session and has no command; call heatsim.sweep with it and the same values."
        )
    else:
        again = (
            "<h3>Run it again</h3>\n"
            + paragraph("Its cases are too many for a command; their definition is in sweep.json.")
            + f"<pre>mkdir results/again\ncp {text(m.folder.path)}/sweep.json results/again\n"
            "heatsim sweep --out results/again --resume</pre>"
        )
    return (
        f"{again}\n{_table(m)}\n<h3>Read it in Python</h3>\n<pre>import heatsim as hs\n\n"
        f'ds = hs.open_sweep("{text(m.folder.path)}")</pre>'
    )
