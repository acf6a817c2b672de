"""Tuning rules: from a process model with dead time to settings of a PI or PID in ideal form."""

from __future__ import annotations

import math
from collections.abc import Callable

from heatsim.errors import UsageError, near_miss
from heatsim.tuning.process import FOPTD, SOPTD, IntegratingProcess, Process
from heatsim.tuning.settings import Settings, series


def simc(process: Process, tau_c: float | None = None) -> Settings:
    """SIMC: PI for first order and integrators, PID for second order.

    `k = T/(gain·(tau_c + L))`, `Ti = min(T, 4·(tau_c + L))`; with a second time constant the series PID has Td = T2.
    For integrators `k = 1/(gain·(tau_c + L))`, `Ti = 4·(tau_c + L)`. Source: S. Skogestad, "Simple analytic rules for
    model reduction and PID controller tuning", Journal of Process Control 13, 2003.

    Parameters
    ----------
    process
        Process model.
    tau_c
        Wanted time constant of the closed loop, s; default L, the tightest that Skogestad recommends.

    Raises
    ------
    UsageError
        Without dead time and without tau_c the gain would be infinite.
    """
    tau_c = process.L if tau_c is None else tau_c
    total = tau_c + process.L
    if total <= 0.0:
        raise UsageError("simc: the process has no dead time, so the rule gives an infinite gain; give tau_c= in s")
    if isinstance(process, IntegratingProcess):
        made = (1.0 / (process.gain * total), 4.0 * total)
        return series(*made, process.T) if process.T else Settings(*made)
    if isinstance(process, SOPTD):
        return series(process.T1 / (process.gain * total), min(process.T1, 4.0 * total), process.T2)
    return Settings(process.T / (process.gain * total), min(process.T, 4.0 * total))


def improved_simc(process: Process, tau_c: float | None = None) -> Settings:
    """SIMC improved for delay-dominant processes.

    `k = (T + L/3)/(gain·(tau_c + L))`, `Ti = min(T + L/3, 4·(tau_c + L))`.
    Source: C. Grimholt and S. Skogestad, "Optimal PI-control and verification of the SIMC tuning rule", IFAC
    Conference on Advances in PID Control, 2012.

    Parameters
    ----------
    process
        First order with dead time.
    tau_c
        Wanted time constant of the closed loop, s; default L.
    """
    first = _first_order("improved_simc", process)
    return simc(FOPTD(first.gain, first.T + first.L / 3.0, first.L), first.L if tau_c is None else tau_c)


def amigo(process: Process) -> Settings:
    """AMIGO for PI, designed for a maximum sensitivity of 1.4.

    `k = (0.15 + (0.35 − L·T/(L + T)²)·T/L)/gain`, `Ti = 0.35·L + 13·L·T²/(T² + 12·L·T + 7·L²)`; for integrators
    `k = 0.35/(gain·L)`, `Ti = 13.4·L`. Source: K. J. Åström and T. Hägglund, "Revisiting the Ziegler–Nichols step
    response method for PID control", Journal of Process Control 14, 2004; *Advanced PID Control*, 2006, section 7.5.

    Raises
    ------
    UsageError
        The process has no dead time, or two time constants.
    """
    _needs_delay("amigo", process)
    L = process.L
    if isinstance(process, IntegratingProcess):
        return Settings(0.35 / (process.gain * (L + process.T)), 13.4 * (L + process.T))
    T = _first_order("amigo", process).T
    k = (0.15 + (0.35 - L * T / (L + T) ** 2) * T / L) / process.gain
    return Settings(k, 0.35 * L + 13.0 * L * T**2 / (T**2 + 12.0 * L * T + 7.0 * L**2))


def amigo_pid(process: Process) -> Settings:
    """AMIGO for PID.

    `k = (0.2 + 0.45·T/L)/gain`, `Ti = (0.4·L + 0.8·T)/(L + 0.1·T)·L`, `Td = 0.5·L·T/(0.3·L + T)`; for integrators
    `k = 0.45/(gain·L)`, `Ti = 8·L`, `Td = 0.5·L`. Sources as for `amigo`. The derivative helps little when the process
    is delay dominant, and needs a filtered measurement.

    Raises
    ------
    UsageError
        The process has no dead time, or two time constants.
    """
    _needs_delay("amigo_pid", process)
    L = process.L
    if isinstance(process, IntegratingProcess):
        return Settings(0.45 / (process.gain * L), 8.0 * L, 0.5 * L)
    T = _first_order("amigo_pid", process).T
    k = (0.2 + 0.45 * T / L) / process.gain
    return Settings(k, (0.4 * L + 0.8 * T) / (L + 0.1 * T) * L, 0.5 * L * T / (0.3 * L + T))


def lambda_tuning(process: Process, time_constant: float | None = None) -> Settings:
    """Lambda tuning: `k = T/(gain·(lambda + L))`, `Ti = T`; the set-point response has the time constant lambda.

    For integrators `k = (2·lambda + L)/(gain·(lambda + L)²)`, `Ti = 2·lambda + L`. Sources: E. B. Dahlin, "Designing
    and tuning digital controllers", Instruments and Control Systems 41, 1968; W. L. Bialkowski, "Dreams versus
    reality", Pulp & Paper Canada 94, 1993.

    Parameters
    ----------
    process
        First order or integrating.
    time_constant
        Lambda, s; default the larger of T and 3·L, which keeps Ms below 1.4 (for integrators 3·L).
    """
    L = process.L
    if isinstance(process, IntegratingProcess):
        chosen = 3.0 * (L + process.T) if time_constant is None else time_constant
        _positive_lambda(chosen)
        total = chosen + L + process.T
        return Settings((2.0 * chosen + L + process.T) / (process.gain * total**2), 2.0 * chosen + L + process.T)
    T = _first_order("lambda_tuning", process).T
    chosen = max(T, 3.0 * L) if time_constant is None else time_constant
    _positive_lambda(chosen)
    return Settings(T / (process.gain * (chosen + L)), T)


def _with_lag(rule: Callable[[Process], Settings]) -> Callable[[Process], Settings]:
    """The rule for a time constant of at least a third of the dead time.

    With a shorter one, rules with Ti = T end in a pure integral controller whose Ti says nothing to who sets it. At
    T = 0 this is the improved rule of Grimholt and Skogestad (2012).
    """

    def floored(process: Process) -> Settings:
        if isinstance(process, FOPTD) and process.T < process.L / 3.0:
            process = FOPTD(process.gain, process.L / 3.0, process.L)
        return rule(process)

    return floored


RULES: dict[str, Callable[[Process], Settings]] = {
    "simc": _with_lag(simc),
    "improved_simc": improved_simc,
    "amigo": amigo,
    "amigo_pid": amigo_pid,
    "lambda": _with_lag(lambda_tuning),
}
"""Rules by the name that `tune` takes. For "simc" and "lambda" a time constant below a third of the dead time counts as
a third of it; the functions themselves are as published."""


def find_rule(rule: str | Callable[[Process], Settings]) -> tuple[str, Callable[[Process], Settings]]:
    """Return name and function of a rule."""
    if callable(rule):
        return getattr(rule, "__name__", "own rule"), rule
    if rule not in RULES:
        raise UsageError(f"rule '{rule}' is unknown{near_miss(rule, RULES)}; choose one of {', '.join(RULES)}")
    return rule, RULES[rule]


def _first_order(rule: str, process: Process) -> FOPTD:
    if isinstance(process, FOPTD):
        return process
    raise UsageError(f"{rule}: takes a process of first order with dead time; reduce it (half_rule) first")


def _needs_delay(rule: str, process: Process) -> None:
    if process.L <= 0.0:
        raise UsageError(
            f"{rule}: the process has no dead time, for which the rule gives an infinite gain; add a delay"
        )


def _positive_lambda(value: float) -> None:
    if not 0.0 < value < math.inf:
        raise UsageError(f"lambda_tuning: time_constant {value:g} must be a positive time in s")
