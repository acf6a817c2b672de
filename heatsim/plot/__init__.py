"""Figures of a run: one function a figure, each returns a matplotlib Figure; `save_all` writes them as PNG files."""

from heatsim.plot.figures import FIGURES, heat_flows, operation, save_all, tank, temperatures
from heatsim.plot.model import edge_units, variables
from heatsim.plot.overview import overview

__all__ = [
    "FIGURES",
    "edge_units",
    "heat_flows",
    "operation",
    "overview",
    "save_all",
    "tank",
    "temperatures",
    "variables",
]
