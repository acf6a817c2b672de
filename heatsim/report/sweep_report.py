"""`report`: a sweep as one HTML file for those who decide and those who check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from heatsim.errors import UsageError
from heatsim.report import findings, origin, outcome
from heatsim.report.material import gather
from heatsim.report.page import document
from heatsim.whole_file import whole_file

FILE = "report.html"
"""Name of a report in the folder of its sweep."""


def report(
    folder: str | Path,
    *,
    figures: Sequence[str] = (),
    best: str | None = None,
    largest: bool = False,
    constraints: Sequence[str] = (),
    out: str | Path | None = None,
) -> Path:
    """Write the report of a sweep, finished or not: one HTML file with its pictures inside, which needs no network.

    What was swept, how many cases ended, failures with reasons, the best cases, maps, main effects, sensitivity,
    parallel coordinates, all figures, provenance, and the command that runs it again. Units are those of people.

    Parameters
    ----------
    folder
        Of the sweep.
    figures
        Names of figures to draw; when there are none, the report chooses and says how.
    best
        Figure that makes a case good; a cost when left out, if the sweep has one.
    largest
        Whether a large value of it is good.
    constraints
        Comparisons that a good case meets, such as `network_supply_min >= 70degC`.
    out
        File to write; `report.html` in the folder when left out.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    UsageError
        When the folder holds no sweep, a name or constraint is wrong, or the file cannot be written.
    """
    target = Path(out) if out is not None else Path(folder) / FILE
    if target.is_dir():
        raise UsageError(f"{target}: is a folder; give the name of a file, such as {target / FILE}")
    wanted = [figures] if isinstance(figures, str) else list(figures)
    held = [constraints] if isinstance(constraints, str) else list(constraints)
    m = gather(Path(folder), wanted, best, largest, held)
    written = f"written {dt.datetime.now(dt.timezone.utc):%Y-%m-%d %H:%M} UTC"
    sections = [("swept", "What was swept", outcome.swept(m))]
    if m.counts["ok"]:
        sections.append(("best", "Best cases", findings.best(m)))
        sections.append(("maps", "Maps" if len(m.names) > 1 else "Figures", findings.maps(m)))
        if len(m.names) > 1:
            sections.append(("effects", "What matters", findings.effects(m)))
    sections.append(("failed", "Failures", outcome.failed(m)))
    if m.counts["ok"]:
        sections.append(("ranges", "All figures", findings.ranges(m)))
    sections.append(("origin", "Provenance", origin.origin(m)))
    page = document(f"Sweep of {m.definition.study}", outcome.top(m, written), sections)
    with whole_file(target, "the report") as temporary:
        temporary.write_text(page, encoding="utf-8")
    return target
