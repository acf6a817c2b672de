"""Integrates equations with events: CVODE of SUNDIALS finds the time of an event, the model carries it through.

A state event is a change of domain of an event indicator z, between z > 0 and z <= 0, as FMI 2.0 and 3.0 define it. So
an indicator that is exactly zero belongs to the lower domain: it is shown to CVODE as a number just below zero, so that
it is no root by itself, and that its rise is one. At an event CVODE stops on the far side of the change. After each
event it starts again from the states that the model gives, with the domains that the indicators have then.
"""

from __future__ import annotations

import math
import warnings
from collections import deque
from typing import Any, Protocol

import numpy as np
from sksundae.cvode import CVODE

from heatsim.errors import SimulationError
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.interrupt import interruptible
from heatsim.solvers.participant import Discarded
from heatsim.solvers.segments import time_tolerance

_MAX_STEPS = 100_000
# an indicator that changes its domain so often within such a time has no end of changing
_MOST_CHANGES = 20
_CHATTERING = 1e-6
_MOST_EVENTS_AT_ONCE = 100
# scikit-sundae keeps all roots of an object; a new one forgets them
_EVENTS_PER_SOLVER = 100
# points that cannot be evaluated, between two events, after which the model is taken to have an end there
_MOST_DISCARDED = 300
_REACHED, _STOPPED, _ROOT, _TOO_CLOSE = 0, 1, 2, -27
_JUST_BELOW = -1e-300
_LARGE = 1e300
_DENSE = 60  # states up to which a dense factorisation is the faster one


class EventModel(Protocol):
    """Equations `der(y) = rates(t, y)` with events.

    Attributes
    ----------
    name
        Name for messages.
    states
        Names of the states.
    n_indicators
        Number of event indicators.
    watches_steps
        Whether `step_done` has to be called after each step of the integrator.
    next_event
        Time of the next time event, s; infinite when there is none.
    """

    name: str

    @property
    def states(self) -> tuple[str, ...]: ...
    @property
    def nominal(self) -> np.ndarray: ...
    @property
    def n_indicators(self) -> int: ...
    @property
    def watches_steps(self) -> bool: ...
    @property
    def next_event(self) -> float: ...

    @property
    def sparsity(self) -> Any:
        """Entries of the Jacobian as a scipy matrix by columns, or None for one by finite differences."""
        ...

    def rates(self, t: float, y: np.ndarray) -> np.ndarray:
        """Derivatives; raises `Discarded` where there are none."""
        ...

    def jacobian(self, t: float, y: np.ndarray) -> np.ndarray:
        """Entries of the Jacobian in the order of `sparsity`."""
        ...

    def indicators(self, t: float, y: np.ndarray) -> np.ndarray:
        """Event indicators; raises `Discarded` where there are none."""
        ...

    def step_done(self, t: float, y: np.ndarray) -> bool:
        """Tell the model that a step ended here; True when it asks for an event."""
        ...

    def event(self, t: float, y: np.ndarray) -> np.ndarray:
        """Carry an event through; returns the states after it and sets `next_event`."""
        ...

    def indicator_name(self, index: int) -> str:
        """What an indicator belongs to, for messages."""
        ...


class EventIntegrator:
    """CVODE (BDF, Newton, dense) with root finding and event handling.

    Attributes
    ----------
    t, y
        Where it is; y has all events up to t behind it.
    max_step
        Longest step, s; may be changed before a restart.

    Parameters
    ----------
    model
        What is integrated.
    rtol
        Relative tolerance; the absolute one is rtol times the nominal value of each state.
    max_step
        Longest step, s: indicators that change twice in a step are not seen, nor is what an explicit function of time
        does within one of a system at rest. 0 for none.
    statistics
        Counter that the work is added to.
    """

    def __init__(self, model: EventModel, rtol: float, max_step: float, statistics: Statistics) -> None:
        self.t = 0.0
        self.y = np.zeros(0)
        self._model = model
        self._rtol = rtol
        self.max_step = max_step
        self._statistics = statistics
        self._solver: Any = None
        self._nominal = np.zeros(0)
        self._running = False
        self._uses = 0
        self._longest = 0.0
        self._domain = np.zeros(0, dtype=bool)
        self._changes: list[deque[float]] = []
        self._at_once = 0
        self._last_event = -math.inf
        self._evaluated = 0
        self._discarded = 0

    def restart(self, t: float, y: np.ndarray) -> None:
        """Go on from another point, which may lie in the past, or after a change of the equations."""
        if t < self.t:
            # what is gone over again is no chattering
            for times in self._changes:
                while times and times[-1] > t:
                    times.pop()
            if self._last_event > t:
                self._last_event, self._at_once = -math.inf, 0
        self.t, self.y = t, np.array(y, dtype=float)
        self._running = False

    def forget(self) -> None:
        """Begin anew with another solver at the next step, as an integrator does that has just been made."""
        self._solver, self._running = None, False

    def to(self, end: float, horizon: float) -> np.ndarray:
        """States at `end`, all events up to then, and those that cannot be told from it, behind them.

        Parameters
        ----------
        end
            Time to reach, s.
        horizon
            Time until which the equations are smooth but for events, s; CVODE does not look beyond.

        Raises
        ------
        SimulationError
            When CVODE stops, events come without end, or the model fails.
        """
        while True:
            due = self._model.next_event
            at_event = due <= end + time_tolerance(self.t, end)
            target = due if at_event else end
            if target - self.t > 1e-13 * max(abs(self.t), abs(target)):
                if self._step_to(target, min(horizon, due)):
                    self._event()
                    continue
            else:
                self.t = max(self.t, target)
            if not at_event:
                return self.y
            self._event()

    def _event(self) -> None:
        moved = self.t - self._last_event > time_tolerance(self.t, self.t) * 1e-3
        self._at_once = 0 if moved else self._at_once + 1
        self._last_event = self.t
        if self._at_once > _MOST_EVENTS_AT_ONCE:
            raise SimulationError(
                f"{self._model.name}: more than {_MOST_EVENTS_AT_ONCE} events at t = {self.t:.9g} s, and time does not "
                "go on; use hysteresis or pre(...) in the model"
            )
        self._statistics.events += 1
        self.restart(self.t, self._model.event(self.t, self.y))

    def _begin(self) -> None:
        """Start CVODE where we are."""
        rates = self._model.rates(self.t, self.y)
        if not np.isfinite(rates).all():
            raise self._not_finite(self.t, rates)
        if self._model.n_indicators:
            self._domain = self._indicators(self.t, self.y) > 0.0
        nominal = self._model.nominal
        fits = 0.5 * self.max_step <= self._longest <= self.max_step * (1.0 + 1e-6)
        if (
            self._solver is None
            or self._uses >= _EVENTS_PER_SOLVER
            or not fits
            or not np.array_equal(nominal, self._nominal)
        ):
            self._solver, self._nominal, self._uses = self._new_solver(nominal), nominal.copy(), 0
            self._longest = self.max_step
        self._uses += 1
        self._solver.init_step(self.t, self.y if self.y.size else np.zeros(1))
        self._evaluated = self._discarded = 0
        self._statistics.segments += 1
        self._running = True

    def _new_solver(self, nominal: np.ndarray) -> Any:
        model = self._model
        size = len(model.states)
        options: dict[str, Any] = {
            "rtol": self._rtol,
            "atol": self._rtol * nominal if size else 1.0,
            "max_num_steps": _MAX_STEPS,
            "max_step": self.max_step,
        }

        if model.sparsity is not None:
            sparse = size > _DENSE
            columns = np.repeat(np.arange(size), np.diff(model.sparsity.indptr))

            def jacobian(t: float, y: np.ndarray, _dy: np.ndarray, matrix: np.ndarray) -> None:
                try:
                    entries = model.jacobian(t, y)
                except Discarded:
                    # of a point just evaluated: a Jacobian without entries makes Newton fail and the step shorter
                    entries = np.full(model.sparsity.nnz, math.nan)
                if sparse:
                    matrix[:] = entries
                else:
                    matrix[:] = 0.0
                    matrix[model.sparsity.indices, columns] = entries

            options["jacfn"] = jacobian
            if sparse:
                options |= {"linsolver": "sparse", "sparsity": model.sparsity}

        # CVODE cannot be told that a point is to be avoided; it makes its step shorter where it meets NaN
        def rates(t: float, y: np.ndarray, dy: np.ndarray) -> None:
            try:
                dy[:] = model.rates(t, y) if size else 0.0
                if not np.isfinite(dy).all():
                    raise self._not_finite(t, dy)
            except Discarded:
                self._discarded += 1
                if self._discarded > _MOST_DISCARDED:
                    raise
                dy[:] = math.nan

        def indicators(t: float, y: np.ndarray, z: np.ndarray) -> None:
            found = self._indicators(t, y if size else y[:0])
            # an infinite one would leave the search for its root without a next point
            z[:] = np.clip(np.where(found > 0.0, found, np.minimum(found, _JUST_BELOW)), -_LARGE, _LARGE)

        if model.n_indicators:
            options |= {"eventsfn": indicators, "num_events": model.n_indicators}
        with warnings.catch_warnings():
            # that the sparsity is not used for finite differences when there is a Jacobian is what is wanted
            warnings.simplefilter("ignore", UserWarning)
            return CVODE(rates, **options)

    def _step_to(self, target: float, horizon: float) -> bool:
        """Go on to `target`; True when an event came before."""
        if not self._running:
            self._begin()
        model = self._model
        method = "onestep" if model.watches_steps else "normal"
        stop = target if model.watches_steps else max(horizon, target)
        for _ in range(_MAX_STEPS):
            with interruptible():
                result = self._solver.step(target, method=method, tstop=stop)
            self._statistics.evaluations += result.nfev - self._evaluated
            self._evaluated = result.nfev
            if result.status == _TOO_CLOSE:
                self.t = target
                return False
            if result.status < 0:
                raise self._failure(result, target)
            self.t = float(result.t)
            self.y = np.array(result.y[: len(model.states)])
            if not np.isfinite(self.y).all():
                raise self._failure(result, target)
            asked = model.watches_steps and model.step_done(self.t, self.y)
            if result.status == _ROOT and self._domain_changed():
                return True
            if asked:
                return True
            if self.t >= target:
                return False
        raise self._failure(None, target)

    def _indicators(self, t: float, y: np.ndarray) -> np.ndarray:
        """Indicators; an error where one is not a number, since its events would be passed over."""
        found = self._model.indicators(t, y)
        if np.isnan(found).any():
            name = self._model.indicator_name(int(np.argmax(np.isnan(found))))
            raise SimulationError(
                f"{name} is not a number at t = {t:.9g} s, so that its events cannot be found; check the inputs and "
                "parameters of its unit"
            )
        return found

    def _domain_changed(self) -> bool:
        """Whether an indicator has changed its domain since the start; an error when one does so without end."""
        changed = (self._indicators(self.t, self.y) > 0.0) != self._domain
        if not self._changes:
            self._changes = [deque(maxlen=_MOST_CHANGES) for _ in range(changed.size)]
        for index in np.flatnonzero(changed):
            times = self._changes[index]
            times.append(self.t)
            span = self.t - times[0]
            if len(times) == _MOST_CHANGES and span < max(_CHATTERING, 1e-12 * abs(self.t)):
                raise SimulationError(
                    f"{self._model.indicator_name(int(index))} changes {_MOST_CHANGES} times within {span:.2g} s at "
                    f"t = {self.t:.9g} s, and time does not go on (chattering, or events that come ever faster); use "
                    "hysteresis, or a model that comes to rest"
                )
        return bool(changed.any())

    def _not_finite(self, t: float, rates: np.ndarray) -> Discarded:
        worst = int(np.argmin(np.isfinite(rates)))
        return Discarded(
            f"{self._model.name}: the derivative of '{self._model.states[worst]}' is {rates[worst]} at t = {t:.9g} s; "
            "check the inputs and parameters of its unit"
        )

    def _failure(self, result: Any, target: float) -> SimulationError:
        reason = f"more than {_MAX_STEPS} steps" if result is None else " ".join(str(result.message).split())
        detail = ""
        if self.y.size:
            speed = np.abs(self._model.rates(self.t, self.y)) / self._nominal
            worst = int(np.argmax(speed))
            detail = f"; '{self._model.states[worst]}' = {self.y[worst]:.6g} moves fastest"
        return SimulationError(
            f"{self._model.name}: the integrator stopped between t = {self.t:.6g} and {target:.6g} s ({reason}){detail}"
            "; check its inputs and parameters, or try another rtol"
        )
