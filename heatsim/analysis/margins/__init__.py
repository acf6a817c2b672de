"""How far control loops are from hunting: margins, maps of margins over load, and interaction of loops."""

from heatsim.analysis.margins.curve import Margins, margins_of
from heatsim.analysis.margins.loops import loop_margins
from heatsim.analysis.margins.table import LoopMargins, MarginTable

__all__ = ["LoopMargins", "MarginTable", "Margins", "loop_margins", "margins_of"]
