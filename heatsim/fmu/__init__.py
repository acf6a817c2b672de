"""One FMU: description, start values, and its equations for the solvers."""

from heatsim.fmu.block import Block, Port
from heatsim.fmu.description import Variable
from heatsim.fmu.fmu import Fmu

__all__ = ["Block", "Fmu", "Port", "Variable"]
