"""What a sweep is, before anything of it runs: study, definition and folder, checked against each other.

Everything that runs cases (this machine, Dask, one case of a cluster's array) or only shows them (a dry run) begins
with a plan, made from a call (`plan`) or read from a folder (`planned`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from heatsim import units
from heatsim.errors import UnitError, UsageError
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.design.combining import design
from heatsim.sweeps.design.values import in_own_unit, read_value
from heatsim.sweeps.keeping.definition import Definition
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import CaseRecord
from heatsim.sweeps.studies.fingerprint import fingerprint_of
from heatsim.sweeps.studies.study import Study, find_study

_CHECKED = 50
"""Values of an axis that are all checked before anything runs; of more numbers only the lowest and the highest are."""


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
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    series: bool | str | Sequence[str] = False,
) -> SweepPlan:
    """Return a sweep that could be run; parameters as for `heatsim.sweep`.

    Raises
    ------
    UsageError
        For a study that there is not, names and values that it cannot take, and cases that cannot be made.
    """
    found = find_study(study)
    shared = {name: _setting(name, given, found.describe(name)[0]) for name, given in (settings or {}).items()}
    cases = design(
        over,
        sample=sample,
        constraints=constraints,
        seed=seed,
        settings=shared,
        unit_of=lambda name: found.describe(name)[0],
    )
    described = {name: found.describe(name) for name in (*cases.names, *shared)}
    for name in cases.names:
        if name in shared:
            raise UsageError(f"'{name}' is swept and set for all cases; leave one out")
    definition = Definition(
        found.name,
        shared,
        cases,
        (series,) if isinstance(series, str) else series if isinstance(series, bool) else tuple(series),
        fingerprint_of(found, shared, cases),
        described,
        found.reference(),
    )
    for case in _telling(definition):
        try:
            found.check(case)
        except UsageError as error:
            if len(cases.names) > 1:
                from heatsim.sweeps.case_texts import CaseTexts

                error.args = (f"{error} (case {CaseTexts(definition).line(case)}; constraints leave cases out)",)
            raise
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
    fingerprint = fingerprint_of(found, definition.settings, definition.design)
    return SweepPlan(found, replace(definition, fingerprint=fingerprint), where)


def _setting(name: str, given: Any, expected: str | None) -> Value:
    value, unit = read_value(name, given)
    if unit and expected is not None and not units.compatible(unit, expected):
        raise UnitError(f"{name}: '{given}' is in '{unit}', but it must convert to '{expected or '1'}'")
    return in_own_unit(name, value, unit, expected)


def _telling(definition: Definition) -> Iterator[SweepCase]:
    """Give cases in which each value of each axis occurs; of an axis with many numbers, the lowest and the highest."""
    left: list[set[Value]] = []
    for column in zip(*definition.design.points, strict=True):
        values = set(column)
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(values) > _CHECKED and len(numbers) == len(values):
            values = {min(numbers), max(numbers)}
        left.append(values)
    for point, case in zip(definition.design.points, definition.cases(), strict=True):
        if not any(left):
            return
        if any(value in values for value, values in zip(point, left, strict=True)):
            for value, values in zip(point, left, strict=True):
                values.discard(value)
            yield case
