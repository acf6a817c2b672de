"""Bonds: groups of connections over which units exchange energy, and what each side of one sees.

A bond without a kind is a set of energy meters. A bond of a kind names the signals that make up its power; each signal
is an output of one unit of the bond and an input of another, so that a coupling which holds or extrapolates inputs
makes the two sides see different powers. The difference is energy that appears from nowhere or is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heatsim import units
from heatsim.errors import ConnectionError, near_miss  # noqa: A004 - the public name is part of the contract
from heatsim.system.member import split_path

if TYPE_CHECKING:
    from heatsim.system.checks import Wire
    from heatsim.system.system import System

WATER_CP = 4186.0
"""Specific heat capacity of water in a bond, J/(kg.K); the same on both sides, so that it does not change the drift."""

KINDS = ("meters", "water", "heat", "shaft", "electric")

LEDGER = "ledger"
"""First part of the names of ledger entries in a Dataset; no unit may have this name."""

_UNITS = {
    "T": ("K",),
    "m_flow": ("kg/s",),
    "Q_flow": ("W",),
    "power": ("W",),
    "torque": ("N.m", "N"),
    "speed": ("rad/s", "m/s"),
    "voltage": ("V",),
    "current": ("A",),
}


@dataclass(frozen=True)
class Bond:
    """Energy that units exchange, counted from each side; the sum over the sides should stay zero.

    Attributes
    ----------
    name
        Name in messages and results.
    meters
        Energy meters of the sides, outputs in J; may be empty when the bond has a kind.
    kind
        "meters", "water", "heat", "shaft" or "electric".
    signals
        Role -> output "unit.variable" of a bond of a kind; outlet temperatures of water are `T[1]`, `T[2]`, … in the
        direction of the flow.
    units
        The units of the bond; of two, energy flows from the first to the second while the power is positive. Empty
        means that the signals tell.
    cp
        Specific heat capacity of water, J/(kg.K).
    """

    name: str
    meters: tuple[str, ...] = ()
    kind: str = "meters"
    signals: dict[str, str] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    cp: float = WATER_CP


@dataclass(frozen=True)
class View:
    """How a unit sees the signal `path` of a bond: as its own output, or as its input factor*signal + offset."""

    path: str
    own: bool
    port: str
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Side:
    """One unit of a bond: the power that it receives is `factor` times the product of two differences of views.

    Attributes
    ----------
    unit
        Name of the unit.
    factor
        Factor of the product, with the sign of the direction.
    flow
        View of the flow (kg/s, W, N.m, A).
    ahead, behind
        Views whose difference is the effort; None counts as nothing. Without both the flow is the power.
    """

    unit: str
    factor: float
    flow: View
    ahead: View | None = None
    behind: View | None = None

    @property
    def views(self) -> tuple[View, ...]:
        """All views of this side."""
        return tuple(v for v in (self.flow, self.ahead, self.behind) if v is not None)


def check_bonds(system: System) -> None:
    """Meters are outputs in J; signals are outputs in the units of their kind that reach the other units of the bond.

    Raises
    ------
    ConnectionError
        For the first fault found; names the bond and the signal.
    """
    for bond in system.bonds.values():
        for path in bond.meters:
            given = _output_unit(system, bond, path)
            if given and not units.same(given, "J"):
                raise ConnectionError(f"bond '{bond.name}': '{path}' is in '{given}', an energy meter is in J")
        for role, path in bond.signals.items():
            given, wanted = _output_unit(system, bond, path), _UNITS[role.partition("[")[0]]
            if given and not any(units.same(given, unit) for unit in wanted):
                raise ConnectionError(
                    f"bond '{bond.name}': '{path}' is in '{given}', {role} of a {bond.kind} bond is in "
                    f"{' or '.join(wanted)}"
                )
        if bond.kind != "meters":
            if LEDGER in system.members:
                raise ConnectionError(f"'{LEDGER}' names the entries of bonds in a result; call the unit otherwise")
            sides(system, bond)


def _output_unit(system: System, bond: Bond, path: str) -> str:
    unit, name = split_path(path)
    if unit not in system.members:
        raise ConnectionError(f"bond '{bond.name}': no unit '{unit or path}'{near_miss(unit or path, system.members)}")
    outputs = system.members[unit].ports["outputs"]
    if name not in outputs:
        raise ConnectionError(f"bond '{bond.name}': {unit} has no output '{name}'{near_miss(name, outputs)}")
    return outputs[name].unit


def bond_units(system: System, bond: Bond) -> tuple[str, ...]:
    """Names of the units of a bond; of two, energy flows from the first to the second while the power is positive.

    Raises
    ------
    ConnectionError
        When the units cannot be told, or are the same.
    """
    if bond.kind == "meters":
        return tuple(dict.fromkeys(split_path(path)[0] for path in bond.meters))
    owners = tuple(dict.fromkeys(split_path(path)[0] for path in bond.signals.values()))
    if bond.kind == "water":
        ring = tuple(split_path(path)[0] for role, path in bond.signals.items() if role.startswith("T["))
        if len(set(ring)) < len(ring):
            raise ConnectionError(
                f"bond '{bond.name}': a unit gives two of the outlet temperatures; name one outlet for each unit"
            )
        if not set(owners) <= set(ring):
            raise ConnectionError(
                f"bond '{bond.name}': '{bond.signals['m_flow']}' belongs to none of the units {', '.join(ring)}; "
                "name the flow that one of them gives"
            )
        return ring
    if bond.units:
        for unit in bond.units:
            if unit not in system.members:
                raise ConnectionError(f"bond '{bond.name}': no unit '{unit}'{near_miss(unit, system.members)}")
        if len(set(bond.units)) != 2 or not set(owners) <= set(bond.units):
            raise ConnectionError(
                f"bond '{bond.name}': units={bond.units} must be two units, those of "
                f"{', '.join(bond.signals.values())} among them"
            )
        return bond.units
    if len(owners) == 1:
        path = next(iter(bond.signals.values()))
        others = tuple(dict.fromkeys(w.target_unit for w in _wires_of(system, path)))
        if len(others) != 1:
            raise ConnectionError(
                f"bond '{bond.name}': '{path}' drives {len(others)} units, an exchange has one on the other side; say "
                "which with units=(from, to)"
            )
        owners += others
    if len(set(owners)) != 2:
        raise ConnectionError(f"bond '{bond.name}': its signals must belong to two units, not {', '.join(owners)}")
    return owners


def _wires_of(system: System, path: str) -> Iterator[Wire]:
    from heatsim.system.checks import wires

    return (wire for wire in wires(system) if wire.source_unit and wire.source_path == path)


def view(system: System, bond: Bond, unit: str, path: str) -> View:
    """How a unit of a bond sees one of its signals.

    Raises
    ------
    ConnectionError
        When the signal does not reach the unit, reaches it twice, or with a factor of zero.
    """
    owner, name = split_path(path)
    if owner == unit:
        return View(path, True, name)
    found = [wire for wire in _wires_of(system, path) if wire.target_unit == unit]
    if len(found) != 1:
        reached = "does not reach" if not found else f"drives {len(found)} inputs of"
        raise ConnectionError(
            f"bond '{bond.name}': '{path}' {reached} {unit}; connect it to one input there, or correct the bond"
        )
    if found[0].factor == 0.0:
        raise ConnectionError(f"bond '{bond.name}': '{path}' reaches {unit} with a factor of 0; correct the connection")
    return View(path, False, found[0].target, found[0].factor, found[0].offset)


def sides(system: System, bond: Bond) -> tuple[Side, ...]:
    """Sides of a bond of a kind, one for each unit.

    Raises
    ------
    ConnectionError
        When its signals do not connect its units.
    """
    members = bond_units(system, bond)
    for unit in members:
        if system.members[unit].kind == "sampled":
            raise ConnectionError(f"bond '{bond.name}': {unit} is a sampled unit and exchanges no energy")
    if bond.kind == "water":
        flow, result = bond.signals["m_flow"], []
        for i, unit in enumerate(members):
            outlet = view(system, bond, unit, bond.signals[f"T[{i + 1}]"])
            inlet = view(system, bond, unit, bond.signals[f"T[{(i - 1) % len(members) + 1}]"])
            result.append(Side(unit, bond.cp, view(system, bond, unit, flow), inlet, outlet))
        return tuple(result)
    flow_role, effort_role = {
        "heat": ("Q_flow", None),
        "shaft": ("torque", "speed"),
        "electric": ("power", None) if "power" in bond.signals else ("current", "voltage"),
    }[bond.kind]
    result = []
    for unit, sign in zip(members, (-1.0, 1.0), strict=True):
        seen = view(system, bond, unit, bond.signals[flow_role])
        effort = None if effort_role is None else view(system, bond, unit, bond.signals[effort_role])
        result.append(Side(unit, sign, seen, effort))
    if bond.kind == "heat" and "T" in bond.signals:
        for unit in members:
            view(system, bond, unit, bond.signals["T"])
    return tuple(result)


def bond_wires(system: System, bond: Bond) -> frozenset[tuple[str, str]]:
    """Inputs (unit, name) that carry a bond's signals; for meters all connections among its units.

    Sampled units are no part of it.
    """
    from heatsim.system.checks import wires

    members = set(bond_units(system, bond))
    signals = set(bond.signals.values())
    return frozenset(
        (wire.target_unit, wire.target)
        for wire in wires(system)
        if wire.source_unit in members
        and wire.target_unit in members
        and wire.source_unit != wire.target_unit
        and (not signals or wire.source_path in signals)
    )
