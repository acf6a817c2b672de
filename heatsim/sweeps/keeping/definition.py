"""What a sweep is, as a file that other sessions and machines read: study, settings, cases, fingerprint."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from heatsim.errors import UsageError, listed
from heatsim.sweeps.case import SweepCase, Value, shown
from heatsim.sweeps.design.axis import Axis
from heatsim.sweeps.design.points import Design
from heatsim.whole_file import whole_file

_FORMAT = "heatsim sweep"
_VERSION = 1
_FILE = "file "  # begins the names of files of cases in a fingerprint


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
        Whether time series are kept: all, none, or those that a name or pattern matches (`"storage.*"`).
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
    series: bool | tuple[str, ...] = False
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    reference: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.series, bool):
            given = (self.series,) if isinstance(self.series, str) else tuple(self.series)
            object.__setattr__(self, "series", given)

    def cases(self) -> Iterator[SweepCase]:
        """Give the cases in the order of the points."""
        for values in self.design:
            yield SweepCase(self.study, values, self.settings, self.series)


def differences(old: Definition, new: Definition) -> list[str]:
    """Say in what the results of one definition cannot be taken for those of the other; an empty list: in nothing.

    Other points are no difference, as each case has an identifier of its own.
    """
    if old.study != new.study:
        return [f"the study is '{new.study}' and was '{old.study}'"]
    found = []
    for name in dict.fromkeys((*old.settings, *new.settings)):
        if name in (*old.design.names, *new.design.names):
            continue  # of the points of one of them
        was, now = (_canonical(d.settings[name]) if name in d.settings else "not given" for d in (old, new))
        if was != now:
            found.append(f"'{name}' is {now} and was {was}")
    changed = [
        key
        for key in dict.fromkeys((*old.fingerprint, *new.fingerprint))
        if old.fingerprint.get(key) != new.fingerprint.get(key)
    ]
    of_code = [key for key in changed if not key.startswith(_FILE)]
    if of_code:
        found.append(f"the study itself has changed ({listed(of_code, 4)})")
    of_files = [key for key in changed if key.startswith(_FILE) and key in old.fingerprint]
    named = _files_of(new) if of_files else set()
    # one that only the old one names belongs to points of its own, and one that was not there may come from the study
    if of_files := [key.removeprefix(_FILE) for key in of_files if key in {*new.fingerprint, *named}]:
        found.append(f"files have changed, or are others where heatsim is called now ({listed(of_files, 4)})")
    if old.series != new.series:
        found.append(f"series are {_series(new)} and were {_series(old)}")
    return found


def with_files_of(new: Definition, old: Definition) -> Definition:
    """Return a definition that also knows the files of cases which only an earlier one has: they may come back."""
    earlier = {key for key in old.fingerprint if key.startswith(_FILE) and key not in new.fingerprint}
    if not earlier:
        return new
    kept = {key: old.fingerprint[key] for key in sorted(earlier - _files_of(new))}
    return replace(new, fingerprint={**kept, **new.fingerprint})


def file_key(name: str, value: str) -> str:
    """Return the name that the files of a value have in a fingerprint."""
    return f"{_FILE}{name} = {value}"


def _files_of(definition: Definition) -> set[str]:
    """Return the names that files would have in the fingerprint, whether or not there are such files."""
    return {
        file_key(name, value)
        for values in (definition.settings, *definition.design)
        for name, value in values.items()
        if isinstance(value, str)
    }


def _canonical(value: Value) -> str:
    """Return a value with all its digits; 2 and 2.0 are the same, 1 and True are not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return shown(float(value)) if float(shown(float(value))) == value else repr(value)


def _series(definition: Definition) -> str:
    if isinstance(definition.series, bool):
        return "kept" if definition.series else "not kept"
    return f"those of {', '.join(definition.series)}"


def write_definition(definition: Definition, file: Path) -> None:
    """Write a definition, whole or not at all, and durable: everything else in the folder is useless without it."""
    content = {"format": _FORMAT, "version": _VERSION, **_shallow(definition)}
    with whole_file(file, "the definition of the sweep") as temporary, temporary.open("w", encoding="utf-8") as out:
        json.dump(content, out, default=_numpy)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())


def read_definition(file: Path) -> Definition:
    """Read a definition.

    Raises
    ------
    UsageError
        When the file is damaged, or of another version of heatsim.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("format", None) != _FORMAT:
            raise UsageError(f"{file}: is not of a sweep; give the folder that `heatsim sweep` wrote to")
        if (version := content.pop("version")) != _VERSION:
            raise UsageError(
                f"{file}: the sweep has format {version}, this heatsim reads format {_VERSION}; read it with the "
                "version of heatsim that wrote it"
            )
        content["design"] = _design(content["design"])
        content["described"] = {name: tuple(known) for name, known in content["described"].items()}
        return Definition(**content)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); check who may read it") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file}: is damaged; copy it from elsewhere, or run the sweep in another folder") from error


def _shallow(item: Any) -> dict[str, Any]:
    # asdict would copy a million points one by one
    content = {f.name: getattr(item, f.name) for f in fields(item)}
    if isinstance(item, Definition):
        content["design"] = _shallow(item.design)
        content["settings"], content["described"] = dict(item.settings), dict(item.described)
        content["fingerprint"] = dict(item.fingerprint)
    if isinstance(item, Design):
        content["axes"] = [asdict(axis) for axis in item.axes]
    return content


def _numpy(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    raise UsageError(f"'{value}' is a {type(value).__name__}, which cannot be swept; give numbers, texts or switches")


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _design(content: dict[str, Any]) -> Design:
    plain = {name: _tuples(value) for name, value in content.items() if name != "axes"}
    axes = tuple(Axis(**{name: _tuples(value) for name, value in axis.items()}) for axis in content["axes"])
    return Design(**plain, axes=axes)
