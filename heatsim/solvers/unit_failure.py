"""What is said when a unit that runs by its binary fails: everything that is known, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from heatsim.errors import FmuError, SimulationError
from heatsim.fmu.binary import CallError
from heatsim.fmu.block import Port
from heatsim.solvers.participant import kind_of

_SHOWN_INPUTS = 8


def shown(ports: Sequence[Port], values: np.ndarray) -> str:
    """Values of ports in words, the first ones of many."""
    listed = [f"{port.name} = {value:.6g}" for port, value in zip(ports[:_SHOWN_INPUTS], values, strict=False)]
    more = f" and {len(ports) - _SHOWN_INPUTS} more" if len(ports) > _SHOWN_INPUTS else ""
    return ", ".join(listed) + more


def unit_failure(
    name: str,
    error: FmuError,
    where: str,
    inputs: Sequence[Port],
    u: np.ndarray | None,
    good: tuple[float, np.ndarray] | None,
    tried_shorter: bool,
) -> SimulationError:
    """The error of a run from that of a call.

    Parameters
    ----------
    name
        Name of the unit.
    error
        What failed; its message carries the FMU's last log lines and what it printed.
    where
        "in the step from …", "at t = …".
    inputs, u
        Input ports, and their values in the call: shape (n_inputs,), or (3, n_inputs) for polynomials; None when there
        were none.
    good
        Beginning of the last step that succeeded, s, and its inputs; None when there is none.
    tried_shorter
        Whether shorter steps were tried already.

    Returns
    -------
    SimulationError
        `Discarded` when a shorter step may succeed, `Ended` when the unit cannot go back either.
    """
    text = str(error).removeprefix(f"{name}: ")
    status = error.status if isinstance(error, CallError) else ""
    last = error.last_time if isinstance(error, CallError) else None
    advice = "check its inputs, its parameters and the log; a shorter step may help"
    if status == "discard":
        upto = f" (it got to {last:.9g} s)" if last is not None else ""
        if tried_shorter:
            advice = f"it refuses however short steps{upto}; check its inputs and parameters"
        else:
            advice = f"take a shorter step{upto}, which is not done by itself since its state is not brought back"
    elif status == "terminated":
        advice = "end the run before, or change what makes it stop"
    given = ""
    if u is not None and len(inputs):
        now = np.atleast_2d(u)[0]
        # a process of its own tells the inputs of the call, and what to do
        given = "" if f" with {shown(inputs, now)}:" in text else f"; inputs: {shown(inputs, now)}"
        if good is not None and not np.array_equal(np.atleast_2d(good[1])[0], now):
            given += f"; the step from {good[0]:.9g} s succeeded with {shown(inputs, np.atleast_2d(good[1])[0])}"
    return kind_of(status)(f"{name}: {where}: {text}{given}; {advice}")
