"""Start values that depend on inputs: found together with the inputs that the other units give at the start."""

from __future__ import annotations

import numpy as np

from heatsim.errors import SimulationError
from heatsim.solvers.compose import Composite
from heatsim.solvers.sampling import SampledUnits
from heatsim.system.system import System

_MOST_PASSES = 50
_SAME = 1e-12  # of states, relative to their magnitude


def depending(composite: Composite) -> list[str]:
    """Names of the units whose start values depend on inputs or on the time of the start."""
    return [name for name, block in composite.blocks.items() if block.start is not None]


def start_states(
    system: System, composite: Composite, t: float, inputs: np.ndarray, opaque: np.ndarray | None = None
) -> np.ndarray:
    """States of the graph at the start, consistent with the inputs of each unit then.

    Inputs are those after the first tick of sampled units. Initialisations are repeated until start values and inputs
    agree (fixed point).

    Parameters
    ----------
    system, composite
        The system.
    t
        Start, s.
    inputs
        System inputs then.
    opaque
        Outputs of opaque units then.

    Raises
    ------
    SimulationError
        When they do not agree after a number of passes; names the units.
    FmuError
        When an FMU does not initialise.
    """
    x = composite.initial.copy()
    names = depending(composite)
    if not names:
        return x
    late: list[str] = []
    for _ in range(_MOST_PASSES):
        # units of its own: the run's have not ticked yet
        sampled = SampledUnits(system, composite)
        if sampled.units:
            sampled.initialise(t, x, inputs, opaque)
            sampled.tick(t, list(range(len(sampled.units))), x, inputs, opaque)
        externals = sampled.externals(inputs, opaque)
        y = composite.output(t, x, externals).full().ravel()
        if unsolved := composite.unsolved(y):
            raise SimulationError(f"{system.name}: at the start, t = {t:g} s, {unsolved}")
        found = x.copy()
        late = []
        for name in names:
            start, place = composite.blocks[name].start, composite.state_slices[name]
            assert start is not None
            u = np.array([source.value(y, externals) for source in composite.sources[name]])
            found[place] = start(t, u)
            if np.any(np.abs(found[place] - x[place]) > _SAME * np.maximum(composite.nominal[place], np.abs(x[place]))):
                late.append(name)
        x = found
        if not late:
            return x
    raise SimulationError(
        f"{', '.join(late)}: start values depend on inputs that depend on them, and do not settle at t = {t:.9g} s; "
        "give start values with set('unit.state', value), or start from hs.trim(...)"
    )
