"""A case before and after a change of its controllers, judged by the hunting detectors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table
from scipy.integrate import trapezoid

from heatsim.analysis.hunting import HuntingTable, hunting
from heatsim.analysis.hunting.signals import loop_signals
from heatsim.case import Case
from heatsim.tuning.report import finite


@dataclass(frozen=True)
class Comparison:
    """Two runs and what their loops did.

    Attributes
    ----------
    loop
        Loop that was changed.
    before, after
        Verdicts on all loops.
    error
        Integral of the absolute error over the run by loop, before and after, unit of the measurement times s; loops
        without a set point or with signals that cannot be judged are left out.
    """

    loop: str
    before: HuntingTable
    after: HuntingTable
    error: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def datasets(self) -> tuple[xr.Dataset, xr.Dataset]:
        """The runs before and after."""
        return self.before.dataset, self.after.dataset

    @property
    def worse(self) -> tuple[str, ...]:
        """Loops that hunt after the change and did not before."""
        hunted = {row.loop for row in self.before.hunting}
        return tuple(dict.fromkeys(row.loop for row in self.after.hunting if row.loop not in hunted))

    def table(self) -> pd.DataFrame:
        """Return one row for each loop and window: verdict, amplitude, period, travel before and after, SI."""
        rows: list[dict[str, Any]] = []
        for a, b in zip(self.before, self.after, strict=True):
            row: dict[str, Any] = {"loop": a.loop, "start": a.window[0], "stop": a.window[1]}
            for when, verdict in (("before", a), ("after", b)):
                row[f"verdict_{when}"] = verdict.verdict.value
                row |= {f"{key}_{when}": getattr(verdict, key) for key in ("amplitude", "period", "travel")}
            row["iae_before"], row["iae_after"] = self.error.get(a.loop, (np.nan, np.nan))
            rows.append(row)
        return pd.DataFrame(rows).set_index(["loop", "start", "stop"])

    def print(self, console: Console | None = None) -> None:
        """Print one line for each loop."""
        table = Table(title=f"before and after the change of {self.loop}", title_justify="left")
        for name in ("loop", "before", "after", "amplitude", "period s", "travel", "integral of |error|"):
            table.add_column(name)
        for key, row in self.table().iterrows():
            cells = [f"{_number(row[f'{k}_before'])} -> {_number(row[f'{k}_after'])}" for k in _PAIRS]
            name = str(key[0]) + (" *" if key[0] == self.loop else "")
            table.add_row(name, str(row["verdict_before"]), str(row["verdict_after"]), *cells)
        (console or Console(width=140)).print(table)

    def to_json(self) -> str:
        """Return the table as JSON; unknown values are null."""
        rows = [finite(row) for row in self.table().reset_index().to_dict("records")]
        return json.dumps({"loop": self.loop, "worse": list(self.worse), "loops": rows}, indent=1)


_PAIRS = ("amplitude", "period", "travel", "iae")


def compare(before: Case, after: Case, loop: str, windows: Any = None) -> Comparison:
    """Run two cases and judge their loops; hunting verdicts are confirmed by finer runs.

    Parameters
    ----------
    before, after
        Cases of one plant with different controllers.
    loop
        Loop that was changed, for the tables.
    windows
        As for `hs.hunting`.
    """
    tables = [hunting(case, windows=windows) for case in (before, after)]
    errors = [absolute_errors(table.dataset, before.system.loops) for table in tables]
    both = {name: (errors[0][name], errors[1][name]) for name in errors[0] if name in errors[1]}
    return Comparison(loop, tables[0], tables[1], both)


def absolute_errors(ds: xr.Dataset, loops: Iterable[str]) -> dict[str, float]:
    """Integral of the absolute error over a run for each loop that has a set point."""
    found = {}
    for name in loops:
        signals = loop_signals(ds, name)
        if signals.refused is None and signals.setpoint is not None:
            found[name] = float(trapezoid(np.abs(signals.error), signals.time))
    return found


def _number(value: Any) -> str:
    return "-" if value is None or not np.isfinite(value) else f"{value:.3g}"
