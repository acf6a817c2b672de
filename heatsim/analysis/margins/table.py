"""Margins of the loops of a system as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heatsim.errors import UsageError, near_miss

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LoopMargins:
    """How far a loop is from hunting; angles in degrees, frequencies in rad/s, times in s.

    Attributes
    ----------
    loop
        Name of the loop.
    stable
        Whether the closed system has no unstable mode that this loop has a part in, by its eigenvalues. False also
        when it is not known; see `verdict`.
    gain_margin
        Factor on the controller gain at which stability is lost (inf: at none). Of an unstable loop: the nearest
        factor at which it becomes stable; NaN when no gain of this loop does.
    phase_margin
        Negative when unstable; inf when the gain is below 1 at all frequencies.
    delay_margin
        Additional dead time that makes it unstable; 0 when it is.
    Ms
        Maximum sensitivity; inf when unstable. 1.2 to 2 is usual (Aström and Hägglund, Advanced PID Control, 2006).
    w_critical, w_crossover
        Frequencies of gain margin and phase margin.
    response
        L(j*omega) with negative feedback, `control.FRD`; None for a loop that cannot be opened.
    gain_reduction
        Factor below 1 at which a conditionally stable loop loses stability; 0 for others.
    eigenvalue, damping, period
        The least damped mode that the loop has a part in, or the fastest growing: 1/s, ratio, s.
    owner
        Loop whose gain moves this mode most.
    units
        Share of the units in this mode, largest first.
    method
        "continuous", or what was done about sampling.
    warning
        Why the linear model may not hold here; empty when nothing is known against it.
    acts
        False when the command does not reach the measurement at this point: the loop is open by itself.
    known
        False when the loop has no linear model here; `stable` is False then.
    """

    loop: str
    stable: bool
    gain_margin: float
    phase_margin: float
    delay_margin: float
    Ms: float
    w_critical: float
    w_crossover: float
    response: Any = field(repr=False)
    gain_reduction: float = 0.0
    eigenvalue: complex = complex("nan")
    damping: float = math.nan
    period: float = math.nan
    owner: str = ""
    units: dict[str, float] = field(default_factory=dict)
    method: str = "continuous"
    warning: str = ""
    acts: bool = True
    known: bool = True

    @property
    def verdict(self) -> str:
        """One word: stable, unstable, open (nothing to be stable about), or unknown."""
        if not self.known:
            return "unknown"
        return "open" if not self.acts else "stable" if self.stable else "unstable"

    def to_dict(self) -> dict[str, Any]:
        """Figures without the response, for JSON: infinities and NaN as text."""
        values = {name: getattr(self, name) for name in _FIGURES} | {
            "verdict": self.verdict,
            "growth": self.eigenvalue.real,
        }
        return {name: _plain(value) for name, value in values.items()}


_FIGURES = (
    "loop",
    "stable",
    "acts",
    "known",
    "gain_margin",
    "gain_reduction",
    "phase_margin",
    "delay_margin",
    "Ms",
    "w_critical",
    "w_crossover",
    "damping",
    "period",
    "owner",
    "method",
    "warning",
)


_WIDTHS = (8, 8, 10, 7, 9, 10)


@dataclass(frozen=True)
class MarginTable:
    """Rows by loop; `table["tcs_temperature"]`.

    Attributes
    ----------
    rows
        One for each loop.
    system, at
        Name of the system, and the operating point in words.
    stable
        Whether no mode at all grows, also none that belongs to no loop.
    """

    rows: dict[str, LoopMargins]
    system: str
    at: str
    stable: bool

    def __getitem__(self, loop: str) -> LoopMargins:
        if loop not in self.rows:
            raise UsageError(
                f"no margins of loop '{loop}'{near_miss(loop, self.rows)}; there are {', '.join(self.rows)}"
            )
        return self.rows[loop]

    def __iter__(self) -> Iterator[LoopMargins]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def to_pandas(self) -> pd.DataFrame:
        """Return the figures with the loops as index."""
        import pandas as pd

        frame = pd.DataFrame([{name: getattr(row, name) for name in _FIGURES} for row in self])
        return frame.set_index("loop")

    def to_json(self) -> str:
        """Return the figures as JSON; infinite ones are the text "inf", unknown ones null."""
        rows = [row.to_dict() for row in self]
        return json.dumps({"system": self.system, "at": self.at, "stable": self.stable, "loops": rows}, indent=1)

    def __str__(self) -> str:
        names = ("GM", "PM °", "delay s", "Ms", "damping", "period s")
        columns = "".join(f"{name:>{width}}" for name, width in zip(names, _WIDTHS, strict=True))
        head = f"{'loop':<22}{'verdict':<10}{columns}  mode of"
        lines = [f"{self.system}: margins of the control loops ({self.at})", head]
        for row in self:
            verdict = row.verdict.replace("unstable", "UNSTABLE")
            values = (row.gain_margin, row.phase_margin, row.delay_margin, row.Ms, row.damping, row.period)
            numbers = "".join(f"{_number(value):>{width}}" for value, width in zip(values, _WIDTHS, strict=True))
            units = ", ".join(f"{unit} {share:.0%}" for unit, share in list(row.units.items())[:2])
            mode = f"{row.owner or '-'}{f' ({units})' if units else ''}"
            lines.append(f"{row.loop:<22}{verdict:<10}{numbers}  {mode}")
            if row.gain_reduction:
                lines.append(f"{'':<22}also unstable with the gain below {row.gain_reduction:.3g} of its setting")
            if row.method != "continuous":
                lines.append(f"{'':<22}{row.method}")
            if row.warning:
                lines.append(f"{'':<22}note: {row.warning}")
        return "\n".join(lines)

    def print(self) -> None:
        """Print the table."""
        print(self)


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{value:.3g}" if abs(value) < 1e4 else f"{value:.0f}" if abs(value) < 1e6 else f"{value:.1e}"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
