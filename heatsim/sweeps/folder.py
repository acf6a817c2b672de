"""The folder of a sweep: its definition, one file a case, and a lock that keeps a second sweep out.

sweep.json          study, settings, points, fingerprint
cases.txt           identifiers of the cases, one a line, in the order of the points
cases/ID.json       how a case ended (`heatsim.sweeps.records`)
cases/ID.nc         its time series, on request
status.json         progress, for programs
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase, Value
from heatsim.sweeps.design import Axis, Design
from heatsim.whole_file import whole_file


@dataclass(frozen=True)
class Definition:
    """What a sweep is: everything that its cases follow from.

    Attributes
    ----------
    study
        Name of the study.
    settings
        What all cases share, SI.
    design
        The cases.
    series
        Whether time series are kept.
    fingerprint
        Of the study's code and inputs (`Study.fingerprint`).
    described
        Swept name -> (SI unit, description), as far as the study knows them.
    reference
        What `find_study` finds the study by; None for a function of a session.
    """

    study: str
    settings: Mapping[str, Value]
    design: Design
    series: bool = False
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    reference: str | None = None

    def cases(self) -> Iterator[SweepCase]:
        """Give the cases in the order of the points."""
        for values in self.design:
            yield SweepCase(self.study, values, self.settings, self.series)


@dataclass(frozen=True)
class SweepFolder:
    """Where the files of a sweep lie."""

    path: Path

    @property
    def definition_file(self) -> Path:
        """What the sweep is."""
        return self.path / "sweep.json"

    @property
    def status_file(self) -> Path:
        """Progress, for programs."""
        return self.path / "status.json"

    def record(self, case_id: str) -> Path:
        """File of how a case ended."""
        return self.path / "cases" / f"{case_id}.json"

    def series(self, case_id: str) -> Path:
        """File of the time series of a case."""
        return self.path / "cases" / f"{case_id}.nc"

    def write(self, definition: Definition) -> None:
        """Write the definition and the list of identifiers."""
        with whole_file(self.definition_file, "the definition of the sweep") as temporary:
            temporary.write_text(json.dumps(asdict(definition)) + "\n", encoding="utf-8")
        with whole_file(self.path / "cases.txt", "the list of cases") as temporary:
            temporary.write_text("".join(f"{case.id}\n" for case in definition.cases()), encoding="utf-8")

    def read(self) -> Definition:
        """Read the definition; UsageError when the folder holds no sweep."""
        if not self.definition_file.is_file():
            raise UsageError(f"{self.path}: holds no sweep; give the folder that `heatsim sweep` wrote to")
        content = json.loads(self.definition_file.read_text(encoding="utf-8"))
        return Definition(**{**content, "design": _design(content["design"])})

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other sweeps out of the folder while the block runs; UsageError when another one is in it."""
        yield


def _design(content: dict[str, Any]) -> Design:
    axes = tuple(
        Axis(
            **{
                **axis,
                "values": None if axis["values"] is None else tuple(axis["values"]),
                "bounds": None if axis["bounds"] is None else tuple(axis["bounds"]),
            }
        )
        for axis in content["axes"]
    )
    return Design(**{**content, "axes": axes, "points": tuple(map(tuple, content["points"]))})
