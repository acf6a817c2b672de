"""Modes of the closed system: which are unstable or badly damped, and which loop and which units they belong to.

A mode belongs to the loop whose gain moves its eigenvalue most: d(lambda)/d(kappa) = w^H B C v with the left and right
eigenvectors w^H v = 1, the disturbance at the loop's command B and the command C. The part of a state is its
participation factor |w_k v_k| (Pérez-Arriaga, Verghese and Schweppe, 1982), summed over the states of a unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from heatsim.analysis.linear_sampling import Discrete

GROWS = 1e-7
"""Growth (1/s) above which a mode counts as unstable: tenfold in 270 days. Integrators have none but for rounding."""
_SEEN = 1e-3
_OWN = 0.03


@dataclass(frozen=True)
class Mode:
    """An eigenvalue of the closed system.

    Attributes
    ----------
    eigenvalue
        1/s; of a sampled system the logarithm of its multiplier over the common period, whose imaginary part is known
        up to multiples of the sampling rate.
    units
        Participation of units, the largest first; sums to 1 over all units.
    states
        Participation of the five states that take part most.
    sensitivity
        Change of the eigenvalue with the gain of each loop, relative to both.
    """

    eigenvalue: complex
    units: dict[str, float]
    states: dict[str, float]
    sensitivity: np.ndarray

    @property
    def damping(self) -> float:
        """Damping ratio: -1 to 1, negative when unstable."""
        size = abs(self.eigenvalue)
        return float(-self.eigenvalue.real / size) if size else 0.0

    @property
    def period(self) -> float:
        """Period, s; inf when it does not oscillate."""
        turn = abs(self.eigenvalue.imag)
        return float(2.0 * np.pi / turn) if turn > 0 else np.inf


class Modes:
    """All modes of closed matrices."""

    def __init__(self, made: Discrete) -> None:
        self._states = made.states
        a = made.a
        scale = _balance(a)
        a = a * scale / scale[:, None]
        values, left, right = sl.eig(a, left=True, right=True) if a.size else (np.zeros(0), a, a)
        product = np.einsum("ki,ki->i", left.conj(), right)
        product = np.where(np.abs(product) > 0, product, 1e-300)
        self._participation = left.conj() * right / product
        rate = ((left.conj() / product).T @ (made.b / scale[:, None])) * ((made.c * scale) @ right).T
        if made.period:
            with np.errstate(divide="ignore"):
                logs = np.log(values.astype(complex)) / made.period
            gone = np.abs(values) < 1e-8
            with np.errstate(divide="ignore", invalid="ignore"):
                rate = np.where(gone[:, None], 0.0, rate / values[:, None] / made.period)
            values = np.where(gone, -18.0 / made.period + 0j, logs)
        self.values = values
        self.sensitivity = np.abs(rate) / np.maximum(np.abs(values), GROWS)[:, None]

    def unstable(self, loop: int | None = None) -> np.ndarray:
        """Numbers of the unstable modes, of all or of those that a loop has a part in."""
        bad = self.values.real > GROWS
        if loop is not None:
            bad &= self.sensitivity[:, loop] > _SEEN
        return np.flatnonzero(bad)

    def of_loop(self, loop: int) -> Mode | None:
        """The mode that grows fastest, or else the least damped one, among those that a loop has a part in."""
        growing = self.unstable(loop)
        if growing.size:
            return self.mode(int(growing[np.argmax(self.values[growing].real)]))
        part = self.sensitivity[:, loop] / max(float(self.sensitivity[:, loop].max(initial=0.0)), 1e-300)
        own = np.flatnonzero((self.sensitivity[:, loop] > _OWN) & (part > _OWN))
        return self._least_damped(own)

    def of_states(self, prefix: str) -> Mode | None:
        """The least damped mode in which states of a unit (or part of one) take part."""
        rows = [i for i, state in enumerate(self._states) if state.startswith(prefix)]
        if not rows:
            return None
        share = np.abs(self._participation)
        share = share[rows].sum(axis=0) / np.maximum(share.sum(axis=0), 1e-300)
        return self._least_damped(np.flatnonzero(share > 0.5 * share.max()))

    def _least_damped(self, among: np.ndarray) -> Mode | None:
        if not among.size:
            return None
        values = self.values[among]
        damping = -values.real / np.maximum(np.abs(values), 1e-300)
        return self.mode(int(among[np.argmin(damping)]))

    def mode(self, k: int) -> Mode:
        """One mode by number."""
        share = np.abs(self._participation[:, k])
        share = share / max(float(share.sum()), 1e-300)
        units: dict[str, float] = {}
        for state, value in zip(self._states, share.tolist(), strict=True):
            unit = state.partition(".")[0]
            units[unit] = units.get(unit, 0.0) + value
        top = np.argsort(-share)[:5]
        return Mode(
            complex(self.values[k]),
            dict(sorted(units.items(), key=lambda item: -item[1])),
            {self._states[i]: float(share[i]) for i in top},
            self.sensitivity[k],
        )


def _balance(a: np.ndarray) -> np.ndarray:
    """Scale of each state between pascals and kelvins, by LAPACK."""
    if not a.size:
        return np.ones(0)
    _, (scale, _) = sl.matrix_balance(a, permute=False, separate=True)
    return np.asarray(scale)
