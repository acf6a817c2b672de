"""Shows how far a sweep is, a live table on a terminal and lines elsewhere, and what came of it at the end."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from heatsim.wording import duration, one_line, plural, until

if TYPE_CHECKING:
    from heatsim.sweeps.running.progress import Progress

_ROWS = 16  # running cases in the live table
_KINDS = 10  # groups of failures in the summary
_LIVE_KINDS = 3
_SHARE = 0.05  # of the cases, between two lines
_LONGEST_SILENCE = 300.0  # s
_SHORTEST_SILENCE = 1.0  # s
_PLAINER = str.maketrans({"\u202f": " ", "\u00a0": " ", "−": "-", "–": "-"})


def display(progress: Progress) -> Live | Lines:
    """Return what shows the progress on this standard output."""
    from rich.console import Console

    console = Console()
    return Live(progress, console) if console.is_terminal and not console.is_dumb_terminal else Lines(progress)


def say(text: str = "") -> None:
    """Print a line; a sweep goes on when its reader has gone (`heatsim sweep ... | head`)."""
    try:
        print(_writable(text, getattr(sys.stdout, "encoding", None)), flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - keeps Python from complaining when it flushes at exit


def _writable(text: str, encoding: str | None) -> str:
    """Return a text as an encoding can hold it: a unit or a message that cannot be shown must not end a sweep."""
    known = encoding or "utf-8"
    try:
        text.encode(known)
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(known, "backslashreplace").decode(known)
    return text


class Live:
    """A table that is drawn again twice a second: cases done, those that run, and what failed most."""

    def __init__(self, progress: Progress, console: Any) -> None:
        from rich.live import Live as RichLive

        self._progress = progress
        self._console = console
        self._live = RichLive(get_renderable=self._table, console=console, refresh_per_second=2.0, transient=True)

    def __enter__(self) -> Live:
        self._live.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._live.__exit__(*exception)

    def _table(self) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        progress, width = self._progress, self._console.width
        parts: list[Any] = []
        head = Table.grid(padding=(0, 1))
        bar = ProgressBar(progress.total, progress.ended, width=max(min(width - 60, 40), 8))
        head.add_row(bar, Text(", ".join(_counts(progress)), overflow="ellipsis", no_wrap=True))
        parts.append(head)
        running = progress.running()
        rows = min(_ROWS, max(self._console.height - 8, 1))
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("running", no_wrap=True, min_width=8)
        table.add_column("for", no_wrap=True, justify="right", min_width=6)
        table.add_column("values", no_wrap=True, overflow="ellipsis")
        for one in running[:rows]:
            values = _writable(progress.words(one.case), self._console.encoding)
            table.add_row(one.case.id[:8], duration(one.seconds), Text(values))
        if len(running) > rows:
            table.add_row(f"{len(running) - rows} more", "", "")
        if running:
            parts.append(table)
        groups, others = progress.worst(_LIVE_KINDS)
        for group in groups:
            line = f"failed {group.count} x {group.reason}: {one_line(group.message)}"
            parts.append(Text(_writable(line, self._console.encoding), style="red", overflow="ellipsis", no_wrap=True))
        if others:
            parts.append(Text(f"failed {others} x otherwise", style="red"))
        return Group(*parts)


class Lines:
    """A line every twentieth of the cases, and at least every five minutes; one for the first failure of each kind."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._shown = progress.ended
        self._kinds = 0
        self._last = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="heatsim-lines")

    def __enter__(self) -> Lines:
        progress = self._progress
        had = f", {progress.before} of them have ended before" if progress.before else ""
        out = f" ({progress.left_out} left out by constraints)" if progress.left_out else ""
        say(f"{plural(progress.total, 'case')}{out}{had}")
        self._kinds = len(progress.worst(_KINDS)[0])
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self._look()

    def _look(self) -> None:
        progress, now = self._progress, time.monotonic()
        for group in progress.new_failures():
            if self._kinds < _KINDS:
                say(f"case {group.first[:8]} failed ({group.reason}): {one_line(group.message)}")
            self._kinds += 1
        ended, silent = progress.ended, now - self._last
        much = ended - self._shown >= max(_SHARE * progress.total, 1.0) and silent >= _SHORTEST_SILENCE
        if much or (silent >= _LONGEST_SILENCE) or (ended == progress.total > self._shown):
            self._shown, self._last = ended, now
            say(", ".join(_counts(progress)))


def _counts(progress: Progress) -> list[str]:
    """Return what is said of the progress, the most telling first: a narrow terminal cuts the end."""
    running, waiting = len(progress.running()), progress.waiting
    left, rate = progress.seconds_left(), progress.per_second
    parts = [f"{progress.ended} of {progress.total}"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if left is not None and (waiting or running):
        parts.append(f"{duration(left)} left{until(left)}")
    if running:
        parts.append(f"{running} running")
    if rate is not None:
        parts.append(f"{_rate(rate)}")
    return parts


def summary(progress: Progress, folder: str) -> None:
    """Print what came of a sweep."""
    here = progress.ended - progress.before
    before = f", {progress.before} of them before this session" if progress.before else ""
    say(
        f"{plural(progress.total, 'case')}: {progress.ok} ok, {progress.failed} failed{before}; "
        f"{here} run in {duration(progress.seconds)}"
    )
    groups, others = progress.worst(_KINDS)
    for group in groups:
        say(f"  {group.count} x {group.reason}: {one_line(group.message)} (first: {group.first})")
    if others:
        say(f"  {others} x otherwise")
    for note in progress.notes.lines():
        print(f"heatsim: warning: {note}", file=sys.stderr)
    say(f'results are in {folder}; in Python: heatsim.open_sweep("{folder}")')


def _rate(per_second: float) -> str:
    if per_second >= 1.0:
        return f"{per_second:.1f} cases/s"
    return f"{per_second * 3600.0:.0f} cases/h" if per_second * 3600.0 >= 10.0 else f"{per_second * 3600.0:.1f} cases/h"
