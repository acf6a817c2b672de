"""Tuning advice in words: table for the terminal and plain values for JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.table import Table

from heatsim.analysis.margins import Margins

if TYPE_CHECKING:
    from heatsim.tuning.advice import PointAdvice, TuningAdvice

_MARGINS = ("stable", "gain_margin", "phase_margin", "delay_margin", "Ms", "w_critical", "w_crossover")


def point_record(point: PointAdvice) -> dict[str, Any]:
    process = point.fit.process
    record: dict[str, Any] = {"point": point.name, "gain": process.gain, "T": process.T, "L": process.L}
    record |= {"fit_error": point.fit.error}
    record |= {f"rule_{key}": getattr(point.rule, key) for key in ("k", "Ti", "Td")}
    record |= {f"scheduled_{key}": getattr(point.scheduled, key) for key in ("k", "Ti", "Td")}
    for when, margins in (("before", point.before), ("after", point.after)):
        record |= {f"{key}_{when}": getattr(margins, key) for key in _MARGINS}
    return record


def finite(value: Any) -> Any:
    """JSON knows no infinity and no NaN."""
    if isinstance(value, dict):
        return {key: finite(v) for key, v in value.items()}
    if isinstance(value, list):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def advice_table(advice: TuningAdvice) -> Table:
    """Table of an advice for the terminal."""
    title = f"{advice.loop}: {advice.before}  ->  {advice.settings}   ({advice.rule}, Ms <= {advice.Ms_limit:g})"
    table = Table(title=title, title_justify="left", caption="\n".join(advice.notes) or None, caption_justify="left")
    for name in ("operating point", "process (fit error)", "rule there", "scheduled", "before", "after"):
        table.add_column(name)
    for point in advice.points:
        process = f"{point.fit.process} ({point.fit.error:.0%})"
        row: tuple[Any, ...] = (process, point.rule, point.scheduled, point.before, point.after)
        mark = " <- worst" if point is advice.worst and len(advice.points) > 1 else ""
        table.add_row(point.name + mark, *(str(cell) for cell in row[:3]), *(_margins(cell) for cell in row[3:]))
    return table


def _margins(margins: Margins) -> str:
    if not margins.stable:
        return "UNSTABLE"
    return f"GM {margins.gain_margin:.3g}, PM {margins.phase_margin:.3g}°, Ms {margins.Ms:.3g}"
