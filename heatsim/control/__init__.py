"""Controllers: continuous PI and algebraic units, staging, and the sampled supervisor of the plant."""

from heatsim.control.continuous_supervisor import ContinuousSupervisor
from heatsim.control.expression import Expression, split_range
from heatsim.control.lag import Lag
from heatsim.control.pi import PI
from heatsim.control.staging import StagingLimits, StagingState, stage, stop_all
from heatsim.control.supervisor import Mode, Supervisor

__all__ = [
    "PI",
    "ContinuousSupervisor",
    "Expression",
    "Lag",
    "Mode",
    "StagingLimits",
    "StagingState",
    "Supervisor",
    "split_range",
    "stage",
    "stop_all",
]
