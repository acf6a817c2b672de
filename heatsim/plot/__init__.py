"""Figures of a run: one function a figure, each returns a matplotlib Figure; `save_all` writes them as PNG files."""

from heatsim.plot.figures import FIGURES, heat_flows, operation, save_all, tank, temperatures
from heatsim.plot.overview import overview

__all__ = ["FIGURES", "heat_flows", "operation", "overview", "save_all", "tank", "temperatures"]
