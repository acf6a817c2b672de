"""Control-loop hunting: which loop hunts, when, and why."""

from heatsim.analysis.hunting.vocabulary import Cause, Verdict

__all__ = ["Cause", "Verdict"]
