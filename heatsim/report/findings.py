"""Second part of a report: the best cases, the figures over what was swept, and what matters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from heatsim.edge import NumberFormat
from heatsim.errors import UsageError, listed
from heatsim.plot.sweep_values import CASE, along_cases, figure_names, quantity, swept_names
from heatsim.plot.sweeps import heat_map, main_effects, parallel_coordinates, sensitivity_bars
from heatsim.report.choices import strengths
from heatsim.report.material import MOST_BEST, Material
from heatsim.report.page import Column, Html, paragraph, picture, table, text
from heatsim.sweeps.findings.sensitivity import sensitivity

_MOST_FACETS = 6
_MOST_AXES = 10
_NOTHING = "There is no figure that is a number and varies in at least three cases."


def best(m: Material) -> str:
    """Return the best cases, how they were chosen, and how far they can be trusted to be the best."""
    if m.goal is None or m.best is None:
        return paragraph(
            "No figure of this sweep is a cost, so that none says what is good. Choose one by --best FIGURE (small is "
            f"good) or --best FIGURE --largest; there are {listed(figure_names(m.ds))}."
        )
    left, total = int(m.best.attrs["left"]), m.counts["ok"]
    words = f"The best case has the {m.goal.word} {m.goal.figure} ({m.goal.why})"
    if m.constraints:
        words += f", of the {left} of {total} cases that ended well and meet the constraints"
    without = int(m.best.attrs["without_value"])
    if without:
        words += f". {without} of those that ended well {'has' if without == 1 else 'have'} no finite {m.goal.figure}"
    pieces = [paragraph(words + ".")]
    if m.constraints:
        rows = [(expression, str(count)) for expression, count in m.unmet.items()]
        columns = (Column("constraint"), Column("cases that do not meet it", number=True))
        pieces.append(table(columns, rows))
    if m.best.empty:
        return "\n".join([*pieces, paragraph("No case meets them all: relax one.")])
    pieces.append(_best_table(m))
    pieces += [paragraph(line) for line in (_ties(m), _spread(m), _edges(m)) if line]
    return "\n".join(pieces)


def _best_table(m: Material) -> str:
    assert m.best is not None
    assert m.goal is not None
    swept = [name for name in swept_names(m.ds) if name in m.best]
    wanted = list(dict.fromkeys([m.goal.figure, *m.shown.figures]))
    # what constraints name is shown even when no figure is drawn of it
    wanted += [name for name in m.best if name not in wanted and any(str(name) in one for one in m.constraints)]
    columns, cells = [Column("", number=True)], [[str(i + 1) for i in range(len(m.best))]]
    for name in [*swept, *(str(name) for name in wanted if name not in swept)]:
        found = m.quantity(name)
        columns.append(Column(name, found.unit, found.number))
        if not found.number:
            cells.append([str(value) for value in m.best[name]])
            continue
        values = found.edge(m.best[name].to_numpy(dtype=float))
        form = NumberFormat.of(found.values) if name in swept else NumberFormat.of(values)
        cells.append([form(value) for value in values])
    count = len(m.best)
    caption = f"The {count} best cases" if count < int(m.best.attrs["left"]) else "All cases to choose from, best first"
    return table(columns, zip(*cells, strict=True), caption=caption, first=True)


def _ties(m: Material) -> str:
    """Say when the best case is one of several that are equally good."""
    assert m.best is not None
    assert m.goal is not None
    values = m.best[m.goal.figure].to_numpy(dtype=float)
    equal = int(np.isclose(values, values[0], rtol=1e-9, atol=0.0).sum())
    if equal < 2:
        return ""
    more = "at least " if equal == len(values) < int(m.best.attrs["left"]) else ""
    return f"The first {more}{equal} are equally good; the first of them in the order of the sweep is marked as best."


def _spread(m: Material) -> str:
    assert m.best is not None
    assert m.goal is not None
    values = m.best[m.goal.figure].to_numpy(dtype=float)
    if len(values) < 2 or values[0] == 0.0:
        return ""
    found = m.quantity(m.goal.figure)
    apart = abs(found.edge.factor * (values[-1] - values[0]))
    share = 100.0 * abs((values[-1] - values[0]) / values[0])
    unit = "K" if found.unit == "°C" else found.unit
    percent = NumberFormat(digits=2)(share) if share < 100.0 else f"{share:.0f}"
    relative = "" if found.unit == "°C" else f" ({percent} %)"
    return f"Between the first and the last of this table lie {NumberFormat()(apart)} {unit}{relative}.".replace(
        " .", "."
    )


def _edges(m: Material) -> str:
    """Say that the best case lies at the end of what was swept: better ones may lie beyond."""
    values = m.best_values() or {}
    ends = []
    for name in m.names:
        found = m.quantity(name)
        different = np.unique(found.values[np.isfinite(found.values)]) if found.number else np.empty(0)
        if different.size < 3 or name not in values or CASE in m.ds.dims:
            continue
        at = found.edge(np.array(float(values[name]))).item()  # type: ignore[arg-type]
        end = {different[0]: "lowest", different[-1]: "highest"}.get(at)
        if end:
            ends.append(f"the {end} {name} ({found.with_unit(at)})")
    return f"The best case has {' and '.join(ends)} of the sweep: better ones may lie beyond." if ends else ""


def maps(m: Material) -> str:
    """Return maps of the figures chosen, and say how they were chosen."""
    if not m.shown.figures:
        return paragraph(_NOTHING)
    pieces = [_chosen(m)]
    if len(m.names) >= 2:
        pieces += [_safe(partial(_map, m, name)) for name in m.shown.figures]
    else:
        pieces += [_safe(partial(_curve, m, name)) for name in m.shown.figures]
    return "\n".join(pieces)


def _curve(m: Material, figure: str) -> str:
    return picture(main_effects(m.ds, figure), "", f"{figure} over {listed(m.names)}")


def _chosen(m: Material) -> str:
    why: dict[str, list[str]] = {}
    for name, reason in m.shown.figures.items():
        why.setdefault(reason, []).append(name)
    words = "; ".join(f"{', '.join(names)} ({reason})" for reason, names in why.items())
    over = " Axes are the two names that explain most of their variance." if len(m.names) > 2 else ""
    pieces = [paragraph(f"Shown are {words}.{over} Choose others by --figure NAME.", "pale")]
    if m.shown.left_out:
        left = "; ".join(f"{name}: {reason}" for name, reason in list(m.shown.left_out.items())[:12])
        pieces.append(paragraph(f"Not shown – {left}.", "pale"))
    return "\n".join(pieces)


def _map(m: Material, figure: str) -> str:
    x, y = _by_strength(m)[:2]
    rest = [name for name in swept_names(m.ds) if name not in (x, y)]
    goal = m.best_values()
    options: dict = {"x": x, "y": y, "best": goal, "allowed": m.allowed}
    if CASE not in m.ds.dims:
        facet = next((n for n in rest if n in m.names), None)
        if facet is not None and (m.ds.sizes[facet] > _MOST_FACETS or len([n for n in rest if n in m.names]) > 1):
            facet = None
        options |= {"facet": facet, "at": {n: _cut_at(m, n, goal) for n in rest if n != facet}}
    drawn = heat_map(m.ds, figure, **options)
    cut = [name for name in options.get("at", {}) if name in m.names]
    caption = ""
    if cut:
        caption = f"Other names are cut {'at the best case' if goal else 'in the middle'}: {listed(cut)}."
    return picture(drawn, caption, f"Map of {figure} over {x} and {y}")


def _by_strength(m: Material) -> list[str]:
    """Return what is swept, strongest first: by the mean share of variance over the figures that are drawn."""
    shares = [strengths(m.ds, name) for name in m.shown.figures]
    return sorted(m.names, key=lambda name: -sum(one[name] for one in shares))


def _cut_at(m: Material, name: str, goal: dict[str, object] | None) -> object:
    values = m.ds[name].values.tolist()
    return (
        goal[name]
        if goal and name in goal
        else sorted(values, key=str)[0]
        if len(values) == 1
        else values[len(values) // 2]
    )


def effects(m: Material) -> str:
    """Return main effects, sensitivity indices and parallel coordinates."""
    if not m.shown.figures:
        return paragraph(_NOTHING)
    names = list(m.shown.figures)
    pieces = [
        _safe(lambda: picture(main_effects(m.ds, names), "", f"Main effects of {listed(m.names)}")),
        _safe(lambda: _indices(m, names)),
        _safe(lambda: _parallel(m, names)),
    ]
    return "\n".join(pieces)


def _indices(m: Material, names: list[str]) -> str:
    refused: dict[str, str] = {}
    try:
        found = sensitivity(m.ds, names)
    except UsageError:
        # a figure that too few cases have takes no other one with it
        for name in names:
            try:
                sensitivity(m.ds, name)
            except UsageError as error:
                refused[name] = str(error)
        if len(refused) == len(names):
            raise
        found = sensitivity(m.ds, [name for name in names if name not in refused])
    notes = list(dict.fromkeys(str(note) for note in found["note"].values if str(note)))
    notes += [f"{name}: {why}" for name, why in refused.items()]
    return "\n".join(
        [picture(sensitivity_bars(found), "", "Sensitivity indices"), *(paragraph(note, "pale") for note in notes)]
    )


def _parallel(m: Material, names: list[str]) -> str:
    fit = names[: max(1, _MOST_AXES - len(m.names))]
    colour = m.goal.figure if m.goal else fit[0]
    # a few of many stand out
    number = max(1, min(MOST_BEST, m.total // 5))
    marked = [] if m.best is None else [int(i) for i in m.best.index[:number]]
    drawn = parallel_coordinates(m.ds, fit, colour=colour, best=marked, allowed=m.allowed)
    return picture(drawn, "", "Parallel coordinates of all cases")


def ranges(m: Material) -> str:
    """Return lowest, median and highest value of every figure, with the cases that have them."""
    cases = along_cases(m.ds)
    names = [name for name in figure_names(m.ds) if np.isfinite(quantity(cases, name).values).any()]
    if not names:
        return paragraph(_NOTHING)
    swept = {name: quantity(cases, name) for name in m.names}
    rows, constant = [], []
    for name in names:
        found = quantity(cases, name)
        good = np.flatnonzero(np.isfinite(found.values))
        values = found.values[good]
        some = "" if good.size == m.counts["ok"] else f"in {good.size} of the {m.counts['ok']} cases only"
        if float(np.ptp(values)) == 0.0:
            constant.append(f"{name} = {found.with_unit(values[0])}{some and f' ({some})'}")
            continue
        form = NumberFormat.of(values)
        ends = (good[np.argmin(values)], good[np.argmax(values)])
        places = [", ".join(one.with_unit(one.values[k]) for one in swept.values()) for k in ends]
        below = "; ".join(word for word in (found.words, some) if word)
        words = Html(f"{text(name)}<br><small>{text(below)}</small>") if below else name
        numbers = (form(v) for v in (values.min(), float(np.median(values)), values.max()))
        rows.append((words, found.unit, *numbers, *places))
    at = ", ".join(swept)
    columns = (
        Column("figure", wide=True),
        Column("unit"),
        Column("lowest", number=True),
        Column("median", number=True),
        Column("highest", number=True),
        Column("lowest at", at, wide=True),
        Column("highest at", at, wide=True),
    )
    caption = f"Figures of the {m.counts['ok']} cases that ended well"
    pieces = [table(columns, rows, caption=caption)] if rows else []
    if constant:
        pieces.append(paragraph(f"The same in all cases: {'; '.join(constant)}.", "pale"))
    return "\n".join(pieces)


def _safe(make: Callable[[], str]) -> str:
    """Return what was made, or the one line that says why it could not be: a report is better with a gap than none."""
    try:
        return make()
    except UsageError as error:
        return f'<p class="note calm">{text(error)}</p>'
