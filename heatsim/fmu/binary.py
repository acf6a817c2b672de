"""One instance of an FMU's binary, the same for FMI 2.0 and 3.0, Model Exchange and Co-Simulation.

Arguments and results are numbers, numpy arrays of floats, names and bytes, so that an instance can also live in another
process. Variables are read and written in groups that are named once; states that are kept have a number.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from heatsim.fmu.calls import CallError, Calls
from heatsim.fmu.description import Description
from heatsim.fmu.printed import CATCHER

__all__ = ["Binary", "CallError", "EventInfo"]

_DISCARD = 2
_LAST_TIME, _TERMINATED = 2, 3  # of fmi2GetRealStatus and fmi2GetBooleanStatus


class EventInfo(NamedTuple):
    """What an update of the discrete states tells; `next_time` is None when no time event is known."""

    again: bool
    terminate: bool
    nominals_changed: bool
    states_changed: bool
    next_time: float | None


class _Vector(NamedTuple):
    """A function that reads or writes a vector in a buffer that stays in place."""

    name: str
    function: Callable[..., int]
    arguments: tuple[object, ...]
    buffer: np.ndarray


class Binary(Calls):
    """An instance of an FMU.

    Parameters
    ----------
    label
        Name of the unit; that of the instance, and of messages.
    folder
        The unpacked FMU.
    description
        Its model description.
    interface
        "model_exchange" or "co_simulation".

    Attributes
    ----------
    log, printed
        What the FMU logged (last lines) and printed (tail).

    Raises
    ------
    FmuError
        When there is no binary for this platform or it cannot be loaded or instantiated.
    """

    def __init__(self, label: str, folder: Path, description: Description, interface: str) -> None:
        super().__init__(label, folder, description, interface)
        self._states: dict[int, ctypes.c_void_p] = {}
        self._next_state = 1
        if interface == "co_simulation":
            self._prepare_steps()
        else:
            self._prepare_points()

    # -- initialisation ----------------------------------------------------------------------------------------

    def enter_initialization(self, t: float, stop: float | None, tolerance: float | None) -> None:
        """Enter initialisation at time `t`, s; parameters are set before, inputs may be set before and inside."""
        limit = 0.0 if stop is None else stop
        accuracy = 0.0 if tolerance is None else tolerance
        if self._major == 2:
            self._call("SetupExperiment", int(tolerance is not None), accuracy, t, int(stop is not None), limit)
            self._call("EnterInitializationMode")
        else:
            self._call("EnterInitializationMode", tolerance is not None, accuracy, t, stop is not None, limit)

    def exit_initialization(self) -> None:
        """Leave initialisation: Model Exchange is in event mode then, Co-Simulation ready for the first step."""
        self._call("ExitInitializationMode")

    def initialise(self, t: float, stop: float | None, tolerance: float | None, values: Mapping[str, float]) -> None:
        """Set values, parameters and inputs alike, and initialise at time `t`, s."""
        parameters = [n for n in values if self.description.variables[n].causality != "input"]
        inputs = [n for n in values if self.description.variables[n].causality == "input"]
        if parameters:
            self.set(self.group(parameters), np.array([values[n] for n in parameters]))
        self.enter_initialization(t, stop, tolerance)
        if inputs:
            self.set(self.group(inputs), np.array([values[n] for n in inputs]))
        self.exit_initialization()

    def reset(self) -> None:
        """Go back to the state after instantiation."""
        self._call("Reset")

    # -- Model Exchange ----------------------------------------------------------------------------------------

    def update_discrete_states(self) -> EventInfo:
        """One pass of the event iteration, in event mode."""
        if self._major == 2:
            info = _EventInfo2()
            self._call("NewDiscreteStates", ctypes.addressof(info))
            flags = [bool(getattr(info, name)) for name, _ in _EventInfo2._fields_[:5]]
            time = info.next_time
        else:
            bits, moment = (ctypes.c_bool * 5)(), ctypes.c_double()
            first = ctypes.addressof(bits)
            self._call("NewDiscreteStates", *(first + i for i in range(5)), ctypes.addressof(moment))
            flags, time = [bool(b) for b in bits], moment.value
        return EventInfo(flags[0], flags[1], flags[2], flags[3], float(time) if flags[4] else None)

    def enter_event_mode(self) -> None:
        """Enter event mode."""
        self._call("EnterEventMode")

    def enter_continuous_time_mode(self) -> None:
        """Leave event mode."""
        self._call("EnterContinuousTimeMode")

    def completed_step(self, keep: bool) -> tuple[bool, bool]:
        """Tell that a step of the integrator was accepted; returns (event, terminate).

        `keep` says that an earlier state may be restored later.
        """
        event, terminate = (ctypes.c_int(), ctypes.c_int()) if self._major == 2 else (ctypes.c_bool(), ctypes.c_bool())
        self._call("CompletedIntegratorStep", not keep, ctypes.addressof(event), ctypes.addressof(terminate))
        return bool(event.value), bool(terminate.value)

    def states(self) -> np.ndarray:
        """Continuous states, shape (n_states,)."""
        return self._vector("GetContinuousStates", len(self.description.states))

    def nominals(self) -> np.ndarray:
        """Magnitudes of the continuous states, shape (n_states,)."""
        return self._vector("GetNominalsOfContinuousStates", len(self.description.states))

    def place(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> None:
        """Set time, continuous states and the values of a group (the inputs)."""
        self._at_point(t, x, group, u, None)

    def derivatives(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> np.ndarray:
        """Derivatives of the states, shape (n_states,), after `place`."""
        return self._at_point(t, x, group, u, self._rates)

    def indicators(self, t: float, x: np.ndarray, group: int, u: np.ndarray) -> np.ndarray:
        """Event indicators, shape (n_indicators,), after `place`."""
        return self._at_point(t, x, group, u, self._crossings)

    # -- Co-Simulation -----------------------------------------------------------------------------------------

    def advance(
        self, t: float, h: float, inputs: int, u: np.ndarray, outputs: int, keep: bool
    ) -> tuple[float, np.ndarray]:
        """Write a group, make one step and read another group.

        Parameters
        ----------
        t, h
            Beginning and length of the step, s.
        inputs, u
            Group to write, and its values.
        outputs
            Group to read afterwards.
        keep
            Whether an earlier state may be restored later.

        Returns
        -------
        tuple of float and numpy.ndarray
            Time that the FMU got to, s, which is less than t + h after an early return (FMI 3.0), and the values.

        Raises
        ------
        CallError
            The step failed; its status is "discard" when a shorter one may succeed from a restored state.
        """
        if CATCHER.turned:
            return self._advance(t, h, inputs, u, outputs, keep)
        CATCHER.enter()
        try:
            return self._advance(t, h, inputs, u, outputs, keep)
        finally:
            self._said(CATCHER.leave())

    def set_input_derivatives(self, names: Sequence[str], order: int, values: np.ndarray) -> None:
        """Derivatives of inputs for the next step (FMI 2.0)."""
        references = np.array([self.description.variables[n].reference for n in names], dtype=np.uint32)
        orders = np.full(references.size, order, dtype=np.int32)
        numbers = np.array(values, dtype=float)
        self._call(
            "SetRealInputDerivatives", references.ctypes.data, references.size, orders.ctypes.data, numbers.ctypes.data
        )

    # -- state of the instance ---------------------------------------------------------------------------------

    def save_state(self, token: int = 0) -> int:
        """Keep the present state; returns its number. With the number of a kept state that one is overwritten."""
        pointer = self._states.get(token) or ctypes.c_void_p()
        self._call("GetFMUstate", ctypes.addressof(pointer))
        if token not in self._states:
            token, self._next_state = self._next_state, self._next_state + 1
        self._states[token] = pointer
        return token

    def restore_state(self, token: int) -> None:
        """Go back to a kept state."""
        self._call("SetFMUstate", self._states[token].value)

    def free_state(self, token: int) -> None:
        """Free a kept state."""
        pointer = self._states.pop(token)
        if self._lost:
            return
        self._call("FreeFMUstate", ctypes.addressof(pointer))

    def serialize(self, token: int) -> bytes:
        """Bytes of a kept state."""
        size = ctypes.c_size_t()
        pointer = self._states[token].value
        self._call("SerializedFMUstateSize", pointer, ctypes.addressof(size))
        buffer = ctypes.create_string_buffer(size.value)
        self._call("SerializeFMUstate", pointer, ctypes.addressof(buffer), size.value)
        return buffer.raw

    def deserialize(self, state: bytes) -> int:
        """Kept state from bytes; returns its number."""
        pointer = ctypes.c_void_p()
        buffer = ctypes.create_string_buffer(state, len(state))
        self._call("DeSerializeFMUstate", ctypes.addressof(buffer), len(state), ctypes.addressof(pointer))
        token, self._next_state = self._next_state, self._next_state + 1
        self._states[token] = pointer
        return token

    def directional_derivative(self, unknowns: Sequence[str], knowns: Sequence[str], seed: np.ndarray) -> np.ndarray:
        """Derivative of the unknowns along `seed`, shape (n_unknowns,), at the present point."""
        variables = self.description.variables
        rows = np.array([variables[n].reference for n in unknowns], dtype=np.uint32)
        columns = np.array([variables[n].reference for n in knowns], dtype=np.uint32)
        direction, result = np.array(seed, dtype=float), np.zeros(rows.size)
        sizes = () if self._major == 2 else (direction.size,), () if self._major == 2 else (result.size,)
        self._call(
            "GetDirectionalDerivative",
            *(rows.ctypes.data, rows.size, columns.ctypes.data, columns.size, direction.ctypes.data, *sizes[0]),
            *(result.ctypes.data, *sizes[1]),
        )
        return result

    def close(self) -> None:
        """Free the instance; it must not be used afterwards."""
        if not self._lost:
            for token in list(self._states):
                self.free_state(token)
        super().close()

    # -- inside ------------------------------------------------------------------------------------------------

    def _at_point(self, t: float, x: np.ndarray, group: int, u: np.ndarray, wanted: _Vector | None) -> np.ndarray:
        """Set time, states and a group, and read a vector."""
        CATCHER.enter()
        try:
            self._time.value = t
            status = self._set_time(*self._time_arguments)
            if status > 1:
                self._fail("SetTime", status)
            if x.size:
                self._x.buffer[:] = x
                status = self._x.function(*self._x.arguments)
                if status > 1:
                    self._fail("SetContinuousStates", status)
            function, status = self._groups[group].set(u)
            if function:
                self._fail(function, status)
            if wanted is None or not wanted.buffer.size:
                return np.zeros(0)
            status = wanted.function(*wanted.arguments)
            if status > 1:
                self._fail(wanted.name, status)
            return wanted.buffer.copy()
        finally:
            self._said(CATCHER.leave())

    def _vector(self, name: str, n: int) -> np.ndarray:
        result = np.zeros(n)
        if n:
            self._call(name, result.ctypes.data, n)
        return result

    def _advance(
        self, t: float, h: float, inputs: int, u: np.ndarray, outputs: int, keep: bool
    ) -> tuple[float, np.ndarray]:
        function, status = self._groups[inputs].set(u)
        if function:
            self._fail(function, status)
        self._time.value = t
        self._length.value = h
        self._final.value = not keep
        status = self._do_step(*self._step_arguments)
        if self._returns_early and self._flags[1]:
            self._ended()
        if status > 1:
            self._step_failed(status)
        values, function, status = self._groups[outputs].get()
        if function:
            self._fail(function, status)
        if self._returns_early and self._flags[2]:
            return self._reached.value, values
        return t + h, values

    def _prepare_steps(self) -> None:
        """Arguments of `DoStep` that stay in place: numbers would be converted in each call."""
        self._do_step = self._library.function("DoStep")
        self._time, self._length, self._reached = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
        self._returns_early = self._major == 3
        # event, terminate, early return; only FMI 3.0 sets them
        self._flags = (ctypes.c_bool * 3)()
        self._final: ctypes.c_int | ctypes.c_bool = ctypes.c_int() if self._major == 2 else ctypes.c_bool()
        arguments: list[object] = [ctypes.c_void_p(self._component), self._time, self._length, self._final]
        if self._major == 3:
            first = ctypes.addressof(self._flags)
            arguments += [ctypes.c_void_p(first + i) for i in range(3)]
            arguments.append(ctypes.c_void_p(ctypes.addressof(self._reached)))
        self._step_arguments = tuple(arguments)

    def _prepare_points(self) -> None:
        """The same for what is asked at each point of an integration."""
        self._set_time = self._library.function("SetTime")
        self._time = ctypes.c_double()
        self._time_arguments = (ctypes.c_void_p(self._component), self._time)
        states, indicators = len(self.description.states), self.description.event_indicators
        self._x = self._in_place("SetContinuousStates", states)
        self._rates = self._in_place("GetDerivatives", states)
        self._crossings = self._in_place("GetEventIndicators", indicators)

    def _in_place(self, name: str, n: int) -> _Vector:
        buffer = np.zeros(n)
        arguments = (ctypes.c_void_p(self._component), ctypes.c_void_p(buffer.ctypes.data), ctypes.c_size_t(n))
        return _Vector(name, self._library.function(name), arguments, buffer)

    def _step_failed(self, status: int) -> None:
        last: float | None = None
        if status == _DISCARD and self._major == 2:
            flag, time = ctypes.c_int(), ctypes.c_double()
            boolean, real = self._library.function("GetBooleanStatus"), self._library.function("GetRealStatus")
            if boolean(self._component, _TERMINATED, ctypes.addressof(flag)) == 0 and flag.value:
                self._ended()
            if real(self._component, _LAST_TIME, ctypes.addressof(time)) == 0:
                last = time.value
        self._fail("DoStep", status, last)

    def _ended(self) -> None:
        self._said(CATCHER.take())
        raise CallError(f"{self.label}: the FMU asks to end the simulation{self.last_words()}", "DoStep", "terminated")


class _EventInfo2(ctypes.Structure):
    _fields_ = (
        ("again", ctypes.c_int),
        ("terminate", ctypes.c_int),
        ("nominals_changed", ctypes.c_int),
        ("states_changed", ctypes.c_int),
        ("next_defined", ctypes.c_int),
        ("next_time", ctypes.c_double),
    )
