"""Time: the monolithic reference, co-simulation by macro steps, and steady states."""

from heatsim.solvers.steady import TrimPoint

__all__ = ["TrimPoint"]
