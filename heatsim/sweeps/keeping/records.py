"""The file of a case: what it was run with, how it ended, its figures, and how they were made.

JSON, written under a temporary name and renamed, so that a file that is there is whole. Arrays lie beside it as netCDF,
written before it: a record never names arrays that are not there.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from heatsim.errors import HeatsimError, UsageError
from heatsim.sweeps.case import Value
from heatsim.sweeps.keeping.arrays import KeptArray, KeptArrays
from heatsim.sweeps.keeping.files_read import FilesRead
from heatsim.sweeps.keeping.outcome import CaseFigure
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

UNREAD = "unread"
"""Where the provenance of a case has the names that its study did not read."""


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
        Single values of a good case; empty of a failed one.
    arrays
        What `ID.nc` holds, or None when there is no such file.
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
    arrays: KeptArrays | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the case ended well."""
        return self.status == OK


class CaseNotes:
    """What is to be said of cases that ended well: messages, names that none has read, files that were not the same.

    Names that no case reads change nothing, most often for a typing error.

    Attributes
    ----------
    files
        That the cases have opened.
    """

    def __init__(self) -> None:
        self.files = FilesRead()
        self._messages = Counter[str]()
        self._unread: set[str] | None = None

    def add(self, record: CaseRecord) -> None:
        """Take a case that ended well."""
        if record.message:
            self._messages.update([record.message])
        self.files.add(record.provenance)
        names = set(record.provenance.get(UNREAD, ()))
        self._unread = names if self._unread is None else self._unread & names

    def lines(self) -> list[str]:
        """Return a line for each."""
        return [
            *(f"{message} in {count} of the cases" for message, count in self._messages.items()),
            *(f"no case has read {name}: it changes nothing" for name in sorted(self._unread or ())),
            *self.files.lines(),
        ]


AGAIN = "its case runs again when the sweep is resumed"
"""Next step for damaged files."""


class DamagedRecord(HeatsimError):
    """The file of a case is none: not written to its end, or by another program."""


class CannotKeep(UsageError):
    """The folder takes no more files, as when the disk is full: no case that runs now could be kept."""


class FolderGone(CannotKeep):
    """The folder of the sweep has been removed or renamed."""


_FIELDS = tuple(field.name for field in fields(CaseRecord))


def write_record(record: CaseRecord, file: Path) -> None:
    """Write a record, whole or not at all; CannotKeep when it cannot be written."""
    content = {name: getattr(record, name) for name in _FIELDS}
    content["figures"] = {
        name: {**vars(figure), "value": _plain(figure.value)} for name, figure in record.figures.items()
    }
    content["values"], content["provenance"] = dict(record.values), dict(record.provenance)
    content["arrays"] = None if record.arrays is None else asdict(record.arrays)
    text = json.dumps(content, allow_nan=False)
    try:
        with whole_file(file, "the result of the case") as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
    except UsageError as error:
        raise CannotKeep(str(error)) from error


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
        if (arrays := content["arrays"]) is not None:
            heads = {n: KeptArray(tuple(a["dims"]), a["dtype"], a["units"]) for n, a in arrays["arrays"].items()}
            content["arrays"] = KeptArrays(
                arrays["digest"], heads, arrays["lengths"], arrays["coordinates"], arrays["size"]
            )
        return CaseRecord(**{name: content[name] for name in _FIELDS})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedRecord(f"{file}: is damaged; {AGAIN}") from error


def _plain(value: Value) -> Any:
    """JSON has no numbers that are not finite."""
    return {"number": repr(value)} if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Any) -> Value:
    return float(value["number"]) if isinstance(value, dict) else value
