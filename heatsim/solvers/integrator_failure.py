"""Why an integration stopped: the last point that it reached, and what moves or is not a number there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from heatsim.errors import SimulationError

TOO_MUCH_WORK = "CV_TOO_MUCH_WORK"
_HALVINGS = 14
_SHOWN_INPUTS = 8
_LOOKS = 11  # at times between the last good one and the first that is not


@dataclass(frozen=True)
class Stopped:
    """An integration from `start` to `end` that did not get there.

    Attributes
    ----------
    name
        What was integrated.
    states, inputs
        Names; those of inputs may be empty.
    nominal
        Magnitude of each state.
    start, end
        Time span, s.
    x
        State at the start.
    reason
        What the integrator says.
    most_steps
        How many steps it may take.
    derivative
        `(t, x) -> der(x)`.
    inputs_at
        Inputs at a time.
    advance
        `(x, t, t_end) -> x` by a fresh integrator; raises RuntimeError when it does not get there.
    """

    name: str
    states: tuple[str, ...]
    inputs: tuple[str, ...]
    nominal: np.ndarray
    start: float
    end: float
    x: np.ndarray
    reason: str
    most_steps: int
    derivative: Callable[[float, np.ndarray], np.ndarray]
    inputs_at: Callable[[float], np.ndarray]
    advance: Callable[[np.ndarray, float, float], np.ndarray]

    def error(self) -> SimulationError:
        """One line: where it stopped, which state is to blame, the last good inputs, and what to do."""
        flag = re.search(r"CV_[A-Z_]+", self.reason)
        what = flag.group(0) if flag else self.reason.splitlines()[0][:120]
        t, x, failed = (self.start, self.x, self.end) if what == TOO_MUCH_WORK else self._last_good()
        refused = self._refused(t, x, failed)
        if refused is not None:
            return SimulationError(
                f"{self.name}: the integrator stopped between t = {t:.9g} and {failed:.9g} s ({what}); an FMU refuses "
                f"to be evaluated at t = {refused:.9g} s{self._shown_inputs(refused)}; open the FMUs with "
                "isolate=True, then the one that fails and its log are named here"
            )
        worst, derivative, at = self._culprit(t, x, failed)
        name, value = self.states[worst], x[worst]
        if not np.isfinite(derivative):
            detail = f"the derivative of '{name}' is {derivative} with the inputs of t = {at:.6g} s"
            action = "check the inputs then and its unit's parameters (division by zero, root of a negative number)"
        elif what == TOO_MUCH_WORK:
            detail = f"{self.most_steps} steps did not suffice; '{name}' = {value:.6g} moves fastest"
            action = (
                "look for a state that swings or grows without limit, or try a smaller output_step or a larger rtol"
            )
        else:
            detail = f"'{name}' = {value:.6g} moves fastest, {derivative:.3g} per second"
            action = "check its inputs and parameters, or try another rtol"
        return SimulationError(
            f"{self.name}: the integrator stopped between t = {t:.9g} and {failed:.9g} s ({what}); {detail}"
            f"{self._shown_inputs(t)}; {action}"
        )

    def _last_good(self) -> tuple[float, np.ndarray, float]:
        """Time and state that are reached before it stops, and a time shortly after that is not."""
        t, x, failed = self.start, self.x, self.end
        for _ in range(_HALVINGS):
            middle = 0.5 * (t + failed)
            try:
                reached = self.advance(x, t, middle)
            except RuntimeError:
                failed = middle
                continue
            if not np.isfinite(reached).all():
                failed = middle
                continue
            t, x = middle, reached
        return t, x, failed

    def _refused(self, t: float, x: np.ndarray, failed: float) -> float | None:
        """Time at which the derivatives cannot be had at all: the binary of an FMU returns an error."""
        for at in np.linspace(t, failed, _LOOKS):
            try:
                self.derivative(float(at), x)
            except RuntimeError:
                return float(at)
        return None

    def _culprit(self, t: float, x: np.ndarray, failed: float) -> tuple[int, float, float]:
        """State whose derivative is not finite or largest, that derivative, and the time of the inputs in it."""
        # along the inputs too: a root may have become negative on the way
        for at in np.linspace(t, failed, _LOOKS):
            derivative = self.derivative(float(at), x)
            if not np.isfinite(derivative).all():
                worst = int(np.argmin(np.isfinite(derivative)))
                return worst, float(derivative[worst]), float(at)
        derivative = self.derivative(t, x)
        worst = int(np.argmax(np.abs(derivative) / self.nominal))
        return worst, float(derivative[worst]), t

    def _shown_inputs(self, t: float) -> str:
        if not self.inputs:
            return ""
        values = self.inputs_at(t)
        listed = [f"{n} = {v:.6g}" for n, v in zip(self.inputs[:_SHOWN_INPUTS], values, strict=False)]
        more = f" and {len(self.inputs) - _SHOWN_INPUTS} more" if len(self.inputs) > _SHOWN_INPUTS else ""
        return f"; inputs at t = {t:.9g} s: {', '.join(listed)}{more}"
