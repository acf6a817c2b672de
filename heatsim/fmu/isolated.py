"""An instance of an FMU in a process of its own: its crash, hang or exit becomes an error here.

This protects from FMUs that fail, not from those that mean harm: the process may do what the user may do, and a program
that it starts ends with it unless it leaves the group of processes.
"""

from __future__ import annotations

import logging
import math
import os
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from heatsim.errors import FmuError
from heatsim.fmu.binary import Binary, EventInfo
from heatsim.fmu.description import Description
from heatsim.fmu.functions import last_lines
from heatsim.fmu.isolated_child import MEMORY_SHARE
from heatsim.fmu.remote import Remote
from heatsim.isolation.inside import machine_memory

START_LIMIT = 60.0  # s for the interpreter to start on a busy machine
_CLOSE_LIMIT = 5.0  # s
_INPUTS_SHOWN = 8
_LOG = logging.getLogger("heatsim.fmu")


class Isolated(Binary):
    """An instance of an FMU in a process of its own, with the methods of `Binary`.

    Parameters
    ----------
    label, folder, description, interface
        As of `Binary`.
    time_limit
        Longest time that one call may take, s.
    memory_limit
        Memory that the process may have, B; default is half of the machine's. Not on Windows and macOS, which do not
        keep such a limit.

    Raises
    ------
    FmuError
        When the binary cannot be used, or its process ends on the way.
    """

    def __init__(
        self,
        label: str,
        folder: Path,
        description: Description,
        interface: str,
        time_limit: float = 60.0,
        memory_limit: int | None = None,
    ) -> None:
        self.label = label
        self.description = description
        self.interface = interface
        self.log: deque[str] = deque(maxlen=50)
        self._version = description.fmi_version[0]
        self._n_states = len(description.states)
        self._sizes: dict[int, int] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._by_names: dict[tuple[str, ...], int] = {}
        self._t = math.nan
        self._inputs: dict[str, float] = {}
        self._last: tuple[int, np.ndarray] | None = None
        self._closed = False
        memory = int(MEMORY_SHARE * machine_memory()) if memory_limit is None else memory_limit
        self._remote = Remote(label, self._version, self.log, time_limit, self._situation)
        try:
            self._remote.request("start", (os.getpid(), memory), limit=max(START_LIMIT, time_limit))
            self._remote.request("open", ("open", (label, str(folder), description, interface)))
        except BaseException:
            self._remote.child.kill()
            raise

    @property
    def pid(self) -> int:
        """Number of the process that runs the FMU."""
        return self._remote.child.pid

    @property
    def printed(self) -> str:  # type: ignore[override]
        """Tail of what the FMU has printed."""
        return self._remote.printed()

    # -- values ------------------------------------------------------------------------------------------------

    def group(self, names: Sequence[str]) -> int:
        """See `Binary.group`."""
        key = tuple(names)
        if key not in self._by_names:
            number = self._whole("group", list(names))
            variables = self.description.variables
            if number in self._names:
                self._garbage("group")
            self._sizes[number] = sum(int(np.prod(variables[n].shape, dtype=int)) for n in names)
            self._names[number] = key
            self._by_names[key] = number
        return self._by_names[key]

    def get(self, group: int) -> np.ndarray:
        """See `Binary.get`."""
        return self._array("get", self._sizes[group], group)

    def set(self, group: int, values: np.ndarray) -> None:
        """See `Binary.set`."""
        self._remember(self._t, group, values)
        self._call_child("set", group, np.asarray(values, dtype=float))

    # -- initialisation ----------------------------------------------------------------------------------------

    def enter_initialization(self, t: float, stop: float | None, tolerance: float | None) -> None:
        """See `Binary.enter_initialization`."""
        self._t = t
        self._call_child("enter_initialization", t, stop, tolerance)

    def exit_initialization(self) -> None:
        """See `Binary.exit_initialization`."""
        self._call_child("exit_initialization")

    def initialise(self, t: float, stop: float | None, tolerance: float | None, values: Mapping[str, float]) -> None:
        """See `Binary.initialise`."""
        self._t = t
        variables = self.description.variables
        given = {n: float(v) for n, v in values.items()}
        self._inputs.update({n: v for n, v in given.items() if n in variables and variables[n].causality == "input"})
        self._call_child("initialise", t, stop, tolerance, given)

    def reset(self) -> None:
        """See `Binary.reset`."""
        self._call_child("reset")

    # -- Model Exchange ----------------------------------------------------------------------------------------

    def update_discrete_states(self) -> EventInfo:
        """See `Binary.update_discrete_states`."""
        found = self._call_child("update_discrete_states")
        ok = isinstance(found, tuple) and len(found) == 5 and all(isinstance(f, bool) for f in found[:4])
        if not ok or not (found[4] is None or isinstance(found[4], float)):
            self._garbage("update_discrete_states")
        return EventInfo(*found)

    def enter_event_mode(self) -> None:
        """See `Binary.enter_event_mode`."""
        self._call_child("enter_event_mode")

    def enter_continuous_time_mode(self) -> None:
        """See `Binary.enter_continuous_time_mode`."""
        self._call_child("enter_continuous_time_mode")

    def completed_step(self, keep: bool) -> tuple[bool, bool]:
        """See `Binary.completed_step`."""
        found = self._call_child("completed_step", keep)
        if not isinstance(found, tuple) or len(found) != 2 or not all(isinstance(f, bool) for f in found):
            self._garbage("completed_step")
        return found

    def states(self) -> np.ndarray:
        """See `Binary.states`."""
        return self._array("states", self._n_states)

    def nominals(self) -> np.ndarray:
        """See `Binary.nominals`."""
        return self._array("nominals", self._n_states)

    def place(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> None:
        """See `Binary.place`."""
        self._remember(t, group, u)
        self._call_child("place", t, x, group, u)

    def derivatives(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> np.ndarray:
        """See `Binary.derivatives`."""
        self._remember(t, group, u)
        return self._array("derivatives", x.size, t, x, group, u)

    def indicators(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> np.ndarray:
        """See `Binary.indicators`."""
        self._remember(t, group, u)
        return self._array("indicators", self.description.event_indicators, t, x, group, u)

    # -- Co-Simulation -----------------------------------------------------------------------------------------

    def advance(
        self, t: float, h: float, inputs: int, u: np.ndarray, outputs: int, keep: bool
    ) -> tuple[float, np.ndarray]:
        """See `Binary.advance`."""
        self._remember(t, inputs, u)
        found = self._call_child("advance", t, h, inputs, u, outputs, keep)
        if not isinstance(found, tuple) or len(found) != 2 or not isinstance(found[0], float):
            self._garbage("advance")
        return found[0], self._checked("advance", found[1], self._sizes[outputs])

    def set_input_derivatives(self, names: Sequence[str], order: int, values: np.ndarray) -> None:
        """See `Binary.set_input_derivatives`."""
        self._call_child("set_input_derivatives", list(names), order, values)

    # -- state of the instance ---------------------------------------------------------------------------------

    def save_state(self, token: int = 0) -> int:
        """See `Binary.save_state`."""
        return self._whole("save_state", token)

    def restore_state(self, token: int) -> None:
        """See `Binary.restore_state`."""
        self._call_child("restore_state", token)

    def free_state(self, token: int) -> None:
        """See `Binary.free_state`."""
        # one that has died has taken its states along; the error that tells so is on its way
        if self._remote.child.alive:
            self._call_child("free_state", token)

    def serialize(self, token: int) -> bytes:
        """See `Binary.serialize`."""
        found = self._call_child("serialize", token)
        if not isinstance(found, bytes):
            self._garbage("serialize")
        return bytes(found)

    def deserialize(self, state: bytes) -> int:
        """See `Binary.deserialize`."""
        return self._whole("deserialize", state)

    def directional_derivative(self, unknowns: Sequence[str], knowns: Sequence[str], seed: np.ndarray) -> np.ndarray:
        """See `Binary.directional_derivative`."""
        return self._array("directional_derivative", len(unknowns), list(unknowns), list(knowns), seed)

    def last_words(self) -> str:
        """See `Binary.last_words`."""
        return last_lines(self.log, self._remote.all_printed())

    def close(self) -> None:
        """End the process; an FMU that fails when it is freed is only noted, since its results are there already."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._remote.child.alive:
                self._remote.request("close", ("close", ()), limit=_CLOSE_LIMIT)
                self._remote.child.wait(_CLOSE_LIMIT)
        except FmuError as error:
            _LOG.warning("%s", error)
        finally:
            self._remote.child.kill()

    # -- inside ------------------------------------------------------------------------------------------------

    def _remember(self, t: float, group: int, values: np.ndarray) -> None:
        """Keep the inputs for a message; the names are put to them only when there is one."""
        self._t = t
        if self._last is not None and self._last[0] != group:
            self._inputs.update(self._named())
        self._last = (group, np.array(values, dtype=float))

    def _named(self) -> dict[str, float]:
        if self._last is None:
            return {}
        names, values = self._names[self._last[0]], self._last[1]
        variables = self.description.variables
        if len(names) != values.size:
            return {}
        return {n: float(v) for n, v in zip(names, values, strict=True) if variables[n].causality == "input"}

    def _call_child(self, name: str, *arguments: Any) -> Any:
        if self._closed:
            raise FmuError(f"{self.label}: the isolated FMU has been closed; open another instance")
        return self._remote.request(name, (name, arguments))

    def _situation(self) -> str:
        """Time and last inputs, for a message."""
        at = "" if math.isnan(self._t) else f" at t = {self._t:g} s"
        given = {**self._inputs, **self._named()}
        shown = ", ".join(f"{n} = {v:g}" for n, v in list(given.items())[:_INPUTS_SHOWN])
        more = f" and {len(given) - _INPUTS_SHOWN} more" if len(given) > _INPUTS_SHOWN else ""
        return at + (f" with {shown}{more}" if given else "")

    def _garbage(self, name: str) -> NoReturn:
        self._remote.garbage(name)

    def _array(self, name: str, size: int, *arguments: Any) -> np.ndarray:
        return self._checked(name, self._call_child(name, *arguments), size)

    def _checked(self, name: str, found: Any, size: int) -> np.ndarray:
        if not isinstance(found, np.ndarray) or found.shape != (size,):
            self._garbage(name)
        return np.asarray(found)

    def _whole(self, name: str, *arguments: Any) -> int:
        found = self._call_child(name, *arguments)
        if not isinstance(found, int) or isinstance(found, bool):
            self._garbage(name)
        return int(found)
