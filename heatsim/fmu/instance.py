"""Initial states from the FMU's own binary.

`modelDescription.xml` does not carry start values that follow from parameters, so the binary is instantiated, given its
parameters, initialised and asked for its continuous states.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from fmpy.fmi2 import FMU2Model, defaultCallbacks, fmi2CallbackFunctions, fmi2CallbackLoggerTYPE
from fmpy.fmi3 import FMU3Model

from heatsim.errors import FmuError
from heatsim.fmu.description import Description

_MOST_UPDATES = 100  # of discrete states at the start


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
    log: list[str] = []
    # fmpy's constructor changes the working folder
    cwd = os.getcwd()
    fmu = None
    try:
        fmu = _instantiate(label, folder, description, log)
        references = [description.variables[name].reference for name in parameters]
        values = list(parameters.values())
        state_references = [description.variables[name].reference for name in description.states]
        if isinstance(fmu, FMU2Model):
            fmu.setupExperiment(startTime=0.0)
            if references:
                fmu.setReal(references, values)
            fmu.enterInitializationMode()
            fmu.exitInitializationMode()
            next_event = _settle(fmu.newDiscreteStates)
            states = fmu.getReal(state_references) if state_references else []
        else:
            if references:
                fmu.setFloat64(references, values)
            fmu.enterInitializationMode(startTime=0.0)
            fmu.exitInitializationMode()
            next_event = _settle(fmu.updateDiscreteStates)
            states = fmu.getFloat64(state_references) if state_references else []
    except Exception as error:
        tail = f"; its log ends: {' | '.join(' '.join(line.split()) for line in log[-3:])}" if log else ""
        # fmpy raises bare Exception and OSError for every failure of the binary
        raise FmuError(
            f"{label}: the FMU does not initialise ({' '.join(str(error).split())}){tail}; check its parameters"
        ) from error
    finally:
        os.chdir(cwd)
        if fmu is not None:
            fmu.freeInstance()
    if next_event is not None:
        raise FmuError(
            f"{label}: the FMU has time events, the first at {next_event:g} s, and heatsim integrates event-free FMUs "
            "only; simulate it with fmpy.simulate_fmu, or write the model without sample and when"
        )
    result = np.array(states, dtype=float)
    if not np.all(np.isfinite(result)):
        worst = description.states[int(np.argmin(np.isfinite(result)))]
        raise FmuError(
            f"{label}: state '{worst}' is not finite after initialisation; check its parameters and start values"
        )
    return result


def _settle(update: Callable[[], tuple[Any, ...]]) -> float | None:
    """Let the discrete states settle after the initialisation; return the time of the next event when there is one."""
    for _ in range(_MOST_UPDATES):
        needs_update, terminates, _, _, has_next, next_time = update()
        if terminates:
            raise RuntimeError("it ends the simulation at the start")
        if not needs_update:
            return float(next_time) if has_next else None
    raise RuntimeError(f"its discrete states do not settle in {_MOST_UPDATES} updates")


def _instantiate(label: str, folder: Path, description: Description, log: list[str]) -> FMU2Model | FMU3Model:
    arguments = {
        "guid": description.guid,
        "unzipDirectory": str(folder),
        "modelIdentifier": description.model_identifier,
        "instanceName": label,
    }
    if description.fmi_version.startswith("2"):

        def log_fmi2(_environment: object, _name: bytes, _status: int, _category: bytes, message: bytes) -> None:
            log.append(message.decode(errors="replace").strip())

        callbacks = fmi2CallbackFunctions()
        callbacks.logger = fmi2CallbackLoggerTYPE(log_fmi2)
        callbacks.allocateMemory = defaultCallbacks.allocateMemory
        callbacks.freeMemory = defaultCallbacks.freeMemory
        fmu2 = FMU2Model(**arguments)
        fmu2.instantiate(callbacks=callbacks)
        return fmu2

    def log_fmi3(_environment: object, _status: int, _category: bytes, message: bytes) -> None:
        log.append(message.decode(errors="replace").strip())

    fmu3 = FMU3Model(**arguments)
    fmu3.instantiate(logMessage=log_fmi3)
    return fmu3
