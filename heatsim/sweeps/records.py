"""The file of a case: what it was run with, how it ended, its figures, and how they were made.

JSON, written under a temporary name and renamed, so that a file that is there is whole. Time series lie beside it as
netCDF, written before it: a record never names series that are not there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from heatsim.errors import HeatsimError
from heatsim.sweeps.case import Value
from heatsim.sweeps.outcome import CaseFigure
from heatsim.whole_file import whole_file

OK = "ok"
FAILED = "failed"

REASONS = {
    "exception": "the study raised an exception",
    "solver": "the simulation failed",
    "checks": "the run ended and did not pass its checks",
    "time limit": "it took longer than a case may",
    "memory limit": "it took more memory than a case may",
    "crash": "its process crashed, or ended itself",
    "killed": "its process was ended from outside, again and again",
    "result": "what the study returned cannot be kept",
}
"""Reasons of a failure."""


@dataclass(frozen=True)
class CaseRecord:
    """How a case ended.

    Attributes
    ----------
    id, values
        Identifier, and what is swept.
    status
        `ok` or `failed`.
    reason, message, log
        Of a failure: key of `REASONS`, one line for people, and the last lines that were printed with the traceback.
    figures
        Numbers of a good case; empty of a failed one.
    series
        Whether `ID.nc` holds its time series.
    provenance
        Fingerprint of the study, versions, attributes of the run, host, times.
    """

    id: str
    values: Mapping[str, Value]
    status: str
    reason: str = ""
    message: str = ""
    log: str = ""
    figures: Mapping[str, CaseFigure] = field(default_factory=dict)
    series: bool = False
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the case ended well."""
        return self.status == OK


def write_record(record: CaseRecord, file: Path) -> None:
    """Write a record, whole or not at all; UsageError when it cannot be written."""
    content = asdict(record)
    content["figures"] = {
        name: {**vars(figure), "value": _plain(figure.value)} for name, figure in record.figures.items()
    }
    with whole_file(file, "the result of the case") as temporary:
        temporary.write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")


class DamagedRecord(HeatsimError):
    """The file of a case is none: written to its end by no process, or by another program."""


_FIELDS = tuple(field.name for field in fields(CaseRecord))


def read_record(file: Path) -> CaseRecord:
    """Read a record.

    Raises
    ------
    FileNotFoundError
        When there is none.
    DamagedRecord
        When the file is not one.
    """
    try:
        content = json.loads(file.read_bytes())
        content["figures"] = {
            name: CaseFigure(_number(figure["value"]), figure["units"], figure["long_name"])
            for name, figure in content["figures"].items()
        }
        return CaseRecord(**{name: content[name] for name in _FIELDS})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedRecord(f"{file}: is damaged; the sweep runs its case again when it is resumed") from error


def _plain(value: Value) -> Any:
    """JSON has no numbers that are not finite."""
    return {"number": repr(value)} if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Any) -> Value:
    return float(value["number"]) if isinstance(value, dict) else value
