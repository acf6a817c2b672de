"""An exact little integrator for Model Exchange FMUs of FMI 2.0 and 3.0, through FMPy's binary interface.

Between events the right-hand side is smooth and DOP853 (or Radau) runs with tight tolerances; indicators are watched
on its dense output and events are located by bisection to the last digits; inputs are evaluated inside the
right-hand side.
"""

from __future__ import annotations

import ctypes
import itertools
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fmpy
import numpy as np
from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import FMU2Model, defaultCallbacks, fmi2CallbackFunctions, fmi2CallbackLoggerTYPE
from fmpy.fmi3 import FMU3Model
from scipy.integrate import DOP853, Radau

RTOL = 1e-10
ATOL = 1e-11
MAX_EVENTS = 2000
WATCHED = 16  # points of a step where indicators are looked at


class RunError(Exception):
    """The FMU stopped the run; the text is its own last messages."""


@dataclass
class Run:
    """A trajectory: values by name at the asked times, instants of events, messages by severity."""

    values: dict[str, np.ndarray]
    events: list[float]
    messages: list[tuple[int, str]] = field(default_factory=list)


class Unit:
    """One instance of an FMU."""

    def __init__(self, path: Path, folder: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        self.folder = folder
        self.description = fmpy.read_model_description(str(path), validate=False)
        self.variables = {variable.name: variable for variable in self.description.modelVariables}
        self.is_fmi2 = self.description.fmiVersion.startswith("2")
        self.messages: list[tuple[int, str]] = []
        arguments = {
            "guid": self.description.guid,
            "unzipDirectory": str(folder),
            "modelIdentifier": self.description.modelExchange.modelIdentifier,
            "instanceName": "unit",
        }
        self.model: Any
        if self.is_fmi2:
            self.model = FMU2Model(**arguments)
            callbacks = fmi2CallbackFunctions()
            callbacks.logger = fmi2CallbackLoggerTYPE(self._log2)
            callbacks.allocateMemory = defaultCallbacks.allocateMemory
            callbacks.freeMemory = defaultCallbacks.freeMemory
            self.model.instantiate(callbacks=callbacks)
        else:
            self.model = FMU3Model(**arguments)
            self.model.instantiate(logMessage=self._log3)
        self.nz = int(self.description.numberOfEventIndicators or 0)
        self.nx = int(self.description.numberOfContinuousStates or 0)
        if not self.is_fmi2:
            self.nz = self.model.getNumberOfEventIndicators()
            self.nx = self.model.getNumberOfContinuousStates()
        self._x = np.zeros(self.nx)
        self._dx = np.zeros(self.nx)
        self._z = np.zeros(self.nz)

    def close(self) -> None:
        """Free the instance and its files."""
        self.model.freeInstance()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _log3(self, _environment: object, status: int, _category: bytes, message: bytes) -> None:
        self.messages.append((int(status), message.decode("utf-8", "replace")))

    def _log2(
        self, _environment: object, _name: bytes, status: int, _category: bytes, message: bytes, *_: object
    ) -> None:
        self.messages.append((int(status), message.decode("utf-8", "replace")))

    def said(self) -> str:
        """Return all messages of the FMU."""
        return "; ".join(text for _, text in self.messages)

    # -- values

    def get(self, names: Sequence[str]) -> np.ndarray:
        """Return values of variables of any type as numbers."""
        return np.array([self._get_one(name) for name in names], dtype=float)

    def _get_one(self, name: str) -> float:
        variable = self.variables[name]
        return float(getattr(self.model, f"get{_kind(variable, self.is_fmi2)}")([variable.valueReference])[0])

    def set(self, values: Mapping[str, float]) -> None:
        """Set variables of any type."""
        for name, value in values.items():
            variable = self.variables[name]
            kind = _kind(variable, self.is_fmi2)
            typed = float(value) if kind in ("Real", "Float64") else bool(value) if kind == "Boolean" else int(value)
            try:
                getattr(self.model, f"set{kind}")([variable.valueReference], [typed])
            except FMICallException as error:
                raise RunError(f"{name} = {typed}: {self.said() or error}") from None

    # -- states; the arrays are reused, so results are copied

    def states(self) -> np.ndarray:
        """Return the continuous states."""
        if self.nx:
            self.model.getContinuousStates(_pointer(self._x), self.nx)
        return self._x.copy()

    def place(self, t: float, x: np.ndarray) -> None:
        """Set time and continuous states."""
        self.model.setTime(t)
        if self.nx:
            self._x[:] = x
            self.model.setContinuousStates(_pointer(self._x), self.nx)

    def rates(self) -> np.ndarray:
        """Return the derivatives of the states."""
        if self.nx:
            read = self.model.getDerivatives if self.is_fmi2 else self.model.getContinuousStateDerivatives
            read(_pointer(self._dx), self.nx)
        return self._dx.copy()

    def indicators(self) -> np.ndarray:
        """Return the event indicators."""
        if self.nz:
            self.model.getEventIndicators(_pointer(self._z), self.nz)
        return self._z.copy()

    # -- life

    def initialize(self, start: float, parameters: Mapping[str, float], inputs: Mapping[str, float]) -> float | None:
        """Initialize; gives the time of the first time event."""
        if self.is_fmi2:
            self.model.setupExperiment(startTime=start)
        self.set(parameters)
        if self.is_fmi2:
            self.model.enterInitializationMode()
        else:
            self.model.enterInitializationMode(startTime=start)
        self.set(inputs)
        self.model.exitInitializationMode()
        return self.iterate()

    def iterate(self) -> float | None:
        """Iterate at an event until nothing changes, go on to continuous time; gives the time of the next event."""
        for _ in range(1000):
            update = self.model.newDiscreteStates if self.is_fmi2 else self.model.updateDiscreteStates
            again, terminate, _, _, has_next, following = update()
            if terminate:
                raise RunError("the model asks for the end of the run")
            if not again:
                self.model.enterContinuousTimeMode()
                return float(following) if has_next else None
        raise RunError("the event iteration does not end")


def _pointer(array: np.ndarray) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _kind(variable: Any, is_fmi2: bool) -> str:
    if variable.type == "Enumeration":
        return "Integer" if is_fmi2 else "Int64"
    return str(variable.type)


def simulate(
    path: Path,
    folder: Path,
    times: Sequence[float],
    names: Sequence[str],
    *,
    parameters: Mapping[str, float] | None = None,
    inputs: Mapping[str, Callable[[float], float]] | None = None,
    breaks: Sequence[float] = (),
    stiff: bool = False,
    max_step: float = 0.0,
    start: float = 0.0,
) -> Run:
    """Run an FMU from a start time and return values of variables at given times.

    Parameters
    ----------
    path, folder : the FMU and an empty folder for its files
    times : rising, s
    names : of variables of any type
    parameters : set before initialization
    inputs : functions of time
    breaks : instants where inputs jump; the value after the jump holds from there on
    stiff : True for Radau
    max_step : s; a hundredth of the run when not given
    start : s

    Raises
    ------
    RunError
        The FMU refuses to go on.
    """
    unit = Unit(path, folder)
    try:
        longest = max_step or (max(times) - start) / 100 or 1.0
        runner = _Runner(unit, times, names, inputs or {}, breaks, stiff, longest)
        return runner.run(parameters or {}, start)
    except FMICallException as error:
        raise RunError(unit.said() or str(error)) from None
    finally:
        unit.close()


class _Runner:
    """One run to the last of the times."""

    def __init__(
        self,
        unit: Unit,
        times: Sequence[float],
        names: Sequence[str],
        inputs: Mapping[str, Callable[[float], float]],
        breaks: Sequence[float],
        stiff: bool,
        max_step: float,
    ) -> None:
        self.unit = unit
        self.times = list(times)
        self.names = list(names)
        self.real_inputs = {n: f for n, f in inputs.items() if unit.variables[n].type in ("Real", "Float64")}
        self.other_inputs = {n: f for n, f in inputs.items() if n not in self.real_inputs}
        self.breaks = sorted(breaks)
        self.method = Radau if stiff else DOP853
        self.max_step = max_step
        self.rows: list[np.ndarray] = []
        self.events: list[float] = []

    def run(self, parameters: Mapping[str, float], start: float) -> Run:
        everything = {**self.real_inputs, **self.other_inputs}
        following = self.unit.initialize(start, parameters, {n: f(start) for n, f in everything.items()})
        t, x = start, self.unit.states()
        self._record_until(start, lambda _t: x)
        while len(self.rows) < len(self.times):
            t, x, is_event = self._segment(t, x, following)
            if is_event:
                following = self._event(t, x)
                x = self.unit.states()
        data = np.array(self.rows)
        return Run({n: data[:, k] for k, n in enumerate(self.names)}, self.events, self.unit.messages)

    def _event(self, t: float, x: np.ndarray) -> float | None:
        if len(self.events) > MAX_EVENTS:
            raise RunError(f"more than {MAX_EVENTS} events, the last at t = {t:g} s")
        self.events.append(t)
        self._place(t, x)
        self.unit.model.enterEventMode()
        everything = {**self.real_inputs, **self.other_inputs}
        self.unit.set({n: f(t) for n, f in everything.items()})
        while self.breaks and self.breaks[0] <= t:
            self.breaks.pop(0)
        return self.unit.iterate()

    def _place(self, t: float, x: np.ndarray) -> None:
        self.unit.place(t, x)
        if self.real_inputs:
            before = min(t, self.breaks[0] - 1e-12) if self.breaks else t
            self.unit.set({n: f(before) for n, f in self.real_inputs.items()})

    def _rates(self, t: float, x: np.ndarray) -> np.ndarray:
        self._place(t, x)
        return self.unit.rates()

    def _indicators(self, t: float, x: np.ndarray) -> np.ndarray:
        self._place(t, x)
        return self.unit.indicators()

    def _segment(self, t: float, x: np.ndarray, following: float | None) -> tuple[float, np.ndarray, bool]:
        """Integrate to the next event or to the end; gives where it stopped and whether that is an event."""
        fixed = [stop for stop in (following, self.breaks[0] if self.breaks else None) if stop is not None]
        end = min([self.times[-1], *fixed])
        if fixed and min(fixed) <= t:
            return t, x, True
        stepper = self._stepper(t, x, end)
        signs = self._indicators(t, x) > 0
        for t_old, t_new, at in stepper:
            found = self._crossing(t_old, t_new, at, signs)
            self._record_until(t_new if found is None else found, at)
            if found is not None:
                return found, at(found), True
            self._place(t_new, at(t_new))
            wants_event, terminate = self.unit.model.completedIntegratorStep()
            if terminate:
                raise RunError("the model asks for the end of the run")
            if wants_event:
                return t_new, at(t_new), True
        return end, at(end), end in fixed

    def _stepper(self, t: float, x: np.ndarray, end: float) -> Any:
        """Yield (from, to, dense output) step by step."""
        if self.unit.nx == 0:
            edges = np.linspace(t, end, max(2, int(np.ceil((end - t) / self.max_step)) + 1))
            for a, b in itertools.pairwise(edges):
                yield float(a), float(b), lambda _t: x
            return
        solver = self.method(self._rates, t, x, end, rtol=RTOL, atol=ATOL, max_step=self.max_step)
        while solver.status == "running":
            message = solver.step()
            if solver.status == "failed":
                raise RunError(f"the integrator stops at t = {solver.t:g} s: {message}")
            yield solver.t_old, solver.t, _exact_at_end(solver)

    def _crossing(self, t_old: float, t_new: float, at: Any, signs: np.ndarray) -> float | None:
        """Return the first instant of a step after which an indicator has changed its sign."""
        if not self.unit.nz:
            return None
        left = t_old
        for right in np.linspace(t_old, t_new, WATCHED + 1)[1:]:
            if np.any((self._indicators(right, at(right)) > 0) != signs):
                while right - left > 4e-16 * max(abs(right), 1e-3):
                    middle = 0.5 * (left + right)
                    if middle in (left, right):
                        break
                    if np.any((self._indicators(middle, at(middle)) > 0) != signs):
                        right = middle
                    else:
                        left = middle
                return float(right)
            left = right
        return None

    def _record_until(self, t: float, at: Callable[[float], np.ndarray]) -> None:
        """Record values at the asked times up to t; at an event itself the values before it."""
        while len(self.rows) < len(self.times) and self.times[len(self.rows)] <= t:
            now = self.times[len(self.rows)]
            self._place(now, at(now))
            self.rows.append(self.unit.get(self.names))


def _exact_at_end(solver: Any) -> Callable[[float], np.ndarray]:
    """Return the dense output of the last step, exact at its end."""
    dense, t_end, x_end = solver.dense_output(), solver.t, solver.y.copy()
    return lambda t: x_end if t == t_end else dense(t)
