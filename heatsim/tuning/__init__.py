"""Cures for control loops that hunt: identification on the plant model, tuning rules, advisor, optimisation."""

from heatsim.tuning.advice import PointAdvice, TuningAdvice, tune
from heatsim.tuning.applying import apply_schedule, apply_settings
from heatsim.tuning.comparison import Comparison, compare
from heatsim.tuning.limits import Limit
from heatsim.tuning.optimise import Optimisation, optimise_loops
from heatsim.tuning.plant_response import PlantResponse, plant_response
from heatsim.tuning.problem import Trial
from heatsim.tuning.process import FOPTD, SOPTD, IntegratingProcess, Process
from heatsim.tuning.records import RecordFit, fit_record
from heatsim.tuning.reduction import Fit, fit_response, half_rule
from heatsim.tuning.relay_cycle import Cycle
from heatsim.tuning.relay_test import RelayTest, relay_test
from heatsim.tuning.rules import RULES, amigo, amigo_pid, improved_simc, lambda_tuning, simc
from heatsim.tuning.search import MS_LIMIT, robust_settings
from heatsim.tuning.settings import Settings, series
from heatsim.tuning.step_test import StepTest, fit_step, step_test

__all__ = [
    "FOPTD",
    "MS_LIMIT",
    "RULES",
    "SOPTD",
    "Comparison",
    "Cycle",
    "Fit",
    "IntegratingProcess",
    "Limit",
    "Optimisation",
    "PlantResponse",
    "PointAdvice",
    "Process",
    "RecordFit",
    "RelayTest",
    "Settings",
    "StepTest",
    "Trial",
    "TuningAdvice",
    "amigo",
    "amigo_pid",
    "apply_schedule",
    "apply_settings",
    "compare",
    "fit_record",
    "fit_response",
    "fit_step",
    "half_rule",
    "improved_simc",
    "lambda_tuning",
    "optimise_loops",
    "plant_response",
    "relay_test",
    "robust_settings",
    "series",
    "simc",
    "step_test",
    "tune",
]
