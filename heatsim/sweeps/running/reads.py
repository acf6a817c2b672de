"""Which values of a case a function reads: one that it never reads is swept in vain, most often for a typing error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from heatsim.errors import near_miss
from heatsim.sweeps.case import SweepCase, Value


def watched(case: SweepCase) -> tuple[SweepCase, set[str]]:
    """Return a case with values of its own, and the names that are asked of it, which grow while it is used."""
    asked: set[str] = set()
    return replace(case, values=_Watched(case.values, asked), settings=_Watched(case.settings, asked)), asked


def unread(case: SweepCase, asked: set[str]) -> list[str]:
    """Return the names that nothing has asked for, each with the most similar one that was asked for in vain."""
    given = {*case.values, *case.settings}
    return [f"'{name}'{near_miss(name, asked - given)}" for name in sorted(given - asked)]


class _Watched(dict[str, Value]):
    """A dictionary that notes the names it is asked for; who takes all of it has asked for all."""

    def __init__(self, values: Mapping[str, Value], asked: set[str]) -> None:
        super().__init__(values)
        self._asked = asked

    def _all(self) -> None:
        self._asked.update(super().keys())

    def __getitem__(self, name: str) -> Value:
        self._asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._asked.add(name)
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self._asked.add(name)
        return super().pop(name, *default)

    def __contains__(self, name: object) -> bool:
        if isinstance(name, str):
            self._asked.add(name)
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def keys(self) -> Any:
        self._all()
        return super().keys()

    def items(self) -> Any:
        self._all()
        return super().items()

    def values(self) -> Any:
        self._all()
        return super().values()

    def __or__(self, other: Any) -> Any:
        return dict(self) | other

    def __ror__(self, other: Any) -> Any:
        return other | dict(self)

    def copy(self) -> dict[str, Value]:
        return dict(self.items())

    def __repr__(self) -> str:
        self._all()
        return super().__repr__()

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self.items()),)
