"""FMUs with events as linear units: their continuous equations in the mode that they are in at a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatsim.errors import SimulationError, UsageError
from heatsim.solvers.event_unit import EventUnit
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.linear_units import LinearUnit
from heatsim.system.member import Member

_STEP = 6e-6  # cube root of the precision, for central differences


@dataclass(frozen=True)
class LinearMode:
    """A unit with events around a point.

    Attributes
    ----------
    linear
        Its matrices.
    states
        Names of its states within the unit.
    nominal
        Magnitude of each state, shape (n_states,).
    """

    linear: LinearUnit
    states: tuple[str, ...]
    nominal: np.ndarray


def linear_mode(member: Member, t: float, u: np.ndarray, state: bytes) -> LinearMode:
    """Linearise an FMU with events by central differences through its binary.

    Parameters
    ----------
    member
        The unit.
    t
        Time, s.
    u
        Its inputs.
    state
        State of the FMU, from a checkpoint or a trim.

    Raises
    ------
    SimulationError
        When a derivative is not finite.
    UsageError
        When the state is of another time.
    """
    unit = EventUnit(member, 1e-6, Statistics())
    try:
        unit.import_state(t, np.inf, u, state)
        if abs(unit.t - t) > 1e-9 * max(1.0, abs(t)):
            raise UsageError(f"{member.name}: its state is that of t = {unit.t:g} s, the operating point of {t:g} s")
        x = unit.x.copy()
        both = np.concatenate([x, u])
        size = np.maximum(np.abs(both), np.append(unit.nominal, [abs(port.nominal) or 1.0 for port in unit.inputs]))
        full = np.zeros((len(unit.states) + len(unit.outputs), both.size))
        for j in range(both.size):
            if j >= x.size and unit.discrete_inputs[j - x.size]:
                continue
            sides = []
            for sign in (1.0, -1.0):
                moved = both.copy()
                moved[j] += sign * _STEP * size[j]
                z, inputs = moved[: x.size], moved[x.size :]
                sides.append(np.concatenate([unit.rates(t, z, inputs), unit.output_at(t, z, inputs)]))
            full[:, j] = (sides[0] - sides[1]) / (2.0 * _STEP * size[j])
        nominal = unit.nominal.copy()
    finally:
        unit.close()
    rows = [*(f"der({name})" for name in unit.states), *(port.name for port in unit.outputs)]
    if not np.isfinite(full).all():
        row = rows[int(np.argmax(~np.isfinite(full).all(axis=1)))]
        raise SimulationError(f"{member.name}: the derivatives of '{row}' are not finite at t = {t:g} s")
    n = x.size
    names = tuple(port.name for port in unit.inputs), tuple(port.name for port in unit.outputs)
    linear = LinearUnit(member.name, *names, full[:n, :n], full[:n, n:], full[n:, :n], full[n:, n:])
    return LinearMode(linear, tuple(unit.states), nominal)
