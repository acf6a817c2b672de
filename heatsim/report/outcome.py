"""First part of a report: how many cases ended well, what was swept, which failed and what they have in common."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.edge import NumberFormat, Quantity, edge_of
from heatsim.plot.sweep_values import CASE, quantity, status_of
from heatsim.report.material import MOST_FAILED, Material
from heatsim.report.page import Column, paragraph, table, text, tile
from heatsim.sweeps.case import Value, shown
from heatsim.sweeps.keeping.records import REASONS

_METHODS = {
    "grid": "grid: each value with each",
    "zip": "value by value (zip)",
    "list": "list of cases",
    "lhs": "Latin hypercube",
    "sobol": "Sobol' sample",
    "morris": "Morris trajectories",
}
_MOST_VALUES = 10
_MOST_PATTERNS = 4
_EXACT = 10
"""Digits of a setting: nothing tells it from others, and it is what was typed."""
_LEAST_FAILED = 3
_MOST_LOGS = 5


def top(material: Material, written: str) -> str:
    """Return title, state of the sweep and the main numbers."""
    m = material
    best = _best_words(m)
    tiles = [
        tile(_number(m.total), "cases"),
        tile(_number(m.counts["ok"]), "ended well", "good"),
        tile(_number(m.counts["failed"]), "failed", "bad" if m.counts["failed"] else ""),
    ]
    if m.counts["missing"]:
        tiles.append(tile(_number(m.counts["missing"]), "not run yet", "wait"))
    if best:
        tiles.append(tile(*best, "good wide"))
    return (
        f'<p class="pale">heatsim: sweep · {text(m.folder.path.resolve().name)} · {text(written)}</p>\n'
        f"<h1>Sweep of {text(m.definition.study)}</h1>\n"
        f'<p class="pale">{text(_over(m))}</p>\n<div class="tiles">{"".join(tiles)}</div>\n{_state(m)}'
    )


def _over(m: Material) -> str:
    names = " × ".join(m.definition.design.names)
    return f"over {names}; {design_words(m)}"


def design_words(m: Material) -> str:
    """Return how the cases were chosen."""
    design = m.definition.design
    words = _METHODS.get(design.method, design.method)
    if design.method == "grid" and len(design.axes) == 1:
        words = "all its values"
    if design.method == "grid" and len(design.axes) > 1:
        sizes = " × ".join(str(len(axis.values or ())) for axis in design.axes)
        words += f", {sizes}"
    if design.method in ("lhs", "sobol", "morris"):
        words += f", {design.samples} {'trajectories' if design.method == 'morris' else 'points'}, seed {design.seed}"
    if design.left_out:
        words += f"; {design.left_out} left out by constraints"
    return words


def _best_words(m: Material) -> tuple[str, str] | None:
    values = m.best_values()
    if m.goal is None or m.best is None or values is None:
        return None
    found = m.quantity(m.goal.figure)
    at = ", ".join(f"{name} = {m.quantity(name).read(value)}" for name, value in values.items() if name in m.names)
    met = f" with {' and '.join(m.constraints)}" if m.constraints else ""
    so_far = " so far" if m.counts["missing"] else ""
    return found.read(m.best.iloc[0][m.goal.figure]), f"{m.goal.word} {m.goal.figure}{so_far}{met}: {at}"


def _state(m: Material) -> str:
    """Say what keeps the sweep from being complete, and what to know of it."""
    notes = []
    if m.counts["missing"]:
        done = m.total - m.counts["missing"]
        notes.append(
            f'<p class="note"><b>This sweep is not finished</b>: {_number(done)} of {_number(m.total)} cases have '
            "ended. All that follows is of these alone. Go on with "
            f"<code>heatsim sweep --out {text(m.folder.path)} --resume</code></p>"
        )
    if m.counts["failed"]:
        ended = max(1, m.total - m.counts["missing"])
        failed_ = f"{_number(m.counts['failed'])} {'case' if m.counts['failed'] == 1 else 'cases'} failed"
        notes.append(
            f'<p class="note"><b>{failed_}</b> ({100.0 * m.counts["failed"] / ended:.3g} % of those that ended). '
            "They have no figures and are in no mean, no best case and no index below. "
            'See <a href="#failed">why</a>.</p>'
        )
    if len(m.records.states) > 1:
        counts = ", ".join(_number(count) for count in m.records.states.values())
        notes.append(
            f'<p class="note"><b>The study was changed during the sweep</b>: its cases were run with '
            f"{len(m.records.states)} states of code or inputs ({counts} cases), which may not be comparable.</p>"
        )
    for line in str(m.ds.attrs.get("notes", "")).splitlines():
        notes.append(f'<p class="note calm">{text(line)}</p>')
    return "\n".join(notes)


def swept(m: Material) -> str:
    """Return what was swept, how its values were chosen, and what all cases share."""
    rows: list[tuple[str, ...]] = []
    for axis in m.definition.design.axes:
        found = _known(m, axis.name)
        given = axis.values if axis.bounds is None else axis.bounds
        si = np.array([float(v) for v in given or () if not isinstance(v, str | bool) and v is not None])
        edge = edge_of(axis.name, _unit(m, axis.name), si)
        if axis.bounds is not None:
            one = NumberFormat.of(edge(si))
            low, high = (one(value) for value in edge(si))
            values = f"{low} to {high}" + (", even in the logarithm" if axis.logarithmic else "")
            count = "–"
        elif si.size == len(axis.values or ()):
            one = NumberFormat.of(edge(si))
            texts = [one(value) for value in edge(si)]
            values = ", ".join(texts) if len(texts) <= _MOST_VALUES else f"{one(min(edge(si)))} to {one(max(edge(si)))}"
            count = str(len(texts))
        else:
            texts = [shown(value) for value in axis.values or ()]
            values = ", ".join(texts[:_MOST_VALUES]) + (", …" if len(texts) > _MOST_VALUES else "")
            count = str(len(texts))
        words = found.words if found and found.words != axis.name else ""
        rows.append((axis.name, words, values, edge.unit, count))
    columns = [
        Column("name"),
        Column("what it is", wide=True),
        Column("values", wide=True),
        Column("unit"),
        Column("number", number=True),
    ]
    told = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    columns, rows = [columns[i] for i in told], [tuple(row[i] for i in told) for row in rows]
    pieces = [paragraph(f"{_number(m.total)} cases; {design_words(m)}."), table(columns, rows)]
    if m.definition.design.constraints:
        pieces.append(paragraph(f"Only cases with {' and '.join(m.definition.design.constraints)}."))
    if m.definition.settings:
        shared = [(name, _plain(value)) for name, value in m.definition.settings.items()]
        pieces.append(table((Column("shared by all cases"), Column("value, SI", number=True)), shared))
    return "\n".join(pieces)


def _plain(value: Value) -> str:
    return NumberFormat(digits=_EXACT)(value) if isinstance(value, float) else shown(value)


def _known(m: Material, name: str) -> Quantity | None:
    return m.quantity(name) if name in m.ds.coords else None


def _unit(m: Material, name: str) -> str:
    return str(m.ds[name].attrs.get("units", "")) if name in m.ds.coords else ""


def failed(m: Material) -> str:
    """Return the failures: their reasons, what they have in common, and the cases one by one."""
    if not m.counts["failed"]:
        return paragraph("No case failed." if m.counts["ok"] else "No case has ended yet.")
    groups, others = m.records.failures.groups(MOST_FAILED)
    rows = [(str(group.count), group.reason, REASONS.get(group.reason, ""), group.message) for group in groups]
    if others:
        rows.append((str(others), "", "", "other messages"))
    columns = (
        Column("cases", number=True),
        Column("reason"),
        Column("meaning", wide=True),
        Column("message of the first", wide=True),
    )
    pieces = [table(columns, rows, caption="Failures by reason and message, numbers in messages apart")]
    found = patterns(m.ds)
    if found:
        pieces.append("<ul>" + "".join(f"<li>{text(line)}</li>" for line in found) + "</ul>")
    names = list(m.definition.design.names)
    listed = [
        (*(m.quantity(name).read(case.values[name]) for name in names), record.reason, record.message, record.id)
        for case, record in m.records.failed
    ]
    count = m.counts["failed"]
    caption = "Failed cases" + (f", the first {len(listed)} of {_number(count)}" if count > len(listed) else "")
    heads = (*(Column(name) for name in names), Column("reason"), Column("message", wide=True), Column("case"))
    pieces.append(table(heads, listed, caption=caption))
    firsts = {group.first for group in groups[:_MOST_LOGS]}
    for _, record in m.records.failed:
        if record.id in firsts and record.log:
            summary = f"<summary>Log of {text(record.id)}</summary>"
            pieces.append(f"<details>{summary}<pre>{text(record.log)}</pre></details>")
    pieces.append(
        f'<p class="pale">The file <code>cases/CASE.json</code> of each case has its log. Run failed cases again with '
        f"<code>heatsim sweep --out {text(m.folder.path)} --resume --retry-failed</code></p>"
    )
    return "\n".join(pieces)


def patterns(ds: xr.Dataset) -> list[str]:
    """Return what failed cases have in common, in sentences: swept values at which all failed, or that all share."""
    state = xr.DataArray(status_of(ds), dims=ds["status"].dims)
    failed_, ended = state == "failed", (state == "failed") | (state == "ok")
    total = int(failed_.sum())
    if total == int(ended.sum()):
        return []
    lines = []
    for name in ds["status"].dims if CASE not in ds.dims else [n for n in ds.coords if n != CASE]:
        found = quantity(ds, str(name))
        values = xr.DataArray(found.values, dims=ds[name].dims).broadcast_like(state).transpose(*state.dims)
        distinct = list(dict.fromkeys(found.values.ravel().tolist()))
        if not 1 < len(distinct) <= 50:
            continue
        for value in distinct:
            here = values == value
            bad, run = int((failed_ & here).sum()), int((ended & here).sum())
            if bad < _LEAST_FAILED:
                continue
            at = f"{name} = {found.with_unit(value)}"
            if bad == run:
                only = ", and none elsewhere" if bad == total else ""
                lines.append(f"At {at} all {bad} cases failed{only}.")
            elif bad == total:
                lines.append(f"All {total} failed cases have {at}; there {run - bad} others ended well.")
    return lines[:_MOST_PATTERNS]


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")
