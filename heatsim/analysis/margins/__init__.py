"""How far control loops are from hunting: margins, maps of margins over load, and interaction of loops."""

from heatsim.analysis.margins.curve import Margins, margins_of
from heatsim.analysis.margins.interaction import RelativeGain, relative_gain
from heatsim.analysis.margins.loops import loop_margins
from heatsim.analysis.margins.over import critical_gain, margin_map, onset
from heatsim.analysis.margins.table import LoopMargins, MarginTable

__all__ = [
    "LoopMargins",
    "MarginTable",
    "Margins",
    "RelativeGain",
    "critical_gain",
    "loop_margins",
    "margin_map",
    "margins_of",
    "onset",
    "relative_gain",
]
