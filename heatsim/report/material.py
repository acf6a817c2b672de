"""What a report of a sweep is made of: the sweep, how its cases ended, what makes a case good, what is drawn."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from heatsim.edge import Quantity
from heatsim.errors import HeatsimWarning
from heatsim.plot.sweep_values import quantity, status_of, swept_names
from heatsim.report.choices import Objective, Shown, check_figures, objective, telling
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.collection.opening import open_sweep
from heatsim.sweeps.design.expressions import Expression
from heatsim.sweeps.findings.best import best as best_cases
from heatsim.sweeps.findings.best import meets
from heatsim.sweeps.findings.table import case_table
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.survey import Failures

MOST_FAILED = 50
"""Failed cases that a report lists one by one."""
MOST_BEST = 10


@dataclass
class Records:
    """What the files of the cases say, read once.

    Attributes
    ----------
    failures
        Failed cases in groups of equal messages.
    failed
        The first failed cases with their records.
    seconds
        Time of each case that ended well, s.
    lost
        Time that failed cases have taken together, s.
    hosts
        Machine -> cases.
    begin, end
        When the first case began, and when the last one ended, UTC; None when nothing has run.
    states
        Fingerprint of the study as text -> cases that were run with it.
    attributes
        Of the run of the first case that ended well.
    """

    failures: Failures = field(default_factory=Failures)
    failed: list[tuple[SweepCase, CaseRecord]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lost: float = 0.0
    hosts: Counter[str] = field(default_factory=Counter)
    begin: dt.datetime | None = None
    end: dt.datetime | None = None
    states: Counter[str] = field(default_factory=Counter)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def add(self, case: SweepCase, record: CaseRecord) -> None:
        """Count a case that has ended."""
        made = record.provenance
        seconds = float(made.get("seconds", 0.0))
        if record.ok:
            self.seconds.append(seconds)
            self.attributes = self.attributes or dict(made.get("attributes", {}))
        else:
            self.failures.add(record)
            self.lost += seconds
            if len(self.failed) < MOST_FAILED:
                self.failed.append((case, record))
        if made.get("host"):
            self.hosts[str(made["host"])] += 1
        if made.get("fingerprint"):
            self.states[json.dumps(made["fingerprint"], sort_keys=True)] += 1
        if made.get("begin"):
            begin = dt.datetime.fromisoformat(str(made["begin"]))
            end = begin + dt.timedelta(seconds=seconds)
            self.begin = begin if self.begin is None else min(self.begin, begin)
            self.end = end if self.end is None else max(self.end, end)


@dataclass(frozen=True)
class Material:
    """A sweep and what its report says of it.

    Attributes
    ----------
    folder, definition, ds, records
        The sweep.
    counts
        Cases by how they stand.
    goal
        What makes a case good, or None.
    constraints, unmet
        Comparisons that a good case meets, and how many cases that ended well do not meet each.
    allowed
        Whether each case meets them all.
    best
        The best cases, SI, as `heatsim.sweeps.findings.best`; None without a goal.
    shown
        Figures that are drawn.
    """

    folder: SweepFolder
    definition: Definition
    ds: xr.Dataset
    records: Records
    counts: Mapping[str, int]
    goal: Objective | None
    constraints: tuple[str, ...]
    unmet: Mapping[str, int]
    allowed: xr.DataArray
    best: pd.DataFrame | None
    shown: Shown

    @property
    def total(self) -> int:
        """Cases of the sweep."""
        return len(self.definition.design)

    @property
    def names(self) -> list[str]:
        """Swept names with two values or more."""
        return [n for n in swept_names(self.ds) if np.unique(quantity(self.ds, n).values.astype(str)).size > 1]

    def quantity(self, name: str) -> Quantity:
        """Return a swept name or figure in units for people."""
        return quantity(self.ds, name)

    def best_values(self) -> dict[str, object] | None:
        """Return the swept values of the best case, SI."""
        if self.best is None or self.best.empty:
            return None
        first = self.best.iloc[0]
        return {name: _plain(first[name]) for name in swept_names(self.ds) if name in first}


def gather(
    folder: Path, figures: Sequence[str], best: str | None, largest: bool, constraints: Sequence[str]
) -> Material:
    """Read a sweep, finished or not, and choose what its report shows.

    Raises
    ------
    UsageError
        When the folder holds no sweep, or a name or constraint is wrong.
    """
    where = SweepFolder(folder)
    definition = where.read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HeatsimWarning)  # the notes of the Dataset are in the report
        ds = open_sweep(folder)
    records = Records()
    for case in definition.cases():
        record = where.kept(case.id)
        if record is not None:
            records.add(case, record)
    states = Counter(status_of(ds).ravel().tolist())
    counts = {name: states.get(name, 0) for name in ("ok", "failed", "missing")}
    table = case_table(ds)
    met, unmet = meets(table, constraints)
    allowed = ds["status"].copy(data=met.reshape(ds["status"].shape))
    if counts["ok"]:
        goal = objective(ds, best, largest)
        found = (
            None if goal is None else best_cases(ds, goal.figure, MOST_BEST, largest=largest, constraints=constraints)
        )
        first = [*([goal.figure] if goal else []), *_figures_of(constraints, table.units, ds)]
        shown = telling(ds, figures, first)
    else:
        check_figures(ds, [])
        goal, found, shown = None, None, Shown({}, {})
    return Material(where, definition, ds, records, counts, goal, tuple(constraints), unmet, allowed, found, shown)


def _figures_of(constraints: Sequence[str], units: Mapping[str, str], ds: xr.Dataset) -> list[str]:
    known = {str(name): units.get(str(name)) for name in ds.variables}
    swept = swept_names(ds)
    return [name for text in constraints for name in Expression(text, known).names if name not in swept]


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else value
