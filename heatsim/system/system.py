"""A system: units, the signals between them, and the inputs from outside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatsim.errors import ConnectionError, near_miss  # noqa: A004 - the public name is part of the contract
from heatsim.fmu.block import array_shapes, element_names, split_subscript
from heatsim.fmu.fmu import Fmu
from heatsim.system import checks, diagram, rewiring
from heatsim.system.bonds import WATER_CP, Bond
from heatsim.system.loops import ControlLoop, loops_of
from heatsim.system.member import AnyUnit, Member, split_path
from heatsim.system.protocols import ContinuousUnit, SampledUnit

_MOST_NAMES = 24
"""Names of a unit that a message lists."""


@dataclass(frozen=True)
class SystemInput:
    """A signal given at run time; `shape` is () for a scalar."""

    name: str
    unit: str
    description: str = ""
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Connection:
    """target = factor*source + offset; both may be whole arrays of one shape."""

    source: str
    target: str
    factor: float = 1.0
    offset: float = 0.0


class System:
    """Units and connections, checked before anything runs.

    Parameters
    ----------
    name
        Name of the system in messages and results.

    Examples
    --------
    >>> system = System("loop")                                    # doctest: +SKIP
    >>> system.add("tank", hs.Fmu("tank.fmu"), parameters={"V": 10.0})
    >>> system.add_input("P_IT", "W", "Power of the servers")
    >>> system.connect("P_IT", "tank.Q_flow")
    >>> system.check()
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Member] = {}
        self.inputs: dict[str, SystemInput] = {}
        self.connections: list[Connection] = []
        self.bonds: dict[str, Bond] = {}
        self.declared_loops: dict[str, ControlLoop] = {}

    def add(
        self,
        name: str,
        unit: AnyUnit,
        *,
        parameters: Mapping[str, Any] | None = None,
        start: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
    ) -> System:
        """Add a unit.

        Parameters
        ----------
        name
            Name in the system, without points.
        unit
            `Fmu`, continuous unit or sampled unit.
        parameters, start, inputs
            Values (SI) of parameters, of states at the start, and constants at inputs that nothing drives.

        Raises
        ------
        ConnectionError
            When the name is taken or malformed, the object is no unit, or a value names nothing in it.
        """
        if not name or any(c in name for c in "./["):
            raise ConnectionError(f"'{name}' cannot name a unit; use a name without points, slashes and brackets")
        if name in self.members or name in self.inputs:
            raise ConnectionError(f"{self.name}: there is a '{name}' already; choose another name")
        if isinstance(unit, type):
            raise ConnectionError(f"{name}: {unit.__name__} is a class; give an object of it, {unit.__name__}(...)")
        if not isinstance(unit, Fmu | SampledUnit | ContinuousUnit):
            raise ConnectionError(
                f"{name}: {type(unit).__name__} is no unit; give an hs.Fmu, or an object with the attributes of "
                "ContinuousUnit or SampledUnit"
            )
        member = Member(name, unit)
        checks.check_ports(member)
        for group, values in (("parameters", parameters), ("states", start), ("inputs", inputs)):
            for key, value in (values or {}).items():
                member.put(group, key, value)
        self.members[name] = member
        return self

    def add_input(self, name: str, unit: str, description: str = "", shape: int | tuple[int, ...] = ()) -> System:
        """Declare a signal that is given at run time.

        Parameters
        ----------
        name
            Name without points.
        unit
            Its SI unit.
        description
            One sentence for the results.
        shape
            Number of elements of an array input; default is a scalar.
        """
        if not name or name == "time" or any(c in name for c in "./["):
            raise ConnectionError(
                f"'{name}' cannot name a system input; use another than 'time', without points, slashes, brackets"
            )
        if name in self.members or name in self.inputs:
            raise ConnectionError(f"{self.name}: there is a '{name}' already; choose another name")
        self.inputs[name] = SystemInput(name, unit, description, (shape,) if isinstance(shape, int) else tuple(shape))
        return self

    def copy(self) -> System:
        """A system of the same units whose values can be set without changing this one."""
        other = System(self.name)
        for m in self.members.values():
            other.members[m.name] = Member(m.name, m.unit, dict(m.parameters), dict(m.start), dict(m.inputs))
        other.inputs = dict(self.inputs)
        other.connections = list(self.connections)
        other.bonds = dict(self.bonds)
        other.declared_loops = dict(self.declared_loops)
        return other

    @classmethod
    def of_one(cls, unit: Fmu, parameters: Mapping[str, Any] | None = None) -> System:
        """An FMU alone, as unit with the last part of the model's name; its inputs become system inputs."""
        system = cls(unit.name)
        lone = unit.name.rpartition(".")[2].replace("[", "_") or "fmu"
        system.add(lone, unit, parameters=parameters)
        shapes = array_shapes(unit.inputs)
        for scalar, variable in unit.inputs.items():
            base = split_subscript(scalar)[0]
            name = base if base in shapes else scalar
            if name not in system.inputs:
                system.inputs[name] = SystemInput(name, variable.unit, variable.description, shapes.get(name, ()))
                system.connect(name, f"{lone}.{name}")
        return system

    def connect(self, source: str, target: str, factor: float = 1.0, offset: float = 0.0) -> System:
        """Drive the input `target` ("unit.input") by factor*source + offset.

        Parameters
        ----------
        source
            "unit.output" or the name of a system input.
        target
            "unit.input".
        factor, offset
            Conversion; when given, source and target may have different units.

        Raises
        ------
        ConnectionError
            When factor or offset is not finite.
        """
        if not math.isfinite(factor) or not math.isfinite(offset):
            raise ConnectionError(f"connection {source} -> {target}: factor and offset must be finite numbers")
        self.connections.append(Connection(source, target, float(factor), float(offset)))
        return self

    def set(self, path: str, value: Any) -> System:
        """Set a parameter, the start value of a state, or a constant at an input: `set("storage.V", 2000)`.

        A number is SI. A string may carry a unit, `set("storage.V", "3000 m3")`, and is converted to that of the
        variable.

        Raises
        ------
        ConnectionError
            When nothing has that name; proposes the closest.
        UnitError
            When a string is no quantity of the variable's kind.
        """
        unit, name = split_path(path)
        if unit not in self.members:
            raise ConnectionError(
                f"{self.name}: no unit '{unit or path}' to set '{path}' in{near_miss(unit or path, self.members)}; "
                "write unit.name, with one of the units " + ", ".join(f"'{known}'" for known in self.members)
            )
        member = self.members[unit]
        for group in ("parameters", "states", "inputs"):
            if name in member.names(group):
                member.put(group, name, value)
                return self
        known = [n for group in ("parameters", "states", "inputs") for n in member.names(group)]
        if name in member.names("outputs"):
            raise ConnectionError(f"{path}: is an output and cannot be set; set a parameter, a start value or an input")
        short = known if len(known) <= _MOST_NAMES else member.names("parameters")  # those of a model may be hundreds
        more = ", ..." if len(short) > _MOST_NAMES or len(short) < len(known) else ""
        raise ConnectionError(
            f"{unit}: no parameter, state or input '{name}'{near_miss(name, known)}; it has "
            f"{', '.join(short[:_MOST_NAMES])}{more}"
        )

    def replace(self, name: str, unit: AnyUnit, *, keep: bool = True) -> System:
        """Put another unit in the place of one, with its connections; see `heatsim.system.rewiring.replace_unit`."""
        rewiring.replace_unit(self, name, unit, keep)
        return self

    def disconnect(self, target: str) -> System:
        """Remove the connection to an input ("unit.input"), or its constant; it can then be driven or set anew."""
        rewiring.disconnect(self, target)
        return self

    def insert(self, name: str, unit: AnyUnit, before: str, *, input: str = "u", output: str = "y") -> System:  # noqa: A002
        """Put a unit (a sensor, an actuator) into the connection to the input `before` ("unit.input")."""
        rewiring.insert_unit(self, name, unit, before, input, output)
        return self

    def in_manual(self, loop: str, value: float) -> System:
        """Return a copy in which the command of a loop is held at a value (SI)."""
        return rewiring.in_manual(self, loop, value)

    @property
    def loops(self) -> dict[str, ControlLoop]:
        """The control loops by name; see `heatsim.system.loops`."""
        return loops_of(self)

    def declare_loop(
        self, name: str, measurement: str, command: str, setpoint: str | float | None = None, **details: Any
    ) -> System:
        """Declare a loop that is closed inside an FMU, so that it is looked at like the others.

        Parameters
        ----------
        name
            Name of the loop.
        measurement, command
            Outputs ("unit.output") with the controlled variable and the command or the actuator's position.
        setpoint
            Output, system input or number (SI); None when there is none.
        details
            Further attributes of `ControlLoop`.
        """
        if name in self.members or name in self.declared_loops:
            raise ConnectionError(f"{self.name}: there is a '{name}' already; choose another name for the loop")
        self.declared_loops[name] = ControlLoop(name, measurement, command, setpoint, inside=True, **details)
        return self

    def bond(self, name: str, *meters: str) -> System:
        """Declare that energy meters ("unit.output", J) count one exchange from its sides: they add up to zero.

        Two meters for two units that exchange heat; more for a loop through several units, such as tank, peak plant
        and network.
        """
        if len(meters) < 2:
            raise ConnectionError(f"{self.name}: bond '{name}' needs the meters of at least two units")
        return self._bond(Bond(name, meters))

    def water_bond(
        self, name: str, *outlets: str, m_flow: str, meters: Sequence[str] = (), cp: float = WATER_CP
    ) -> System:
        """Declare that water carries heat around units: the power into one is cp*m_flow*(T_in - T_out).

        Parameters
        ----------
        name
            Name of the bond.
        outlets
            Outlet temperature ("unit.output", K) of each unit, in the direction of the flow; for two units supply and
            return. Each is connected to the next unit, the last to the first.
        m_flow
            The flow ("unit.output", kg/s) of one of the units, connected to all others.
        meters
            Energy meters ("unit.output", J) of the units; with them the ledger is exact whatever the units are.
        cp
            Specific heat capacity of the water, J/(kg.K).
        """
        if len(outlets) < 2:
            raise ConnectionError(f"{self.name}: water bond '{name}' needs the outlets of two units or more")
        signals = {f"T[{i}]": path for i, path in enumerate(outlets, start=1)} | {"m_flow": m_flow}
        return self._bond(Bond(name, tuple(meters), "water", signals, cp=cp))

    def heat_bond(
        self, name: str, Q_flow: str, T: str | None = None, *, units: Sequence[str] = (), meters: Sequence[str] = ()
    ) -> System:
        """Declare that one unit gives the heat flow ("unit.output", W) that flows between it and another.

        Parameters
        ----------
        name
            Name of the bond.
        Q_flow
            Heat flow, connected to the other unit.
        T
            Temperature ("unit.output", K) that the other unit gives in return, if any.
        units
            (from, to): where heat comes from and goes to while Q_flow is positive; default is from the unit that
            computes it to the other.
        meters
            Energy meters, as for water.
        """
        signals = {"Q_flow": Q_flow} | ({} if T is None else {"T": T})
        return self._bond(Bond(name, tuple(meters), "heat", signals, tuple(units)))

    def shaft_bond(
        self, name: str, torque: str, speed: str, *, units: Sequence[str] = (), meters: Sequence[str] = ()
    ) -> System:
        """Declare that a shaft carries power: torque (N.m) from one unit, speed (rad/s) from the other.

        A sliding rod is one too: force (N) and velocity (m/s). Power flows from the unit of the torque to that of the
        speed while their product is positive, or as `units=(from, to)` says.
        """
        return self._bond(Bond(name, tuple(meters), "shaft", {"torque": torque, "speed": speed}, tuple(units)))

    def electric_bond(
        self,
        name: str,
        power: str | None = None,
        *,
        voltage: str | None = None,
        current: str | None = None,
        units: Sequence[str] = (),
        meters: Sequence[str] = (),
    ) -> System:
        """Declare that units exchange electricity: a power (W), or voltage (V) one way and current (A) the other.

        Power flows from the unit that gives `power` (or `voltage`) to the other while it is positive, or as
        `units=(from, to)` says.
        """
        signals = {"power": power, "voltage": voltage, "current": current}
        given = {role: path for role, path in signals.items() if path is not None}
        if set(given) not in ({"power"}, {"voltage", "current"}):
            raise ConnectionError(f"{self.name}: electric bond '{name}' takes power=, or voltage= and current=")
        return self._bond(Bond(name, tuple(meters), "electric", given, tuple(units)))

    def _bond(self, bond: Bond) -> System:
        if bond.name in self.bonds or not bond.name:
            raise ConnectionError(f"{self.name}: there is a bond '{bond.name}' already; choose another name")
        if len(bond.meters) == 1:
            raise ConnectionError(f"{self.name}: bond '{bond.name}' needs the meters of at least two units")
        self.bonds[bond.name] = bond
        return self

    def to_ssp(
        self, path: str | Path, *, version: str = "1.0", start: float | None = None, stop: float | None = None
    ) -> Path:
        """Write the system as an SSP file; see `heatsim.ssp.write_ssp`."""
        from heatsim.ssp import write_ssp

        return write_ssp(self, path, version=version, start=start, stop=stop)

    @classmethod
    def from_ssp(cls, path: str | Path, *, allow: Sequence[str] = (), isolate: bool = False) -> System:
        """Read a system from an SSP file; see `heatsim.ssp.read_ssp`."""
        from heatsim.ssp import read_ssp

        return read_ssp(path, allow=allow, isolate=isolate).system

    def check(self) -> None:
        """Raise ConnectionError for the first thing that does not fit; see `heatsim.system.checks`."""
        checks.check_system(self)

    @property
    def input_scalars(self) -> dict[str, SystemInput]:
        """System inputs element by element: scalar name -> declaration."""
        return {
            scalar: declared
            for declared in self.inputs.values()
            for scalar in (element_names(declared.name, declared.shape) if declared.shape else [declared.name])
        }

    def __repr__(self) -> str:
        return diagram.as_text(self)

    def _repr_html_(self) -> str:
        return diagram.as_html(self)

    def _repr_svg_(self) -> str:
        return diagram.as_svg(self)
