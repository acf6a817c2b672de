"""Systems of units: connections, checks before anything runs, and signals from outside."""

from heatsim.fmu.block import Port
from heatsim.system.protocols import ContinuousUnit, SampledUnit
from heatsim.system.signals import Signal
from heatsim.system.system import System

__all__ = ["ContinuousUnit", "Port", "SampledUnit", "Signal", "System"]
