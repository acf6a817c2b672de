"""One case of a sweep: the values that a study is run with, and an identifier made from nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, field

from heatsim.errors import UsageError, near_miss

Value = float | int | str | bool | None
"""What can be swept: a number in SI units, a name, a switch."""

ID_LENGTH = 16
"""Hexadecimal digits of an identifier: 64 bit, so that a million cases collide with a chance of 3e-8."""


@dataclass(frozen=True)
class SweepCase:
    """What a study function gets: `case["storage.V"]` is a value, `case.id` the identifier.

    Attributes
    ----------
    study
        Name of the study.
    values
        Swept names and their values in this case, SI.
    settings
        Names and values that all cases of the sweep share, SI.
    series
        Whether time series of the case are kept: all, none, or those that a name or pattern matches (`"storage.*"`); a
        study may save the work of making others.
    """

    study: str
    values: Mapping[str, Value]
    settings: Mapping[str, Value] = field(default_factory=dict)
    series: bool | tuple[str, ...] = False

    def __getitem__(self, name: str) -> Value:
        for given in (self.values, self.settings):
            if name in given:
                return given[name]
        known = list(self)
        raise UsageError(f"the case has no '{name}'{near_miss(name, known)}; it has {', '.join(known) or 'no values'}")

    def __contains__(self, name: object) -> bool:
        return name in self.values or name in self.settings

    def get(self, name: str, default: Value = None) -> Value:
        """Return a value, or the default when the sweep has none of that name."""
        for given in (self.values, self.settings):
            if name in given:
                return given[name]
        return default

    def __iter__(self) -> Iterator[str]:
        return iter({**self.settings, **self.values})

    def keys(self) -> KeysView[str]:
        """Return all names, so that `dict(case)` and `function(**case)` give all values."""
        return {**self.settings, **self.values}.keys()

    def __len__(self) -> int:
        return len({**self.settings, **self.values})

    @property
    def id(self) -> str:
        """Identifier of study and values: the same for the same content, whatever sweep it belongs to."""
        return identifier(self.study, {**self.settings, **self.values})

    def __str__(self) -> str:
        return ", ".join(f"{name} = {shown(value)}" for name, value in self.values.items())


def identifier(study: str, values: Mapping[str, Value]) -> str:
    """Return the identifier of a study with values; 2000 and 2000.0 are the same value."""
    content = {"study": study, "values": {name: _canonical(value) for name, value in values.items()}}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:ID_LENGTH]


def shown(value: Value) -> str:
    """Return a value for people: numbers with up to six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _canonical(value: Value) -> Value:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
