"""Figures as an engineer reads them: temperatures in °C and K, pressures in kPa or bar, times in s, min or h."""

from __future__ import annotations

_SHOWN = {"Pa": (1e-3, "kPa"), "W": (1e-6, "MW"), "1": (100.0, "%"), "": (1.0, "")}


def span(seconds: float) -> str:
    """Return a duration, such as "4.2 min"."""
    if seconds != seconds:
        return "no period"
    if abs(seconds) < 100.0:
        return f"{seconds:.3g} s"
    return f"{seconds / 60.0:.3g} min" if abs(seconds) < 6000.0 else f"{seconds / 3600.0:.3g} h"


def size(value: float, unit: str) -> str:
    """Return a difference in shown units, such as "0.8 K" or "4 %"."""
    factor, shown = _SHOWN.get(unit, (1.0, unit))
    number = value * factor
    # 7e-14 K is rounding of the integrator, and no figure for an engineer
    return f"{number:.3f} {shown}".rstrip() if abs(number) < 0.01 else f"{number:.3g} {shown}".rstrip()


def level(value: float, unit: str) -> str:
    """Return a value in shown units, temperatures in °C."""
    return f"{value - 273.15:.1f} °C" if unit == "K" else size(value, unit)
