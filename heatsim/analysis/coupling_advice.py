"""Advice before a co-simulation: how long its steps may be, what limits them, and which cut would be better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text
from threadpoolctl import threadpool_limits

from heatsim.errors import UsageError
from heatsim.fmu.fmu import Fmu
from heatsim.one_at_a_time import one_at_a_time
from heatsim.solvers.advice import EXTRAPOLATIONS, METHODS, Limit, LinkEffect, StabilityModel
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.couple import close, slots_of
from heatsim.solvers.coupling_check import groups_of, order_of
from heatsim.solvers.diagnosis import Diagnosis, diagnose
from heatsim.solvers.identification import opaque_models
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.linear_units import linear_system
from heatsim.solvers.operating_point import OperatingPoint, of_dataset, of_trim
from heatsim.solvers.options import CouplingOptions
from heatsim.solvers.run import as_system
from heatsim.solvers.sampling import SampledUnits
from heatsim.solvers.steady import TrimPoint
from heatsim.system.inputs import Inputs, read_signals
from heatsim.system.system import System

_RTOL = 1e-6
_FIRST = 1.0  # step at which the search begins, s
# effects are told apart where the coupling fails: a little beyond the largest stable step
_BEYOND = 1.2


@dataclass(frozen=True)
class Advice:
    """How a system may be cut and stepped.

    Attributes
    ----------
    method, extrapolation
        What the effects of the links and the diagnosis belong to.
    limits
        Largest stable and recommended step of every method and extrapolation.
    effects
        Effect of each link just beyond the largest stable step, the one that limits it first; empty when every step is
        stable. `merged` is what the step may be when the units of the link are one participant, for those that matter.
    diagnosis
        What is wrong with the step that was asked about; None when it is stable or none was given.
    plant_rate
        Growth of the coupled system by itself, 1/s; above zero the plant is unstable at this point however it is
        coupled.
    left_out
        Units that keep their equations to themselves and could not be looked at: they cannot go back to an earlier
        state, or do not answer like a linear system. Their outputs were held.
    """

    method: str
    extrapolation: str
    limits: tuple[Limit, ...]
    effects: tuple[LinkEffect, ...]
    diagnosis: Diagnosis | None
    plant_rate: float
    left_out: tuple[str, ...] = ()

    @property
    def limit(self) -> Limit:
        """Largest stable and recommended step of the method and extrapolation in question."""
        return next(lim for lim in self.limits if (lim.method, lim.extrapolation) == (self.method, self.extrapolation))

    @property
    def limiting(self) -> LinkEffect | None:
        """The bond or connections that limit the step; None when there is no limit."""
        return self.effects[0] if self.effects else None

    @property
    def best_cut(self) -> LinkEffect | None:
        """The link whose units should be one participant: that allows the longest step; None without a gain."""
        known = [e for e in self.effects if not math.isnan(e.merged) and e.merged > 1.05 * self.limit.stable]
        return max(known, key=lambda e: e.merged, default=None)

    def table(self) -> pd.DataFrame:
        """Largest stable and recommended step (s) by method and extrapolation."""
        rows = [vars(limit) for limit in self.limits]
        return pd.DataFrame(rows).set_index(["method", "extrapolation"])

    def links(self) -> pd.DataFrame:
        """Spectral radius without each link, and the largest stable step (s) with its units merged."""
        rows = [{"link": e.link.name, "radius": e.radius, "merged": e.merged} for e in self.effects]
        return pd.DataFrame(rows, columns=["link", "radius", "merged"]).set_index("link")

    def print(self, console: Console | None = None) -> None:
        """Print both tables and the conclusion."""
        console = console or Console()
        printed = Table(title="Steps of a co-simulation", title_justify="left", header_style="bold")
        for header in ("method", "extrapolation"):
            printed.add_column(header, no_wrap=True)
        for header in ("largest stable in s", "recommended in s"):
            printed.add_column(header, justify="right", no_wrap=True)
        for limit in self.limits:
            printed.add_row(limit.method, limit.extrapolation, _shown(limit.stable), _shown(limit.recommended))
        console.print(printed)
        for line in self.lines():
            console.print(Text(line))

    def lines(self) -> list[str]:
        """Conclusions, one sentence each."""
        result = []
        if self.plant_rate > 0.0:
            result.append(
                f"The plant itself is unstable at this point: a deviation grows {math.e:.3g}-fold in "
                f"{1 / self.plant_rate:.3g} s."
            )
        if self.left_out:
            result.append(f"Not looked at, and taken as constant: {', '.join(self.left_out)}.")
        if self.limiting is not None:
            result.append(
                f"{self.limiting.link.name} limits {self.method} with {self.extrapolation} signals to steps of "
                f"{_shown(self.limit.stable)} s."
            )
        if self.best_cut is not None:
            names = ", ".join(f"'{unit}'" for unit in self.best_cut.link.units)
            merged = self.best_cut.merged
            allowed = "steps of any length" if math.isinf(merged) else f"steps of {_shown(merged)} s"
            result.append(f"A better cut: clusters=[[{names}]] allows {allowed}.")
        if self.diagnosis is not None:
            result.append(self.diagnosis.text)
        return result

    def __repr__(self) -> str:
        limit = self.limit
        by = "" if self.limiting is None else f", limited by {self.limiting.link.name}"
        return (
            f"Advice({self.method}, {self.extrapolation}: largest stable step {_shown(limit.stable)} s{by}; "
            f"recommended {_shown(limit.recommended)} s)"
        )


def _shown(step: float) -> str:
    return "any" if math.isinf(step) else "none" if step == 0.0 else f"{step:.3g}"


@one_at_a_time
def advise(
    model: System | Fmu,
    inputs: Inputs | None = None,
    *,
    at: TrimPoint | xr.Dataset | OperatingPoint | None = None,
    start: float = 0.0,
    step: float | None = None,
    method: str = "jacobi",
    extrapolation: str = "linear",
    order: Sequence[str] | None = None,
    clusters: str | Sequence[Sequence[str]] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Advice:
    """Tell how long the steps of a co-simulation may be, from its units linearised at an operating point.

    The largest stable step is where the spectral radius of the map from one exchange to the next exceeds 1 (or the
    growth of the plant itself); units follow their linear equations exactly between exchanges. The recommended step is
    a fifth of the time constant of the coupling (C/UA of a thermal bond) or half of the largest stable step. Commands
    of sampled units are held at their values. Of units that keep their equations to themselves, copies are run with
    small pulses of the length `step` at their inputs; give one that resolves what matters of them.

    Parameters
    ----------
    model
        System, or one FMU alone.
    inputs
        System inputs as for `simulate`, used without `at`.
    at
        Steady state from `trim`, or row of a Dataset that holds the states; the time is `start` when the Dataset has
        several. Without it the start of a run.
    start
        Time of the start, s.
    step
        Step to be judged, s.
    method, extrapolation, order, clusters
        As for `simulate`; links are looked at with these.
    parameters
        As for `simulate`.

    Returns
    -------
    Advice

    Raises
    ------
    UsageError
        When the arguments make no sense, or the operating point belongs to another system.
    SimulationError
        When a unit has no finite derivatives there.
    """
    if method not in METHODS:
        raise UsageError(f"advise: method '{method}' is no method of co-simulation; choose one of {', '.join(METHODS)}")
    options = CouplingOptions(method, _FIRST if step is None else step, extrapolation, order, clusters)
    # any span that is a multiple of the step will do
    options.check(0.0, float(options.step or _FIRST))
    system = as_system(model, parameters)
    system.check()
    composite = compose(system)
    point = _point(system, composite, model, inputs, at, start)
    # participants are the same for all methods, and only some have an order
    one_by_one = replace(options, method="gauss_seidel") if method == "jacobi" else options
    slots = tuple(slots_of(system, composite, one_by_one, _RTOL, Statistics()))
    try:
        u, opaque, left_out = opaque_models(
            composite,
            slots,
            point.time,
            point.x,
            np.nan_to_num(point.u),
            float(options.step or _FIRST),
            point.opaque or None,
        )
    finally:
        close(slots)
    linear = linear_system(composite, point.time, point.x, u, opaque)
    degrees = {slot.participant.name: slot.participant.input_degree for slot in slots if not slot.in_graph}
    stability = StabilityModel(system, linear, groups_of(composite, slots), degrees, order_of(slots))
    # more threads take ten times as long for matrices of some hundred rows
    with threadpool_limits(1, "blas"):
        return _advice(stability, step, method, extrapolation, left_out)


def _advice(
    stability: StabilityModel, step: float | None, method: str, extrapolation: str, left_out: tuple[str, ...]
) -> Advice:
    first = _FIRST if step is None else step
    held = stability.stable_step("jacobi", "held", first)
    limits = tuple(stability.limit(m, e, first, held) for m in METHODS for e in EXTRAPOLATIONS)
    own = next(limit for limit in limits if (limit.method, limit.extrapolation) == (method, extrapolation))
    effects: list[LinkEffect] = []
    if 0.0 < own.stable < math.inf:
        beyond = _BEYOND * own.stable
        effects = stability.effects(beyond, method, extrapolation)
        effects = stability.with_merged(effects, beyond, method, extrapolation)
    found = None if step is None else diagnose(stability, step, method, extrapolation)
    return Advice(method, extrapolation, limits, tuple(effects), found, stability.plant_rate, left_out)


def _point(
    system: System,
    composite: Composite,
    model: System | Fmu,
    inputs: Inputs | None,
    at: TrimPoint | xr.Dataset | OperatingPoint | None,
    start: float,
) -> OperatingPoint:
    sampled = SampledUnits(system, composite)
    if isinstance(at, OperatingPoint):
        return at
    if isinstance(at, TrimPoint):
        return of_trim(at, composite, sampled.names)
    if isinstance(at, xr.Dataset):
        return of_dataset(at, composite, start, next(iter(system.members)) if isinstance(model, Fmu) else None)
    if at is not None:
        raise UsageError(f"advise: at= takes the result of trim or a Dataset, not {type(at).__name__}")
    wanted = {name: (declared.unit, declared.shape) for name, declared in system.inputs.items()}
    signals = read_signals(wanted, inputs, start, start + 1.0)
    values = np.array([float(signal(start)) for signal in signals.values()])
    x = composite.initial.copy()
    opaque = np.zeros(len(composite.externals) - composite.commands.stop)
    sampled.initialise(start, x, values, opaque)
    sampled.tick(start, list(range(len(sampled.units))), x, values, opaque)
    return OperatingPoint(start, x, sampled.externals(values, opaque), sampled.memory, "start")
