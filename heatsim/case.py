"""A run that can be repeated: with finer steps, with a loop in manual, with another controller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import xarray as xr

from heatsim.errors import UsageError
from heatsim.simulation import simulate
from heatsim.solvers.transfer import transfer
from heatsim.solvers.trim import trim
from heatsim.system.inputs import Inputs
from heatsim.system.system import System


@dataclass(frozen=True)
class Case:
    """A system with its inputs, span, start and settings: a run that `hs.hunting` and others can repeat and change.

    Give it a disturbance, such as a step of a load: in an exact steady state nothing grows, however unstable a loop is.

    Attributes
    ----------
    system
        What is run.
    stop
        End of the run, s.
    inputs
        As for `simulate`.
    start
        Begin of the run, s.
    output_step
        Distance of the results, s; a twentieth of the shortest period that is looked for, or less.
    start_from
        "trim": the steady state for the inputs at `start`. None: the start values. Anything else as for `simulate`.
    twin
        System whose steady state is taken for "trim", when `system` itself hunts and has none to settle to; states are
        matched by names (`heatsim.solvers.transfer`).
    settings
        Further keywords of `simulate`: method, step, rtol, variables.
    """

    system: System
    stop: float
    inputs: Inputs | None = None
    start: float = 0.0
    output_step: float = 10.0
    start_from: Any = "trim"
    twin: System | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def run(self, progress: Callable[[float, float], None] | None = None) -> xr.Dataset:
        """Run the case and return its Dataset."""
        return simulate(
            self.system,
            self.inputs,
            start=self.start,
            stop=self.stop,
            output_step=self.output_step,
            start_from=self.begin(),
            progress=progress,
            **self.settings,
        )

    def begin(self) -> Any:
        """Return the point that the run starts from."""
        if not isinstance(self.start_from, str):
            return self.start_from
        if self.start_from != "trim":
            raise UsageError(f"start_from='{self.start_from}': give 'trim', None or an operating point")
        point = trim(self.twin or self.system, at=self.inputs, t=self.start)
        return point if self.twin is None else transfer(point, self.system)

    def of(self, system: System) -> Case:
        """Return the same case for another system; the one at hand becomes the twin unless there is one."""
        return replace(self, system=system, twin=self.twin or self.system)

    def refined(self, step: float = 0.5, rtol: float = 0.1) -> Case:
        """Return the same case with finer numerics.

        Parameters
        ----------
        step
            Factor on the step of a co-simulation.
        rtol
            Factor on the tolerance of the integrator. A tenth about halves the steps of a method of order 3 to 4;
            half of it would hardly change them.
        """
        settings = dict(self.settings)
        settings["rtol"] = rtol * settings.get("rtol", 1e-6)
        if settings.get("step") is not None:
            settings["step"] = step * settings["step"]
        return replace(self, settings=settings)
