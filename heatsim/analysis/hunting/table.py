"""The hunting table: one verdict per loop and window, looked up, printed, and handed on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console

from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.printing import print_hunting
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.errors import UsageError, near_miss


@dataclass(frozen=True, eq=False)
class HuntingTable:
    """Verdicts on the control loops of a run.

    `table["tcs_temperature"]` is the row of a loop, `table["tcs_temperature", 1]` that of its second window.

    Attributes
    ----------
    rows
        One for each loop and window, windows of a loop together.
    dataset
        The run.
    thresholds
        What the verdicts rest on.
    refined
        The run with finer numerics; None when there was none.
    """

    rows: tuple[LoopVerdict, ...]
    dataset: xr.Dataset
    thresholds: Thresholds
    refined: xr.Dataset | None = None

    def __getitem__(self, key: str | tuple[str, int]) -> LoopVerdict:
        name, window = (key, None) if isinstance(key, str) else key
        rows = [row for row in self.rows if row.loop == name]
        if not rows:
            names = list(dict.fromkeys(row.loop for row in self.rows))
            raise UsageError(f"the table has no loop '{name}'{near_miss(name, names)}; it has {', '.join(names)}")
        if window is None and len(rows) > 1:
            raise UsageError(f"'{name}' has {len(rows)} windows: use table['{name}', 0] for the first")
        if not -len(rows) <= (window or 0) < len(rows):
            raise UsageError(f"'{name}' has {len(rows)} windows, counted from 0, and none of number {window}")
        return rows[window or 0]

    def __iter__(self) -> Iterator[LoopVerdict]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def hunting(self) -> tuple[LoopVerdict, ...]:
        """Rows of loops that hunt."""
        return tuple(row for row in self.rows if row.hunts)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each loop and window; columns are the attributes of `LoopVerdict`, SI."""
        return pd.DataFrame([row.record() for row in self.rows]).set_index(["loop", "start", "stop"])

    def to_xarray(self) -> xr.Dataset:
        """Return the figures over `loop` and `window`, fit for netCDF: text stays text, undefined numbers are NaN.

        `confirmed` is 1, 0, or -1 for "not tried".
        """
        loops = list(dict.fromkeys(row.loop for row in self.rows))
        spans = list(dict.fromkeys(row.window for row in self.rows))
        place = {(row.loop, row.window): row for row in self.rows}
        data: dict[str, Any] = {}
        for field in fields(LoopVerdict):
            if field.name in ("loop", "window"):
                continue
            cells = [[getattr(place.get((a, b)), field.name, None) for b in spans] for a in loops]
            data[field.name] = (("loop", "window"), _cells(field.name, str(field.type), cells))
        coords = {
            "loop": ("loop", np.array(loops, dtype=str)),
            "start": ("window", np.array([a for a, _ in spans]), {"units": "s"}),
            "stop": ("window", np.array([b for _, b in spans]), {"units": "s"}),
        }
        return xr.Dataset(data, coords=coords)

    def to_json(self) -> str:
        """Return the rows as a JSON list; an undefined figure is null."""
        return json.dumps([row.record() for row in self.rows], indent=2, ensure_ascii=False, allow_nan=False)

    def order(self, window: int = 0) -> pd.DataFrame:
        """Return which of the loops that swing together goes first.

        Loops whose periods differ by less than 10 % are a group. Phases lead or lag around a cycle, so the order is a
        hint to the source and no proof; what began first is another.

        Parameters
        ----------
        window
            Number of the window.

        Returns
        -------
        pandas.DataFrame
            Index `loop`; `group` (1, 2, …), `period` (s), `begin` (s), `share` (amplitude over the negligible one), and
            `lead`: time by which the loop's controlled variable is ahead of that of the group's first loop, s, between
            minus and plus half a period. The loop that swings most, by `share`, is the first of its group.
        """
        names = list(dict.fromkeys(row.loop for row in self.rows))
        moving = [row for row in (self[name, window] for name in names) if row.period and row.phase is not None]
        shares = {row.loop: (row.amplitude or 0.0) / (row.negligible or float("inf")) for row in moving}
        lines: list[dict[str, Any]] = []
        left = sorted(moving, key=lambda row: -shares[row.loop])
        group = 0
        while left:
            group += 1
            first = left[0]
            assert first.period is not None
            together = [row for row in left if abs((row.period or 0.0) / first.period - 1.0) < 0.1]
            left = [row for row in left if row not in together]
            for row in together:
                turn = float(np.angle(np.exp(1j * ((row.phase or 0.0) - (first.phase or 0.0)))))
                lines.append(
                    {
                        "loop": row.loop,
                        "group": group,
                        "period": row.period,
                        "begin": row.begin,
                        "share": shares[row.loop],
                        "lead": turn / (2.0 * np.pi) * first.period,
                    }
                )
        columns = ["loop", "group", "period", "begin", "share", "lead"]
        return pd.DataFrame(lines, columns=columns).set_index("loop")

    def print(self, console: Console | None = None) -> None:
        """Print the table: loops that hunt first, amplitudes in K, kPa or percent, times in s, min or h.

        On a terminal of fewer than 110 columns the figures of the actuator are left out.
        """
        print_hunting(self.rows, console or Console())

    def __repr__(self) -> str:
        count = Counter(row.verdict.value for row in self.rows)
        return f"HuntingTable({', '.join(f'{number} {name}' for name, number in count.items())})"


def _cells(name: str, kind: str, cells: list[list[Any]]) -> np.ndarray:
    if name == "verdict":
        return np.array([["" if c is None else c.value for c in row] for row in cells], dtype=str)
    if kind.startswith("str"):
        return np.array([["" if c is None else c for c in row] for row in cells], dtype=str)
    if name == "confirmed":
        return np.array([[-1 if c is None else int(c) for c in row] for row in cells], dtype=np.int8)
    return np.array([[np.nan if c is None else float(c) for c in row] for row in cells])
