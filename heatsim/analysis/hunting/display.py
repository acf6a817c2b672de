"""Figures as an engineer reads them: K, kPa, MW, percent of stroke, seconds to hours."""

from __future__ import annotations

_LARGER = {"Pa": ((1e5, "bar"), (1e3, "kPa")), "W": ((1e6, "MW"), (1e3, "kW"))}


def quantity(value: float | None, unit: str) -> str:
    """Return a difference or amplitude with its unit, three digits; a share in percent."""
    if value is None:
        return "–"
    if unit in ("1", ""):
        return f"{_digits(100.0 * value)} %"
    for size, name in _LARGER.get(unit, ()):
        if abs(value) >= size:
            return f"{_digits(value / size)} {name}"
    return f"{_digits(value)} {unit}"


def duration(seconds: float | None) -> str:
    """Return a time in s, min or h, three digits."""
    if seconds is None:
        return "–"
    if abs(seconds) < 600.0:
        return f"{_digits(seconds)} s"
    return f"{_digits(seconds / 60.0)} min" if abs(seconds) < 7200.0 else f"{_digits(seconds / 3600.0)} h"


def _digits(value: float) -> str:
    if abs(value) < 1e-9:
        return "0"
    return f"{value:.0f}" if abs(value) >= 99.5 else f"{value:.3g}" if abs(value) >= 1e-3 else f"{value:.1e}"
