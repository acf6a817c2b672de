"""Modes of the closed system: which are unstable or badly damped, and which loop and which units they belong to.

A mode belongs to the loop whose gain moves its eigenvalue most: d(lambda)/d(kappa) = w^H B C v with the left and right
eigenvectors w^H v = 1, the disturbance at the loop's command B and the command C. The part of a state is its
participation factor |w_k v_k| (Pérez-Arriaga, Verghese and Schweppe, 1982), summed over the states of a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg as sl

from heatsim.analysis.linear_sampling import Discrete, SampledPart
from heatsim.analysis.margins.model import LoopModel

GROWS = 1e-6
"""Growth (1/s) above which a mode counts as unstable: tenfold in 27 days. Integrators have none but for rounding; a
tank that charges, and so is in no steady state, has some 1e-7."""
SEEN = 1e-3
"""Relative change of an eigenvalue with the gain of a loop above which the loop has a part in the mode."""
_OWN = 0.03
_PEAK = 0.5
_STEP = 1e-5
_GONE = 1e-4


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
    """All modes of a model with the gains of some loops multiplied.

    Of a system with units that tick these are the multipliers over their common period, and, for what dies away within
    one (to 1e-4), the modes of the plant between ticks.
    """

    def __init__(self, model: LoopModel, factors: Mapping[str, float] | None = None) -> None:
        made = model.closed(factors)
        self._states, self.period = made.states, made.period
        if not made.period:
            values, self._participation, left, right = _eigen(made.a)
            rate = (left.conj().T @ made.b) * (made.c @ right).T
        else:
            values, rate, self._participation = self._of_periods(model, factors, made)
        self.values = values
        gains = np.array([(factors or {}).get(name, 1.0) for name in model.loops])
        self.sensitivity = gains * np.abs(rate) / np.maximum(np.abs(values), GROWS)[:, None]

    def _of_periods(
        self, model: LoopModel, factors: Mapping[str, float] | None, made: Discrete
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        multipliers, participation, left, right = _eigen(made.a)
        period = made.period
        rate = np.zeros((multipliers.size, len(model.loops)), dtype=complex)
        for i, (name, loop) in enumerate(model.loops.items()):
            if abs(ticks_of(model.parts, loop.command.partition(".")[0]) - period) < 1e-9 * period:
                rate[:, i] = (left.conj().T @ made.b[:, i]) * (made.c[i] @ right)
            else:  # a disturbance held over the common period is not what this loop does
                more = dict(factors or {})
                more[name] = more.get(name, 1.0) + _STEP
                slope = (model.closed(more, made.states).a - made.a) / _STEP
                rate[:, i] = np.einsum("ki,ki->i", left.conj(), slope @ right)
        lasting = np.abs(multipliers) > _GONE
        kept = np.where(lasting, multipliers, 1.0)
        values = np.log(kept.astype(complex)) / period
        rate = rate / kept[:, None] / period
        # turns that a mode makes within a period: from the rates between ticks, weighted with the mode
        plant = model.scaled(factors or {})
        here, there = _shared(made.states, plant.states)
        between = np.zeros_like(made.a)
        between[np.ix_(here, here)] = plant.derivative.x[np.ix_(there, there)]
        share = participation[here].sum(axis=0)
        turns = np.einsum("ki,kl,li->i", left.conj(), between, right) / np.where(np.abs(share) > 1e-9, share, np.inf)
        once = 2.0 * np.pi / period
        values = values + 1j * once * np.round((turns.imag - values.imag) / once)
        # what does not last a period
        fast, fast_part, left, right = _eigen(between)
        gone = fast.real < np.log(_GONE) / period
        b, c = np.zeros_like(made.b), np.zeros_like(made.c)
        b[here] = plant.derivative.q[there]
        for i, channel in enumerate(model.channels):
            c[i, here] = plant.signals.x[channel.index][there]
        fast_rate = (left.conj().T @ b) * (c @ right).T
        return (
            np.concatenate([values[lasting], fast[gone]]),
            np.concatenate([rate[lasting], fast_rate[gone]]),
            np.concatenate([participation[:, lasting], fast_part[:, gone]], axis=1),
        )

    def unstable(self, loop: int | None = None) -> np.ndarray:
        """Numbers of the unstable modes, of all or of those that a loop has a part in."""
        bad = self.values.real > GROWS
        if loop is not None:
            bad &= self.sensitivity[:, loop] > SEEN
        return np.flatnonzero(bad)

    def of_loop(self, loop: int) -> Mode | None:
        """The mode that grows fastest, or else the least damped one, among those that are large in a loop."""
        growing = self.unstable(loop)
        if growing.size:
            return self.mode(int(growing[np.argmax(self.values[growing].real)]))
        # what each mode adds to the response at the command where it peaks; dead times have hosts of fast little ones
        peak = self.sensitivity[:, loop] * np.abs(self.values) / np.maximum(np.abs(self.values.real), GROWS)
        own = self.sensitivity[:, loop] > _OWN
        return self._least_damped(np.flatnonzero(own & (peak > _PEAK * float(peak[own].max(initial=0.0)))))

    def of_states(self, prefix: str) -> Mode | None:
        """The least damped mode in which states of a unit (or part of one) take part."""
        rows = [i for i, state in enumerate(self._states) if state.startswith(prefix)]
        if not rows:
            return None
        share = np.abs(self._participation)
        share = share[rows].sum(axis=0) / np.maximum(share.sum(axis=0), 1e-300)
        # in which they take part more than twice as much as if all states took part alike
        return self._least_damped(np.flatnonzero(share > min(2.0 * len(rows) / len(self._states), 0.5 * share.max())))

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


def ticks_of(parts: list[SampledPart], unit: str) -> float:
    """Period of a unit that ticks, s; 0 for another."""
    return next((float(p.member.unit.period) for p in parts if p.member.name == unit), 0.0)  # type: ignore[union-attr]


def _shared(states: tuple[str, ...], plant: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Places of the states that two sets share."""
    place = {name: i for i, name in enumerate(plant)}
    here = [k for k, name in enumerate(states) if name in place]
    return here, [place[states[k]] for k in here]


def _eigen(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues, participation of the states (rows) in the modes, left and right vectors of product 1."""
    if not a.size:
        return np.zeros(0, dtype=complex), a.astype(complex), a.astype(complex), a.astype(complex)
    # states of like magnitude between pascals and kelvins, by LAPACK
    _, (scale, _) = sl.matrix_balance(a, permute=False, separate=True)
    values, left, right = sl.eig(a * scale / scale[:, None], left=True, right=True)
    product = np.einsum("ki,ki->i", left.conj(), right)
    product = np.where(np.abs(product) > 0, product, 1e-300)
    left, right = left / product.conj() / scale[:, None], right * scale[:, None]
    return values, left.conj() * right, left, right
