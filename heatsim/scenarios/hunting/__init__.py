"""Scenarios of control-loop hunting: eleven causes on the reference plant, each with a cure."""

from heatsim.scenarios.hunting.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {}
"""The scenarios by name."""

__all__ = ["SCENARIOS", "Scenario"]
