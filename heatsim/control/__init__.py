"""Controllers, continuous and sampled, with what stands around them: sensors, actuators, staging, the supervisor."""

from heatsim.control.cascade import cascade
from heatsim.control.continuous_supervisor import ContinuousSupervisor
from heatsim.control.delay import FirstOrder, TransportDelay
from heatsim.control.expression import Expression, split_range
from heatsim.control.lag import Lag
from heatsim.control.on_off import OnOff
from heatsim.control.pi import PI
from heatsim.control.pid import PID
from heatsim.control.positioner import Positioner
from heatsim.control.sampled_pid import SampledPID
from heatsim.control.schedule import GainSchedule
from heatsim.control.scheduled_supervisor import INTERVENTIONS, Intervention, ScheduledSupervisor
from heatsim.control.sensor import SampledSensor, Sensor
from heatsim.control.staging import StagingLimits, StagingState, stage, stage_towards, stop_all
from heatsim.control.supervisor import Mode, Supervisor

__all__ = [
    "INTERVENTIONS",
    "PI",
    "PID",
    "ContinuousSupervisor",
    "Expression",
    "FirstOrder",
    "GainSchedule",
    "Intervention",
    "Lag",
    "Mode",
    "OnOff",
    "Positioner",
    "SampledPID",
    "SampledSensor",
    "ScheduledSupervisor",
    "Sensor",
    "StagingLimits",
    "StagingState",
    "Supervisor",
    "TransportDelay",
    "cascade",
    "split_range",
    "stage",
    "stage_towards",
    "stop_all",
]
