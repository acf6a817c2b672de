"""Why loops hunt: forced or self-excited, which loop is the source, and what causes it."""

from heatsim.analysis.causes.explain import RULES, explain_hunting
from heatsim.analysis.causes.remedies import Kind, Norms, Remedy, Rule, Situation
from heatsim.analysis.causes.report import CauseReport, Finding, LoopReport
from heatsim.analysis.causes.reruns import Effect, Outcome, Rerun

__all__ = [
    "RULES",
    "CauseReport",
    "Effect",
    "Finding",
    "Kind",
    "LoopReport",
    "Norms",
    "Outcome",
    "Remedy",
    "Rerun",
    "Rule",
    "Situation",
    "explain_hunting",
]
