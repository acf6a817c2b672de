"""Harness of the energy balance: one component between boundaries of its own, through a violent transient.

A `Balance` says how a component is closed: what stands at each port, which variables inside of it add energy, and in
which range each signal moves. `check_balance` writes a Modelica model with the component and boundaries that meter the
energy that crosses them, compiles it, drives all signals through jumps, zero flow and reversal, and compares the change
of the internal energy with the sum of the meters. The integrator is not that of the engine, and the boundaries are not
those of the library.

Rows stand in the modules of `tests/modelica/balances`, in a list `ROWS`; `test_balance_harness.py` asserts that no
component of the library is without one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from modelica_plant import Plant

from heatsim.compiler.embedded import compile_model
from heatsim.compiler.embedded.reading.frontend import flatten

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"
LIMIT = 1e-6
"""Largest residual of the balance, relative to the energy exchanged."""

WATER = "HeatReuse.Media.Water"
Range = tuple[float, float]
T_RANGE: Range = (278.15, 363.15)


@dataclass(frozen=True)
class Side:
    """What stands at one port.

    Attributes
    ----------
    kind
        `flow`: a mass flow and the temperature of what enters. `pressure`: a pressure and the temperature of what
        enters. `temperature`: a temperature at a heat port. `heat`: a heat flow into a heat port, for ports that
        carry the temperature of a volume.
    span
        Range of the mass flow (kg/s, into the component), pressure (Pa), temperature (K) or heat flow (W).
    T
        Range of the temperature of the liquid that enters, K.
    """

    kind: str
    span: Range
    T: Range = T_RANGE


def flow(low: float = -50.0, high: float = 50.0, T: Range = T_RANGE) -> Side:
    """A given mass flow into the component, kg/s."""
    return Side("flow", (low, high), T)


def pressure(low: float = 2e5, high: float = 2e5, T: Range = T_RANGE) -> Side:
    """A given pressure, Pa."""
    return Side("pressure", (low, high), T)


def temperature(low: float = 258.15, high: float = 303.15) -> Side:
    """Surroundings of a given temperature, K."""
    return Side("temperature", (low, high))


def heat(low: float = -1e5, high: float = 1e5) -> Side:
    """A given heat flow into the component, W."""
    return Side("heat", (low, high))


_SHORT = {"flow": flow(), "pressure": pressure(), "temperature": temperature(), "heat": heat()}


@dataclass(frozen=True)
class Balance:
    """One component and how its balance is tested.

    Attributes
    ----------
    model
        Full class name.
    modifiers
        Modification of the component, such as `n=5, L=100`.
    ports
        What stands at each fluid and heat port: a `Side`, or its kind for the usual range. Elements of arrays of ports
        are named with their subscript: `ports[1]`.
    sources
        Variables of the component that add energy: `P_drawn`; `-Q_flow_loss` for one that takes energy away; or an
        expression in which the component is `c`: `sum(c.P_el)`.
    inputs
        Range of each input signal; elements as `command[1]`.
    stored
        Variable that holds the internal energy, or "" for a component that stores none.
    medium
        Liquid at the boundaries, or one for each port.
    stop
        Length of the transient, s.
    variant
        Tells two rows of one model apart.
    text
        Further Modelica classes that the row needs.
    """

    model: str
    modifiers: str = ""
    ports: Mapping[str, Side | str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    inputs: Mapping[str, Range] = field(default_factory=dict)
    stored: str = "U"
    medium: str | Mapping[str, str] = WATER
    stop: float = 3000.0
    variant: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.model.removeprefix("HeatReuse.") + (f" ({self.variant})" if self.variant else "")

    def side(self, port: str) -> Side:
        """What stands at a port."""
        found = self.ports[port]
        return _SHORT[found] if isinstance(found, str) else found

    def medium_of(self, port: str) -> str:
        """The liquid at a port."""
        return self.medium if isinstance(self.medium, str) else self.medium.get(port, WATER)


@dataclass(frozen=True)
class Outcome:
    """What a transient gave: the largest residual over the energy exchanged, that energy, and the energies in, J."""

    residual: float
    exchanged: float
    meters: Mapping[str, float]


def check_balance(model: str, **row: object) -> Outcome:
    """Assert the balance of one component; the arguments are those of `Balance`."""
    return check(Balance(model, **row))  # type: ignore[arg-type]


def check(row: Balance) -> Outcome:
    """Assert that the balance of a row closes, and that energy crossed every boundary that the row names."""
    outcome = transient(row)
    idle = [name for name, energy in outcome.meters.items() if energy == 0.0]
    assert not idle, f"{row}: nothing crosses {idle}, so that the balance says nothing about it"
    assert outcome.residual <= LIMIT, f"{row}: residual {outcome.residual:.2e} of {outcome.exchanged:.3g} J exchanged"
    return outcome


def transient(row: Balance) -> Outcome:
    """Compile the harness of a row and drive it through its transient."""
    with tempfile.TemporaryDirectory() as name:
        plant = _compile(row, Path(name))
        return _drive(plant, row)


def _compile(row: Balance, folder: Path) -> Plant:
    file = folder / "Harness.mo"
    file.write_text(harness(row), encoding="utf-8")
    open_ports = unconnected("Harness.Closed", file)
    assert not open_ports, f"{row}: nothing stands at {open_ports}; add the ports to the row"
    out = folder / "closed.fmu"
    compile_model("Harness.Closed", library=file, needs=[LIBRARY], out=out, c_compiler=NoBinary())
    return Plant(out, folder / "closed")


class NoBinary:
    """In the place of the C compiler: the harness integrates the equations that the FMU carries, not its binary."""

    def compile_shared(self, sources: object, output: Path, include_dirs: object = (), flags: object = ()) -> None:
        """Write a file that no one loads."""
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(b"")


def unconnected(model: str, file: Path) -> list[str]:
    """Ports of the component `c` to which nothing is connected."""
    origins = [equation["origin"] for equation in flatten(model, file, needs=[LIBRARY]).flat["equations"]]
    names = [origin["UnconnectedFlow"]["variable"] for origin in origins if "UnconnectedFlow" in origin]
    return sorted(name.rpartition(".")[0] for name in names if re.fullmatch(r"c\.[^.]+\.[^.]+", name))


# --- the Modelica text of the harness ---------------------------------------------------------------------------------

_BOUNDARIES = """
  partial model Side "Port whose enthalpy flow into the component is metered"
    replaceable package Medium = HeatReuse.Media.Water constrainedby HeatReuse.Media.PartialMedium;
    HeatReuse.Interfaces.FluidPort_b port;
    Real T;
    Real H_flow;
  equation
    port.h_outflow = Medium.enthalpy(T);
    H_flow = -noEvent(if port.m_flow > 0 then port.m_flow*inStream(port.h_outflow) else port.m_flow*port.h_outflow);
  end Side;
  model Flow
    extends Side;
    Real m_flow;
  equation
    port.m_flow = -m_flow;
  end Flow;
  model Pressure
    extends Side;
    Real p;
  equation
    port.p = p;
  end Pressure;
  model Temperature
    HeatReuse.Interfaces.HeatPort port;
    Real T;
  equation
    port.T = T;
  end Temperature;
  model Heat
    HeatReuse.Interfaces.HeatPort port;
    Real Q_flow;
  equation
    port.Q_flow = -Q_flow;
  end Heat;
"""
_CLASS = {"flow": "Flow", "pressure": "Pressure", "temperature": "Temperature", "heat": "Heat"}
_LEVEL = {"flow": "m_flow", "pressure": "p", "temperature": "T", "heat": "Q_flow"}


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_")


def harness(row: Balance) -> str:
    """Return the Modelica text that closes the component of a row."""
    declarations, equations = [], []
    for port in row.ports:
        side, name = row.side(port), _plain(port)
        level = _LEVEL[side.kind]
        redeclare = f"(redeclare package Medium = {row.medium_of(port)})" if side.kind in ("flow", "pressure") else ""
        declarations += [f"{_CLASS[side.kind]} {name}{redeclare};", f"input Real u_{name}(start={_middle(side.span)});"]
        equations += [f"{name}.{level} = u_{name};", f"connect(c.{port}, {name}.port);"]
        if side.kind in ("flow", "pressure"):
            declarations.append(f"input Real T_{name}(start={_middle(side.T)});")
            equations.append(f"{name}.T = T_{name};")
        energy = "H_flow" if side.kind in ("flow", "pressure") else "port.Q_flow"
        sign = "" if side.kind in ("flow", "pressure") else "-"
        declarations.append(f"output Real E_in_{name}(start=0, fixed=true);")
        equations.append(f"der(E_in_{name}) = {sign}{name}.{energy};")
    for number, source in enumerate(row.sources):
        expression = source if "c." in source else re.sub(r"^(-?)", r"\1c.", source)
        name = f"source{number}_{_plain(source)}"
        declarations.append(f"output Real E_in_{name}(start=0, fixed=true);")
        equations.append(f"der(E_in_{name}) = {expression};")
    for signal, span in row.inputs.items():
        declarations.append(f"input Real s_{_plain(signal)}(start={_middle(span)});")
        equations.append(f"c.{signal} = s_{_plain(signal)};")
    equations.append(f"U = {f'c.{row.stored}' if row.stored else '0'};")
    lines = [f"{row.model} c{f'({row.modifiers})' if row.modifiers else ''};", "output Real U;", *declarations]
    body = "\n    ".join(lines) + "\n  equation\n    " + "\n    ".join(equations)
    return f"package Harness\n{_BOUNDARIES}{row.text}\n  model Closed\n    {body}\n  end Closed;\nend Harness;\n"


def _middle(span: Range) -> float:
    return 0.5 * (span[0] + span[1])


# --- the transient ----------------------------------------------------------------------------------------------------

PARTS = (0.2, 0.02, 0.1, 0.005, 0.1, 0.15, 0.02, 0.1, 0.005, 0.1, 0.1, 0.1)
"""Lengths of the parts of the transient, as shares of it; between two parts all signals jump."""


def _patterns(row: Balance) -> list[dict[str, float]]:
    """Return the values of all signals, one mapping for each part of the transient."""
    spans: dict[str, Range] = {f"s_{_plain(name)}": span for name, span in row.inputs.items()}
    flows = set()
    for port in row.ports:
        side, name = row.side(port), _plain(port)
        spans[f"u_{name}"] = side.span
        if side.kind == "flow":
            flows.add(f"u_{name}")
        if side.kind in ("flow", "pressure"):
            spans[f"T_{name}"] = side.T
    random = np.random.default_rng(1)

    def at(share: float) -> dict[str, float]:
        return {name: low + share * (high - low) for name, (low, high) in spans.items()}

    def anywhere() -> dict[str, float]:
        return {name: float(random.uniform(*span)) for name, span in spans.items()}

    def corner() -> dict[str, float]:
        return {name: float(random.choice(span)) for name, span in spans.items()}

    def without_flow(values: dict[str, float]) -> dict[str, float]:
        rest = {name: float(np.clip(0.0, *spans[name])) for name in flows}
        pressures = {name: _middle(spans[name]) for name in values if name.startswith("u_") and spans[name][0] > 1e4}
        return values | pressures | rest

    return [
        at(0.75),
        at(1.0),
        at(0.0),
        without_flow(at(1.0)),
        without_flow(corner()),
        corner(),
        anywhere(),
        corner(),
        without_flow(at(0.0)),
        corner(),
        corner(),
        anywhere(),
    ]


def _drive(plant: Plant, row: Balance) -> Outcome:
    state = plant.start()
    change, meters, begin = [], [], None
    for share, values in zip(PARTS, _patterns(row), strict=True):
        run = plant.run(share * row.stop, inputs=values, x0=state, points=21, rtol=1e-9)
        state = run.final
        names = [name for name in run.values if name.startswith("E_in_")]
        begin = run["U"][0] if begin is None else begin
        change.append(run["U"] - begin)
        meters.append(np.stack([run[name] for name in names]))
    energies = np.concatenate(meters, axis=1)
    residual = np.abs(np.concatenate(change) - energies.sum(axis=0)).max()
    exchanged = float(np.abs(energies).sum(axis=0).max())
    assert exchanged > 0.0, f"{row}: no energy crosses a boundary"
    crossed = {name: float(np.abs(energies[i]).max()) for i, name in enumerate(names)}
    return Outcome(float(residual / exchanged), exchanged, crossed)


@cache
def models_with_energy() -> tuple[str, ...]:
    """Full names of the models of the library that need a row: with ports, or with an internal energy.

    Partial models count as what extends them. Plants, examples and validation models are tested as a whole, and
    boundaries with them: their meters are those of the whole.
    """
    found = []
    for path in sorted(LIBRARY.rglob("*.mo")):
        parts = path.relative_to(LIBRARY).with_suffix("").parts
        text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', path.read_text(encoding="utf-8"))
        if parts[0] in ("Boundaries", "Plants", "Examples", "Validation") or not re.search(
            r"^model \w", text, re.MULTILINE
        ):
            continue
        if _physical(text):
            found.append(".".join(["HeatReuse", *parts]))
    return tuple(found)


_PHYSICAL = re.compile(r"\b(FluidPort|FluidPort_[ab]|HeatPort)\b|\bEnergy U\b")


def _physical(text: str) -> bool:
    if _PHYSICAL.search(text):
        return True
    for base in re.findall(r"\bextends\s+([\w.]+)", text):
        for package in ("", *_packages()):
            parts = [*([package] if package else []), *base.removeprefix("HeatReuse.").split(".")]
            file = LIBRARY.joinpath(*parts).with_suffix(".mo")
            if file.is_file() and _physical(re.sub(r'"(?:[^"\\]|\\.)*"', '""', file.read_text(encoding="utf-8"))):
                return True
    return False


@cache
def _packages() -> tuple[str, ...]:
    return tuple(path.name for path in sorted(LIBRARY.iterdir()) if path.is_dir())
