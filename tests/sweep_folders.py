"""Folders of sweeps whose cases were kept without any process: what the collection reads, made in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.keep import keep
from heatsim.sweeps.keeping.outcome import outcome
from heatsim.sweeps.keeping.records import FAILED, CaseRecord, write_record


def defined(
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    sample: str = "grid",
    constraints: Sequence[str] = (),
    series: bool | tuple[str, ...] = True,
    **others: Any,
) -> Definition:
    """A definition of a sweep of the study `study`."""
    cases = design(over, sample=sample, constraints=constraints)
    return Definition("study", others.pop("settings", {}), cases, series, **others)


def kept_sweep(
    path: Path,
    over: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    study: Callable[[SweepCase], Any],
    *,
    only: Callable[[SweepCase], bool] = lambda case: True,
    provenance: Mapping[str, Any] | None = None,
    **others: Any,
) -> SweepFolder:
    """A folder of a sweep whose cases have been kept; those for which the study raises ValueError have failed.

    `only` says which cases have been run.
    """
    folder, definition = SweepFolder(path), defined(over, **others)
    with folder.lock():
        folder.begin(definition)
    for case in definition.cases():
        if not only(case):
            continue
        try:
            keep(folder, case, outcome(study(case)), provenance or {"seconds": 0.5, "host": "here"})
        except ValueError as error:
            failed = CaseRecord(case.id, dict(case.values), FAILED, "exception", str(error), "the log")
            write_record(failed, folder.record(case.id))
    return folder
