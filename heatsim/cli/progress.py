"""Shows how far a run is."""

from __future__ import annotations

import sys
import time
from typing import Any


class Progress:
    """A bar with simulated time and speed on a terminal, a line every tenth of the run elsewhere."""

    def __init__(self, what: str = "") -> None:
        self._what = what
        self._begin = 0.0
        self._first = 0.0
        self._shown = 0.0
        self._bar: Any = None
        self._task: Any = None
        self._live = sys.stdout.isatty()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def line(self, text: str) -> None:
        """Print a line of text; nothing is printed over the bar."""
        (self._bar.console.print if self._bar is not None else print)(text)
        sys.stdout.flush()

    def count(self, done: int, total: int) -> None:
        """Show how many of some pieces of work are done."""
        if self._live:
            if self._bar is None:
                self._start_counter(total)
            self._bar.update(self._task, completed=done)
        elif done - self._shown >= 0.2 * total or done >= total > self._shown:
            self._shown = done
            print(f"{done} of {total} {self._what}", flush=True)

    def update(self, t: float, stop: float) -> None:
        """Show how far the run is."""
        if self._begin == 0.0:
            self._begin, self._first = time.perf_counter(), t
            self._shown = t if t > 0.0 else self._shown
            if self._live:
                self._start_bar(stop, t)
        speed = (t - self._first) / max(time.perf_counter() - self._begin, 1e-9)
        if self._live:
            self._bar.update(self._task, completed=t, simulated=_so_far(t, stop), speed=speed)
        elif t - self._shown >= 0.1 * stop or t >= stop > self._shown:
            self._shown = t
            left = (stop - t) / speed if speed > 0.0 else 0.0
            print(f"simulated {_so_far(t, stop)}, {speed:,.0f} times real time{_left(left)}", flush=True)

    def _start_counter(self, total: int) -> None:
        import rich.progress

        self._bar = rich.progress.Progress(
            rich.progress.TextColumn(self._what),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TimeRemainingColumn(),
        )
        self._bar.start()
        self._task = self._bar.add_task("count", total=total)

    def _start_bar(self, stop: float, first: float) -> None:
        import rich.progress

        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("simulating"),
            rich.progress.BarColumn(),
            rich.progress.TextColumn("{task.fields[simulated]}"),
            rich.progress.TextColumn("{task.fields[speed]:,.0f} x real time"),
            rich.progress.TimeRemainingColumn(),
        )
        self._bar.start()
        self._task = self._bar.add_task("run", total=stop, completed=first, simulated="", speed=0.0)


def _left(seconds: float) -> str:
    """What is said of the time left; nothing of less than half a minute."""
    return "" if seconds < 30.0 else f", {seconds / 60.0:.0f} min left" if seconds >= 90.0 else ", 1 min left"


def _so_far(t: float, stop: float) -> str:
    scale, unit = (3600.0, "h") if stop >= 3600.0 else (60.0, "min") if stop >= 300.0 else (1.0, "s")
    return f"{t / scale:5.1f} of {stop / scale:g} {unit}"
