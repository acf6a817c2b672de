"""Looks at the stability of a co-simulation while it runs, and warns before it diverges."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from heatsim.errors import HeatsimError, HeatsimWarning, SimulationError, caller_level
from heatsim.solvers.advice import StabilityModel
from heatsim.solvers.cluster import Cluster
from heatsim.solvers.compose import Composite, Source
from heatsim.solvers.couple import close, slots_of
from heatsim.solvers.coupling import Point, Step
from heatsim.solvers.diagnosis import Diagnosis, diagnose
from heatsim.solvers.identification import opaque_models
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.linear_units import LinearSystem, linear_system
from heatsim.solvers.options import CouplingOptions
from heatsim.system.system import System

if TYPE_CHECKING:
    from heatsim.solvers.cosimulation import CoSimulation
    from heatsim.solvers.exchange import Slot

# shares of the run at which the coupling is looked at: a plant that starts at rest is another one when it works
_MOMENTS = (0.0, 0.1, 0.5)
# eigenvalues of more states would take longer than a second
_LARGEST = 1000
_SECONDS = 0.3  # of wall time for each unit that keeps its equations to itself
_LOG = logging.getLogger("heatsim")


class CouplingCheck:
    """An `Observer` that linearises the units at a few moments of a run and warns once of an unstable coupling.

    Parameters
    ----------
    system, composite
        What is run.
    options
        Method, step and extrapolation.
    warn
        Whether to look and warn; otherwise it only tells when it is asked.
    """

    def __init__(self, system: System, composite: Composite, options: CouplingOptions, warn: bool = True) -> None:
        self._system, self._composite, self._options = system, composite, options
        self._moments = list(_MOMENTS) if warn else []
        self._last: tuple[CoSimulation, Point] | None = None

    def look_before(self, t: float, stop: float, x: np.ndarray, u: np.ndarray, rtol: float) -> None:
        """Look at a coupling of units that keep their equations to themselves, by copies of them, before it runs.

        Nothing is looked at that takes long, and a copy that fails stops no run.

        Parameters
        ----------
        t, stop
            Start and end of the run, s.
        x, u
            States of the graph and externals at the start.
        rtol
            Relative tolerance of the run.
        """
        options, composite = self._options, self._composite
        if not self._moments or options.step is None or options.step_control != "constant":
            return
        self._moments.clear()
        if not any(source.output is not None or _is_opaque(composite, source) for source in self._coupled()):
            return
        slots: list[Slot] = []
        try:
            slots = slots_of(self._system, composite, options, rtol, Statistics())
            u, models, left_out = opaque_models(composite, slots, t, x, u, options.step, seconds=_SECONDS)
            linear = linear_system(composite, t, x, u, models)
        except HeatsimError as error:
            _LOG.info("the coupling could not be looked at before the run: %s", error)
            return
        finally:
            close(slots)
        if left_out:
            _LOG.info("not looked at before the run, and taken as constant: %s", ", ".join(left_out))
        degrees = {slot.participant.name: slot.participant.input_degree for slot in slots if not slot.in_graph}
        found = self._diagnosis(linear, tuple(slots), degrees, stop - t)
        if found is not None:
            warnings.warn(f"{found.text} (at t = {t:g} s)", HeatsimWarning, stacklevel=caller_level())

    def _coupled(self) -> Iterator[Source]:
        """Sources of the inputs of all units but the sampled ones."""
        for name, sources in self._composite.sources.items():
            if self._system.members[name].kind != "sampled":
                yield from sources

    def correct(self, run: CoSimulation, point: Point, end: float, c: np.ndarray) -> np.ndarray:
        """Look at the coupling when it is time to."""
        self._last = (run, point)
        if self._moments and point.t >= run.begin + self._moments[0] * (run.stop - run.begin):
            self._moments.pop(0)
            found = self.diagnosis(run.stop - point.t)
            if found is not None:
                self._moments.clear()
                warnings.warn(f"{found.text} (at t = {point.t:g} s)", HeatsimWarning, stacklevel=caller_level())
        return c

    @property
    def idle(self) -> bool:
        """Whether there is nothing left to look at."""
        return not self._moments

    def accepted(self, run: CoSimulation, step: Step, given: np.ndarray) -> None:
        """Nothing to keep."""

    def hint(self) -> str | None:
        """What to do about an unstable coupling, for the message of a failure; None when it is stable."""
        found = self.diagnosis()
        return None if found is None else found.text

    def diagnosis(self, remaining: float = math.inf) -> Diagnosis | None:
        """Why the coupling is unstable at the last exchange; None when it is not, or nothing can be told.

        What grows too slowly to matter in the `remaining` time (s) passes.
        """
        options = self._options
        if self._last is None or options.step is None or options.step_control != "constant":
            return None
        run, point = self._last
        try:
            linear = linear_system(self._composite, point.t, point.x, run.exchange.externals(point.stack))
        except SimulationError:
            # a model without finite derivatives here; the run itself tells when it cannot go on
            return None
        return self._diagnosis(linear, run.slots, None, remaining)

    def _diagnosis(
        self, linear: LinearSystem, slots: tuple[Slot, ...], degrees: dict[str, int] | None, remaining: float
    ) -> Diagnosis | None:
        options = self._options
        if options.step is None:
            return None
        if sum(unit.A.shape[0] for unit in linear.units) > _LARGEST:
            _LOG.info("the coupling has too many states to be looked at during the run; ask heatsim.advise before it")
            return None
        groups = groups_of(self._composite, slots)
        model = StabilityModel(self._system, linear, groups, degrees, order_of(slots))
        # more threads take ten times as long for matrices of some hundred rows
        with threadpool_limits(1, "blas"):
            return diagnose(model, options.step, options.method, options.extrapolation, remaining / options.step)


def _is_opaque(composite: Composite, source: Source) -> bool:
    return source.external is not None and source.external >= composite.commands.stop


def groups_of(composite: Composite, slots: tuple[Slot, ...]) -> list[list[str]]:
    """Units that act on each other inside a step; those that only share an integrator count by themselves."""
    groups: list[list[str]] = []
    for slot in slots:
        cluster = slot.participant
        if not isinstance(cluster, Cluster):
            groups.append([cluster.name])
        elif np.isin(slot.links.signal, slot.signals).any():
            groups.extend([name] for name in cluster.units)
        else:
            groups.append(list(cluster.units))
    taken = {name for names in groups for name in names}
    # units without states take part in the exchange only
    return groups + [[name] for name in composite.blocks if name not in taken]


def order_of(slots: tuple[Slot, ...]) -> list[str]:
    """Names of units in the order in which they advance."""
    return [
        name
        for slot in slots
        for name in (slot.participant.units if isinstance(slot.participant, Cluster) else (slot.participant.name,))
    ]
