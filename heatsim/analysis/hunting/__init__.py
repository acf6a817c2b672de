"""Control-loop hunting: which loop hunts, when, and why."""

from heatsim.analysis.hunting.detect import hunting
from heatsim.analysis.hunting.figures import LoopVerdict
from heatsim.analysis.hunting.signals import LoopSignals, loop_signals
from heatsim.analysis.hunting.table import HuntingTable
from heatsim.analysis.hunting.thresholds import Thresholds
from heatsim.analysis.hunting.vocabulary import Cause, Verdict

__all__ = ["Cause", "HuntingTable", "LoopSignals", "LoopVerdict", "Thresholds", "Verdict", "hunting", "loop_signals"]
