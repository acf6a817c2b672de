"""Is a co-simulation stable, what limits its step, and what would help: from the units linearised at one point.

A coupling is called unstable when the map from one exchange to the next (`heatsim.solvers.coupling_step`) grows faster
than the coupled system by itself: a plant that is unstable stays so however well it is coupled.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heatsim.solvers.coupling_step import (
    Coupling,
    Transition,
    couple,
    iteration_matrix,
    spectral_radius,
    step_matrix,
    transition,
)
from heatsim.solvers.iterated import MEMORY
from heatsim.solvers.linear_units import LinearSystem
from heatsim.system.bonds import bond_wires
from heatsim.system.checks import wires
from heatsim.system.system import System

METHODS = ("jacobi", "gauss_seidel", "iterated")
EXTRAPOLATIONS = ("held", "linear", "quadratic")

MATTERS = 1e-6
"""A link matters when the coupling grows less without it by more than this, relative to its growth: not by rounding."""

_PRECISION = 1.02
_FIRST = 1.0
_LARGEST = 1e6
_HALVINGS = 40
_KEPT = 50
# growth per step that counts as unstable beyond that of the plant: slower growth is lost in the error of the method
_GROWTH = 1e-4
_SHARE = 0.05
# held signals of a thermal bond are stable up to 2 C/UA, and a fifth of C/UA keeps its drift below 1 %
_OF_HELD = 0.1
_OF_LIMIT = 0.5


@dataclass(frozen=True)
class Link:
    """Connections between participants that belong together: those of a bond, or all others between two units.

    Attributes
    ----------
    name
        `bond 'name'`, or `connections a - b`.
    units
        Names of the units that it joins.
    inputs
        Inputs (unit, name) that it drives.
    """

    name: str
    units: tuple[str, ...]
    inputs: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Limit:
    """Largest stable and recommended step of a method, s; infinite when there is none up to 1e6 s."""

    method: str
    extrapolation: str
    stable: float
    recommended: float


@dataclass(frozen=True)
class LinkEffect:
    """What a link does to the stability at a step.

    Attributes
    ----------
    link
        The link.
    radius
        Spectral radius when the signals of the link are held constant for good.
    merged
        Largest stable step, s, when the units of the link are one participant; NaN for links without an effect.
    """

    link: Link
    radius: float
    merged: float = math.nan


class StabilityModel:
    """Linear units, the participants they form, and the method that couples them.

    Parameters
    ----------
    system, linear
        The system and its linear units.
    groups
        Names of the units of each participant.
    degrees
        Highest degree of input polynomials of units that cannot take parabolas.
    order
        Names of units in the order in which Gauss-Seidel lets their participants advance; the others follow.
    """

    def __init__(
        self,
        system: System,
        linear: LinearSystem,
        groups: Sequence[Sequence[str]],
        degrees: Mapping[str, int] | None = None,
        order: Sequence[str] = (),
    ) -> None:
        known = {unit.name for unit in linear.units}
        self.groups = [tuple(n for n in names if n in known) for names in groups]
        self.groups = [names for names in self.groups if names]
        self._system, self._linear, self._degrees, self._order = system, linear, degrees, tuple(order)
        self._transitions: dict[float, Transition] = {}

    @cached_property
    def coupling(self) -> Coupling:
        """The participants as they are."""
        return self.variant(self.groups)

    def variant(self, groups: Sequence[Sequence[str]], frozen: Collection[tuple[str, str]] = ()) -> Coupling:
        """Other participants, or some inputs held constant."""
        return couple(self._linear, groups, frozen, self._degrees)

    @cached_property
    def plant_rate(self) -> float:
        """Fastest growth of the coupled system by itself, 1/s; zero when it is stable."""
        matrix = self.coupling.monolithic
        return max(0.0, float(np.linalg.eigvals(matrix).real.max(initial=0.0)))

    def radius(
        self,
        step: float,
        method: str,
        extrapolation: str,
        coupling: Coupling | None = None,
        groups: Sequence[Sequence[str]] | None = None,
    ) -> float:
        """Spectral radius of the map from one exchange to the next."""
        order = self._positions(self.groups if groups is None else groups)
        coupling = coupling or self.coupling
        return spectral_radius(step_matrix(coupling, self._moved(coupling, step), method, extrapolation, order))

    def is_unstable(self, step: float, radius: float) -> bool:
        """Whether a spectral radius means that the coupling is unstable, and not the plant."""
        own = self.plant_rate * step
        return not (radius <= 0.0) and math.log(radius) > own * (1.0 + _SHARE) + _GROWTH

    def iteration_radius(
        self,
        step: float,
        extrapolation: str,
        coupling: Coupling | None = None,
        groups: Sequence[Sequence[str]] | None = None,
    ) -> float:
        """Growth per iteration of the iterated method, which converges below 1.

        Acceleration takes care of as many growing directions as it remembers; this is the largest magnitude of the
        eigenvalues beyond those.
        """
        order = self._positions(self.groups if groups is None else groups)
        coupling = coupling or self.coupling
        matrix = iteration_matrix(coupling, self._moved(coupling, step), extrapolation, order)
        return spectral_radius(matrix, beyond=MEMORY)

    def _moved(self, coupling: Coupling, step: float) -> Transition:
        """Exact solution over a step; kept for the participants as they are, which all methods share."""
        if coupling is not self.coupling:
            return transition(coupling, step)
        if step not in self._transitions:
            if len(self._transitions) >= _KEPT:
                self._transitions.clear()
            self._transitions[step] = transition(coupling, step)
        return self._transitions[step]

    def fails(
        self,
        step: float,
        method: str,
        extrapolation: str,
        coupling: Coupling | None = None,
        groups: Sequence[Sequence[str]] | None = None,
    ) -> bool:
        """Whether the coupling is unstable at a step, or does not converge."""
        if method == "iterated" and self.iteration_radius(step, extrapolation, coupling, groups) >= 1.0:
            return True
        return self.is_unstable(step, self.radius(step, method, extrapolation, coupling, groups))

    def stable_step(
        self,
        method: str,
        extrapolation: str,
        first: float = _FIRST,
        groups: Sequence[Sequence[str]] | None = None,
    ) -> float:
        """Largest stable step near `first`, s, within 2 %; the first boundary that is met on the way up or down."""
        coupling = None if groups is None else self.variant(groups)
        return largest(lambda step: self.fails(step, method, extrapolation, coupling, groups), first)

    def limit(self, method: str, extrapolation: str, first: float = _FIRST, held: float | None = None) -> Limit:
        """Largest stable and recommended step; `held` is the stable step of Jacobi with held signals, if known.

        Recommended is a fifth of the time constant of the coupling, of which held signals allow twice, and at most
        half of what the method allows.
        """
        stable = self.stable_step(method, extrapolation, first)
        if held is None:
            held = (
                stable if (method, extrapolation) == ("jacobi", "held") else self.stable_step("jacobi", "held", first)
            )
        return Limit(method, extrapolation, stable, rounded_down(min(_OF_HELD * held, _OF_LIMIT * stable)))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Links between different participants: bonds, then the other connections by pairs of units."""
        owner = {unit: g for g, names in enumerate(self.groups) for unit in names}
        result: list[Link] = []
        taken: set[tuple[str, str]] = set()
        for bond in self._system.bonds.values():
            sources = _sources(self._system)
            inputs = frozenset(
                key
                for key in bond_wires(self._system, bond)
                if owner.get(sources[key]) != owner.get(key[0]) and {sources[key], key[0]} <= owner.keys()
            )
            if inputs:
                units = tuple(dict.fromkeys(unit for key in sorted(inputs) for unit in (sources[key], key[0])))
                result.append(Link(f"bond '{bond.name}'", units, inputs))
            taken |= inputs
        pairs: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for wire in wires(self._system):
            key = (wire.target_unit, wire.target)
            a, b = owner.get(wire.source_unit), owner.get(wire.target_unit)
            if key not in taken and a is not None and b is not None and a != b:
                first, second = sorted((wire.source_unit, wire.target_unit))
                pairs.setdefault((first, second), set()).add(key)
        result += [Link(f"connections {a} - {b}", (a, b), frozenset(keys)) for (a, b), keys in pairs.items()]
        return tuple(result)

    def effects(self, step: float, method: str, extrapolation: str) -> list[LinkEffect]:
        """Effect of each link at a step, the one that limits the step first; without `merged`."""
        found = [
            LinkEffect(
                link, self.radius(step, method, extrapolation, self.variant(self.groups, link.inputs), self.groups)
            )
            for link in self.links
        ]
        return sorted(found, key=lambda effect: effect.radius)

    def with_merged(
        self, effects: Sequence[LinkEffect], step: float, method: str, extrapolation: str
    ) -> list[LinkEffect]:
        """Largest stable steps with the units of a link merged, for those that have an effect at a step.

        Units that keep their equations to themselves cannot be merged.
        """
        radius = self.radius(step, method, extrapolation)
        return [
            dataclasses.replace(e, merged=self.stable_step(method, extrapolation, step, self.merged(e.link)))
            if e.radius < radius * (1.0 - MATTERS) and not any(self._system.members[u].opaque for u in e.link.units)
            else e
            for e in effects
        ]

    def merged(self, link: Link) -> list[tuple[str, ...]]:
        """Participants when those that a link joins become one."""
        joined = [names for names in self.groups if set(names) & set(link.units)]
        together = tuple(unit for names in joined for unit in names)
        return [together, *(names for names in self.groups if names not in joined)]

    def _positions(self, groups: Sequence[Sequence[str]]) -> list[int]:
        """Participants in the order of Gauss-Seidel."""
        place = {name: i for i, name in enumerate(self._order)}
        last = len(place)
        return sorted(
            range(len(groups)), key=lambda g: min((place.get(name, last) for name in groups[g]), default=last)
        )


def _sources(system: System) -> dict[tuple[str, str], str]:
    """Unit that drives each input (unit, name)."""
    return {(wire.target_unit, wire.target): wire.source_unit for wire in wires(system)}


def largest(fails: Callable[[float], bool], first: float) -> float:
    """Boundary between steps that are good and steps that fail, s, within 2 %; infinite beyond 1e6 s, zero below."""
    good, bad = 0.0, math.inf
    step = first
    if fails(step):
        for _ in range(_HALVINGS):
            bad, step = step, step / 2.0
            if not fails(step):
                good = step
                break
        else:
            return 0.0
    else:
        while step < _LARGEST:
            good, step = step, step * 2.0
            if fails(step):
                bad = step
                break
        else:
            return math.inf
    while bad / good > _PRECISION:
        middle = math.sqrt(good * bad)
        good, bad = (good, middle) if fails(middle) else (middle, bad)
    return good


def rounded_down(step: float) -> float:
    """Two significant digits, rounded down."""
    if not 0.0 < step < math.inf:
        return step
    unit = 10.0 ** (math.floor(math.log10(step)) - 1)
    return float(f"{math.floor(step / unit * (1 + 1e-12)) * unit:.6g}")
