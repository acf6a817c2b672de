"""Initial states from the FMU's own binary.

`modelDescription.xml` does not carry start values that follow from parameters, so the binary is instantiated, given its
parameters, initialised and asked for its continuous states.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary
from heatsim.fmu.description import Description

MOST_UPDATES = 100  # of discrete states at one instant


def initial_states(label: str, folder: Path, description: Description, parameters: Mapping[str, float]) -> np.ndarray:
    """Continuous states after initialisation with the given parameters.

    Parameters
    ----------
    label
        Name of the FMU for messages.
    folder
        The unpacked FMU.
    description
        Its model description.
    parameters
        Values that differ from the FMU's defaults, by name.

    Returns
    -------
    numpy.ndarray
        Shape (n_states,), in the order of `description.states`.

    Raises
    ------
    FmuError
        When the binary is missing for this platform or refuses to initialise (carries the FMU's last log lines), or
        when it asks for a time event, which no description tells.
    """
    binary = Binary(label, folder, description, "model_exchange")
    try:
        binary.initialise(0.0, None, None, parameters)
        next_event = settle(binary)
        result = binary.states()
    except FmuError as error:
        text = str(error).removeprefix(f"{label}: ")
        raise FmuError(f"{label}: the FMU does not initialise ({text}); check its parameters") from error
    finally:
        binary.close()
    if next_event is not None:
        raise FmuError(
            f"{label}: the FMU has time events, the first at {next_event:g} s, and heatsim integrates event-free FMUs "
            "only; simulate it with fmpy.simulate_fmu, or write the model without sample and when"
        )
    if not np.all(np.isfinite(result)):
        worst = description.states[int(np.argmin(np.isfinite(result)))]
        raise FmuError(
            f"{label}: state '{worst}' is not finite after initialisation; check its parameters and start values"
        )
    return result


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
