"""How a class wants to be simulated: its `experiment` annotation, read from the source text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from heatsim.compiler.library import Library
from heatsim.errors import UsageError

_SILENT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_HEAD = r"\b(?:package|model|block|class|function|record|connector|type)\s+(?:extends\s+)?{name}\b"
_END = re.compile(r"\bend\s+(\w+)\s*;")
_EXPERIMENT = re.compile(r"\bannotation\s*\((?:[^;]*?[,(]\s*)?experiment\s*\(([^()]*)\)")
_ITEM = re.compile(r"(\w+)\s*=\s*([^,]+)")
_POINTS = 500


@dataclass(frozen=True)
class Experiment:
    """What the annotation says; None for what it leaves open. Times in s."""

    start: float = 0.0
    stop: float | None = None
    interval: float | None = None
    tolerance: float | None = None


def read_experiment(library: Library, model: str) -> Experiment:
    """Return the experiment annotation of a class of a library.

    An annotation counts for the class that it is written in, not for those that extend it.

    Raises
    ------
    UsageError
        When a value of the annotation is no number.
    """
    place = library.classes[model]
    text = place.file.read_text(encoding="utf-8-sig", errors="replace")
    begin = sum(len(line) + 1 for line in text.split("\n")[: place.line - 1])
    values: dict[str, float] = {}
    for name, written in annotated(text, model.rpartition(".")[2], begin).items():
        try:
            values[name] = float(written)
        except ValueError:
            raise UsageError(
                f"{model}: {name}={written} in its experiment annotation is no number; write one"
            ) from None
    return Experiment(
        values.get("StartTime", 0.0), values.get("StopTime"), values.get("Interval"), values.get("Tolerance")
    )


def annotated(text: str, name: str, begin: int) -> dict[str, str]:
    """Return what the experiment annotation of a class says, as it is written, by name.

    Parameters
    ----------
    text, name, begin
        Text of the file, name of the class, and where its declaration begins.
    """
    found = _EXPERIMENT.search(_own_text(text, name, begin))
    return {} if found is None else {key: value.strip() for key, value in _ITEM.findall(found[1])}


def _own_text(text: str, name: str, begin: int) -> str:
    """The text of a class without strings, comments and the classes inside of it."""
    text = _SILENT.sub(_blank, text)
    end = re.compile(rf"\bend\s+{re.escape(name)}\s*;").search(text, begin)
    own = text[begin : end.start() if end else len(text)]
    while True:
        closing = _END.search(own)
        if closing is None:
            return own
        heads = list(re.finditer(_HEAD.format(name=re.escape(closing[1])), own[: closing.start()]))
        own = own[: heads[-1].start() if heads else closing.start()] + own[closing.end() :]


def _blank(hit: re.Match[str]) -> str:
    """As long as what it replaces, so that places stay."""
    return re.sub(r"[^\n]", " ", hit[0])


def usual_interval(length: float) -> float:
    """Return 1, 2 or 5 times a power of ten that gives about 500 intervals, s, for a run of `length` s.

    Examples
    --------
    >>> usual_interval(3600.0), usual_interval(86400.0), usual_interval(180.0)
    (10.0, 200.0, 0.5)
    """
    wanted = length / _POINTS
    power = 10.0 ** math.floor(math.log10(wanted))
    return power * min((1.0, 2.0, 5.0, 10.0), key=lambda factor: abs(math.log(factor * power / wanted)))
