"""Initial states from the FMU's own binary.

`modelDescription.xml` does not carry start values that follow from parameters or inputs, so the binary is instantiated,
given its parameters, initialised and asked for its continuous states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary
from heatsim.fmu.description import Description

MOST_UPDATES = 100  # of discrete states at one instant


@dataclass(frozen=True)
class FirstLook:
    """An FMU after its initialisation: states, shape (n_states,), and the time of the first time event or None."""

    states: np.ndarray
    next_event: float | None


def first_look(
    label: str,
    folder: Path,
    description: Description,
    values: Mapping[str, float],
    t: float = 0.0,
    stop: float | None = None,
) -> FirstLook:
    """Initialise an instance of its own and look.

    Parameters
    ----------
    label
        Name of the FMU for messages.
    folder
        The unpacked FMU.
    description
        Its model description.
    values
        Parameters, start values and inputs that differ from the FMU's defaults, by name.
    t, stop
        Start and end of the run, s.

    Raises
    ------
    FmuError
        When the binary is missing for this platform or refuses to initialise; carries the FMU's last log lines.
    """
    binary = Binary(label, folder, description, "model_exchange")
    try:
        binary.initialise(t, stop, None, values)
        next_event = settle(binary)
        return FirstLook(binary.states(), next_event)
    except FmuError as error:
        text = str(error).removeprefix(f"{label}: ")
        raise FmuError(f"{label}: the FMU does not initialise ({text}); check its parameters") from error
    finally:
        binary.close()


def initial_states(
    label: str, folder: Path, description: Description, values: Mapping[str, float], t: float = 0.0
) -> np.ndarray:
    """Continuous states after initialisation with the given parameters and inputs.

    Parameters
    ----------
    label
        Name of the FMU for messages.
    folder
        The unpacked FMU.
    description
        Its model description.
    values
        Values that differ from the FMU's defaults, by name.
    t
        Start of the run, s.

    Returns
    -------
    numpy.ndarray
        Shape (n_states,), in the order of `description.states`.

    Raises
    ------
    FmuError
        When the FMU does not initialise, or announces a time event that it has with these values only.
    """
    look = first_look(label, folder, description, values, t)
    if look.next_event is not None:
        raise FmuError(
            f"{label}: with these parameters the FMU has time events, the first at {look.next_event:g} s, which it has "
            "not with its defaults; open it with isolate=True, then it is run through its binary with its events"
        )
    if not np.all(np.isfinite(look.states)):
        worst = description.states[int(np.argmin(np.isfinite(look.states)))]
        raise FmuError(
            f"{label}: state '{worst}' is not finite after initialisation; check its parameters and start values"
        )
    return look.states


def start_depends_on_inputs(label: str, folder: Path, description: Description, values: Mapping[str, float]) -> bool:
    """Whether start values of states change with an input or with the time of the start; tried.

    An FMU that does not initialise at the points tried is taken to depend on none.
    """
    inputs = [v for v in description.variables.values() if v.causality == "input" and v.type == "Real" and not v.shape]
    if not description.states:
        return False
    try:
        base = first_look(label, folder, description, values).states
        shifted = {
            v.name: (v.start or 0.0) + 1e-2 * max(abs(v.start or 0.0), abs(v.nominal or 1.0))
            for v in inputs
            if v.name not in values
        }
        moved = first_look(label, folder, description, {**values, **shifted}).states if shifted else base
        later = first_look(label, folder, description, values, 1.0).states
    except FmuError:
        return False
    return not (np.array_equal(base, moved) and np.array_equal(base, later))


def settle(binary: Binary) -> float | None:
    """Let the discrete states settle, in event mode; returns the time of the next event when there is one, s.

    Raises
    ------
    FmuError
        When they do not settle, or the FMU asks to end the simulation.
    """
    for _ in range(MOST_UPDATES):
        info = binary.update_discrete_states()
        if info.terminate:
            raise FmuError(f"{binary.label}: the FMU asks to end the simulation{binary.last_words()}")
        if not info.again:
            return info.next_time
    raise FmuError(f"{binary.label}: its discrete states do not settle in {MOST_UPDATES} updates")
