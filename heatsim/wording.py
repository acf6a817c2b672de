"""Times, sizes, counts and messages as people read them in lines, tables and reports."""

from __future__ import annotations

import datetime as dt

_LONGEST = 300  # letters of a message in one line


def duration(seconds: float) -> str:
    """Return how long something took or will take; not a time of the plant, which has its unit from `heatsim.edge`."""
    if 0.0 < seconds < 0.0995:
        return f"{max(seconds * 1000.0, 1.0):.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    if seconds < 600.0:
        return f"{seconds / 60.0:.2g} min"
    if seconds < 90 * 60.0:
        return f"{seconds / 60.0:.0f} min"
    hours, minutes = divmod(round(seconds / 60.0), 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    days, hours = divmod(round(seconds / 3600.0), 24)
    return f"{days} d {hours} h"


def until(seconds: float) -> str:
    """Return the clock time in so many seconds, in brackets; nothing when that is soon."""
    if seconds < 600.0:
        return ""
    end = dt.datetime.now() + dt.timedelta(seconds=seconds)
    return f" (until {end:%H:%M})" if seconds < 20 * 3600.0 else f" (until {end:%a %d %b %H:%M})"


def size(count: float) -> str:
    """Return bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        # 999.7 would be written as 1e+03
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000.0
    return f"{count:.3g} TB"


def plural(number: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{number} {what}" + ("" if number == 1 else "s")


def one_line(text: str) -> str:
    """Return a message in one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
