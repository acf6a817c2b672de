"""The words of the hunting analysis: what a loop does, and why."""

from __future__ import annotations

from enum import Enum


class Verdict(str, Enum):
    """What a loop does in a window of time."""

    CALM = "calm"
    SLUGGISH = "sluggish"
    OSCILLATING = "oscillating"
    LIMIT_CYCLE = "limit cycle"
    FORCED = "forced"
    SATURATED = "saturated"
    NUMERICAL = "numerical"
    UNDECIDED = "undecided"  # the data do not tell: too coarse, too short, missing values; never taken for calm

    @property
    def hunts(self) -> bool:
        """Whether the loop keeps moving by itself."""
        return self in (Verdict.OSCILLATING, Verdict.LIMIT_CYCLE)


class Cause(str, Enum):
    """Why a loop hunts."""

    OVERSIZED_VALVE = "oversized valve"
    INTERACTION = "interacting loops"
    SENSOR_LAG = "sensor lag"
    SLOW_SAMPLING = "sampling too slow"
    STICTION = "stiction"
    BACKLASH = "backlash"
    WINDUP = "windup"
    MINIMUM_LOAD = "below minimum load"
    RETURN_TEMPERATURE = "return-temperature feedback"
    TANK_CHATTER = "tank chatter"
    LOW_LOAD = "dead time at low load"
    PARALLEL_CDUS = "CDUs in parallel"
    TIGHT_TUNING = "tuned too tightly"
    FORCED = "forced from outside"
    NUMERICAL = "numerical"
    UNKNOWN = "unknown"
