"""Figures of a sweep: each takes the Dataset of `heatsim.sweeps.open_sweep` and returns a matplotlib Figure."""

from heatsim.plot.sweep_effects import main_effects
from heatsim.plot.sweep_indices import sensitivity_bars
from heatsim.plot.sweep_map import heat_map
from heatsim.plot.sweep_parallel import parallel_coordinates

__all__ = ["heat_map", "main_effects", "parallel_coordinates", "sensitivity_bars"]
