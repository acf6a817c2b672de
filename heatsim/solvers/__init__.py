"""Time: the monolithic reference, co-simulation by macro steps, and steady states."""

from heatsim.solvers.steady import TrimPoint
from heatsim.solvers.trim import trim

__all__ = ["TrimPoint", "trim"]
