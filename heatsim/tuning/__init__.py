"""Cures for control loops that hunt: identification on the plant model, tuning rules, advisor, optimisation."""

from heatsim.tuning.advice import PointAdvice, TuningAdvice, apply_settings, tune
from heatsim.tuning.plant_response import PlantResponse, plant_response
from heatsim.tuning.process import FOPTD, SOPTD, IntegratingProcess, Process
from heatsim.tuning.reduction import Fit, fit_response, half_rule
from heatsim.tuning.rules import RULES, amigo, amigo_pid, lambda_tuning, simc
from heatsim.tuning.search import MS_LIMIT, robust_settings
from heatsim.tuning.settings import Settings, series

__all__ = [
    "FOPTD",
    "MS_LIMIT",
    "RULES",
    "SOPTD",
    "Fit",
    "IntegratingProcess",
    "PlantResponse",
    "PointAdvice",
    "Process",
    "Settings",
    "TuningAdvice",
    "amigo",
    "amigo_pid",
    "apply_settings",
    "fit_response",
    "half_rule",
    "lambda_tuning",
    "plant_response",
    "robust_settings",
    "series",
    "simc",
    "tune",
]
