"""Scenarios of control-loop hunting: eleven causes on the reference plant, each with a cure."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from heatsim.errors import UsageError, near_miss
from heatsim.scenarios import HUNTING
from heatsim.scenarios.hunting.scenario import Scenario

__all__ = ["SCENARIOS", "Scenario"]


class _Scenarios(Mapping[str, Scenario]):
    """The scenarios by name; the module of each is loaded when it is asked for."""

    def __getitem__(self, name: str) -> Scenario:
        if name not in HUNTING:
            raise UsageError(f"no scenario '{name}'{near_miss(name, HUNTING)}; there are {', '.join(HUNTING)}")
        scenario = importlib.import_module(f"{__name__}.{name}").SCENARIO
        assert isinstance(scenario, Scenario)
        return scenario

    def __iter__(self) -> Iterator[str]:
        return iter(HUNTING)

    def __len__(self) -> int:
        return len(HUNTING)

    def __contains__(self, name: object) -> bool:
        return name in HUNTING


SCENARIOS: Mapping[str, Scenario] = _Scenarios()
"""The scenarios by name."""
