"""`heatsim sweep --dry-run`: the cases, and an estimate of the time and disk that they take."""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from heatsim.processes import processors
from heatsim.sweeps.running.display import say
from heatsim.wording import duration, one_line, plural, size, until

if TYPE_CHECKING:
    from heatsim.sweeps.case_texts import CaseTexts
    from heatsim.sweeps.plan import SweepPlan
    from heatsim.sweeps.running.engine import Engine
    from heatsim.sweeps.survey import Survey

_FIRST, _LAST = 20, 5  # cases listed on a terminal
_SAMPLED = 50  # finished cases whose files are measured
_TRIAL_LIMIT = 120.0  # s
_SHORT = 10.0  # s; a trial of shorter cases is run twice


@dataclass(frozen=True)
class _Estimate:
    """What a case takes, s and B, and what a process takes to begin, s."""

    seconds: float
    size: float
    start: float
    source: str


def dry_run(what: SweepPlan, engine: Engine, *, retry_failed: bool) -> int:
    """List the cases of a sweep, and estimate what they take from those that have ended, or else from a trial."""
    from heatsim.sweeps.case_texts import CaseTexts
    from heatsim.sweeps.survey import survey

    found = survey(what, retry_failed)
    processes = _processes(engine) if found.waiting else 0  # first: it may refuse the cluster
    design = what.definition.design
    out = f", {found.left_out} points left out by constraints" if found.left_out else ""
    say(
        f"{what.definition.study} over {' x '.join(design.names)} ({design.method}): {plural(found.total, 'case')}{out}"
    )
    texts = CaseTexts(what.definition)
    _list(what, texts)
    if found.ended or found.again:
        failed = f", {found.failures.count} failed" if found.failures.count else ""
        say(f"{what.folder.path}: {found.ok} ok{failed}, {found.waiting} to run")
    if found.waiting == 0:
        say("nothing is left to run")
        return 0
    estimate = _finished(what, found) if found.ok else _trial(what, engine, texts)
    if estimate is None:
        return 1
    rounds = -(-found.waiting // processes)
    seconds = estimate.start + rounds * estimate.seconds
    say(
        f"time: about {duration(seconds)}{until(seconds)} with {processes} process{'' if processes == 1 else 'es'}; "
        f"a case takes {duration(estimate.seconds)} ({estimate.source})"
    )
    needed, free = found.waiting * estimate.size, _free(what.folder.path)
    say(f"disk: about {size(needed)}, {size(estimate.size)} a case; {size(free)} are free")
    if needed > free:
        print(f"heatsim: warning: the disk of {what.folder.path} is too small for this sweep", file=sys.stderr)
    return 0


def _list(what: SweepPlan, texts: CaseTexts) -> None:
    """Print the cases: all of them into a file or pipe, the first and last on a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from heatsim.sweeps.case import SweepCase

    design, definition = what.definition.design, what.definition
    console = Console()
    if not console.is_terminal:  # for programs too, so a value is a number alone
        say("\t".join(("case", *texts.headings)))
        for case in definition.cases():
            say("\t".join((case.id, *texts.plain(case))))
        return
    points = design.points
    cut = len(points) > _FIRST + _LAST
    listed = (*points[:_FIRST], *points[-_LAST:]) if cut else points
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("case", *texts.headings):
        # as it stands: "[m³]" would be markup
        table.add_column(Text(heading), justify="left" if heading == "case" else "right", overflow="fold")
    for index, (point, row) in enumerate(zip(listed, texts.rows(listed), strict=True)):
        if cut and index == _FIRST:
            table.add_row(Text(f"... {len(points) - len(listed)} more"))
        case = SweepCase(definition.study, dict(zip(design.names, point, strict=True)), definition.settings)
        table.add_row(case.id, *map(Text, row))
    console.print(table)


def _finished(what: SweepPlan, found: Survey) -> _Estimate:
    """Estimate from cases that have ended well."""
    sizes = []
    for case in what.definition.cases():
        record = what.folder.kept(case.id)
        if record is not None and record.ok:
            sizes.append(_bytes(what.folder.record(case.id)) + _bytes(what.folder.series(case.id)))
            if len(sizes) == _SAMPLED:
                break
    source = f"mean of {plural(found.ok, 'finished case')}"
    return _Estimate(found.seconds / found.ok, sum(sizes) / len(sizes), 0.0, source)


def _trial(what: SweepPlan, engine: Engine, texts: CaseTexts) -> _Estimate | None:
    """Estimate from the case in the middle, or another when it fails, run in a temporary folder; None when all fail."""
    from heatsim.sweeps.keeping.folder import SweepFolder
    from heatsim.sweeps.keeping.records import CaseNotes
    from heatsim.sweeps.running.runner import CaseRunner
    from heatsim.sweeps.studies.study import to_bytes

    total, start = len(what.definition.design), None
    limit = min(engine.limits.time or _TRIAL_LIMIT, _TRIAL_LIMIT)
    with tempfile.TemporaryDirectory(prefix="heatsim-trial-") as name:
        folder = SweepFolder(Path(name))
        with CaseRunner(to_bytes(what.study), folder, replace(engine.limits, time=limit)) as runner:
            for index in dict.fromkeys((total // 2, 0, total - 1)):
                cases = list(itertools.islice(what.definition.cases(), index, index + 2))
                values = texts.line(cases[0])
                print(f"trial of case {cases[0].id} ({values}), at most {duration(limit)} ...", file=sys.stderr)
                begin = time.perf_counter()
                record = runner.run(cases[0])
                seconds = float(record.provenance["seconds"])
                start = time.perf_counter() - begin - seconds if start is None else start
                if record.reason == "time limit" and limit == _TRIAL_LIMIT:
                    say(f"time: unknown, a case takes more than {duration(limit)}; disk: unknown")
                    return None
                if record.ok:
                    break
                print(f"heatsim: the trial failed ({record.reason}): {one_line(record.message)}", file=sys.stderr)
            else:
                print("heatsim: no estimate: every trial failed, and most cases may", file=sys.stderr)
                return None
            notes = CaseNotes()
            notes.add(record)
            for note in notes.lines():
                print(f"heatsim: warning: {note}", file=sys.stderr)
            # the first case of a process takes longer, which matters for short ones
            again = runner.run(cases[-1]) if seconds < _SHORT else record
            if again.ok:
                seconds = min(seconds, float(again.provenance["seconds"]))
        taken = _bytes(folder.record(cases[0].id)) + _bytes(folder.series(cases[0].id))
    return _Estimate(seconds, taken, start, f"a trial of case {cases[0].id[:8]}")


def _processes(engine: Engine) -> int:
    if engine.dask is not None:
        from heatsim.sweeps.running.dask_cluster import cluster_threads

        return max(cluster_threads(engine.dask), 1)
    return engine.jobs or processors()


def _bytes(file: Path) -> int:
    """Return what a file takes on its disk."""
    if not file.is_file():
        return 0
    told = file.stat()
    return getattr(told, "st_blocks", 0) * 512 or told.st_size


def _free(folder: Path) -> int:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free
