"""What a sweep is, before anything of it runs: study, definition and folder, checked against each other.

Everything that runs cases (this machine, Dask, one case of a cluster's array) or only shows them (a dry run) begins
with a plan, made from a call (`plan`) or read from a folder (`planned`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.definition import Definition
from heatsim.sweeps.design import design
from heatsim.sweeps.folder import SweepFolder
from heatsim.sweeps.records import CaseRecord
from heatsim.sweeps.study import Study, find_study


@dataclass(frozen=True)
class SweepPlan:
    """A sweep that could be run.

    Attributes
    ----------
    study
        What runs.
    definition
        What it is run with.
    folder
        Where the cases are kept.
    """

    study: Study
    definition: Definition
    folder: SweepFolder


def runs(record: CaseRecord | None, retry_failed: bool) -> bool:
    """Whether a case is to be run, given how it ended so far: a process killed from outside says nothing of it."""
    return record is None or (not record.ok and (retry_failed or record.reason == "killed"))


def plan(
    study: str | Path | Study | Callable[[SweepCase], Any],
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    out: str | Path,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    settings: Mapping[str, Value] | None = None,
    seed: int = 0,
    series: bool | Sequence[str] = False,
) -> SweepPlan:
    """Return a sweep that could be run; parameters as for `heatsim.sweep`.

    Raises
    ------
    UsageError
        For a study that there is not, names and values that it cannot take, and cases that cannot be made.
    """
    found = find_study(study)
    cases = design(over, sample=sample, constraints=constraints, seed=seed)
    definition = Definition(
        found.name,
        settings or {},
        cases,
        series if isinstance(series, bool) else tuple(series),
        found.fingerprint(),
        {name: found.describe(name) for name in cases.names},
        found.reference(),
    )
    for case in definition.cases():
        found.check(case)
    return SweepPlan(found, definition, SweepFolder(Path(out)))


def planned(folder: str | Path) -> SweepPlan:
    """Return the sweep that a folder holds, with the study as it is now.

    Raises
    ------
    UsageError
        When the folder holds no sweep, or its study cannot be found from what the folder says.
    """
    where = SweepFolder(Path(folder))
    definition = where.read()
    if not definition.reference:
        raise UsageError(
            f"{where.path}: its study '{definition.study}' is a function of a session and cannot be found again; "
            "give the study as well"
        )
    found = find_study(definition.reference)
    return SweepPlan(found, replace(definition, fingerprint=found.fingerprint()), where)
