"""What a network consists of: nodes, pipes and consumers as plain data, checked.

`layout` turns three tables into a `Layout` and refuses what could not work: unknown or double names, parts that hang on
nothing, dead ends where water would stand, pipes without a diameter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from heatsim.errors import InputError, near_miss
from heatsim.plants.sizes import pipe_sizes
from heatsim.plants.tables import CONSUMERS, NODES, PIPES, Table, read
from heatsim.plants.tree import reachable

KINDS = ("substation", "prescribed")
_LARGEST_U = 5.0  # W/(m K): above, a column holds something else than the heat loss per metre
_SMALLEST_PEAK = 1e3  # W: below, the column holds kilowatts or megawatts


@dataclass(frozen=True)
class Node:
    """Branching, end or plant. `bypass` is the flow in kg/s of a bypass at 1 bar, 0 for none; T_bypass in K."""

    name: str
    bypass: float = 0.0
    T_bypass: float = np.nan


@dataclass(frozen=True)
class Pipe:
    """Supply and return between the nodes `a` and `b` (numbers); lengths in m, losses in W/(m K)."""

    name: str
    a: int
    b: int
    length: float
    D_inner: float
    s_wall: float
    U: float
    U_between: float


@dataclass(frozen=True)
class Consumer:
    """Who takes heat at a node (number). Powers in W, temperatures in K, pressures in Pa; NaN for the default."""

    name: str
    node: int
    kind: str
    Q_flow_nominal: float
    dT: float
    bypass_share: float
    T_secondary_supply: float
    T_secondary_return: float
    dT_return: float
    dp_nominal: float


@dataclass(frozen=True)
class Layout:
    """A checked network: nodes, pipes, consumers, and the number of the plant's node."""

    nodes: tuple[Node, ...]
    pipes: tuple[Pipe, ...]
    consumers: tuple[Consumer, ...]
    plant: int


def layout(nodes: Table | None, pipes: Table, consumers: Table, plant: str | None) -> Layout:
    """Read and check the three tables.

    Parameters
    ----------
    nodes
        Table of nodes; None takes the ends of the pipes.
    plant
        Name of the plant's node; None when the table of nodes has one of kind `plant`.

    Raises
    ------
    InputError
        For the first problem found; `details` has a line for each.
    """
    pipe_table = read(pipes, "pipes", PIPES)
    consumer_table = read(consumers, "consumers", CONSUMERS)
    node_table = _nodes_of(pipe_table) if nodes is None else read(nodes, "nodes", NODES)
    problems: list[str] = []
    names = list(node_table["name"])
    problems += _doubles("nodes", names)
    number = {name: index for index, name in enumerate(names)}
    root = _plant(node_table, plant, number, problems)
    built_nodes = tuple(Node(row["name"], _or(row["bypass"], 0.0), row["T_bypass"]) for _, row in node_table.iterrows())
    problems += [
        f"nodes, row {i + 1} ({node.name}): bypass is {node.bypass:g} kg/s; give 0 or more"
        for i, node in enumerate(built_nodes)
        if node.bypass < 0
    ]
    built_pipes = _pipes(pipe_table, number, problems)
    built_consumers = _consumers(consumer_table, number, problems)
    refuse(problems)
    found = Layout(built_nodes, built_pipes, built_consumers, root)
    refuse([*_islands(found), *_dead_ends(found)])
    return found


def refuse(problems: list[str]) -> None:
    """Raise an InputError with the first problem, if there is one; `details` has all of them."""
    if not problems:
        return
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    error = InputError(problems[0] + more)
    error.details = tuple(problems)
    raise error


def _or(value: float, default: float) -> float:
    return default if np.isnan(value) else float(value)


def _nodes_of(pipes: pd.DataFrame) -> pd.DataFrame:
    names = list(dict.fromkeys(name for pair in zip(pipes["from"], pipes["to"], strict=True) for name in pair))
    return pd.DataFrame({"name": names, "kind": "", "bypass": np.nan, "T_bypass": np.nan})


def _doubles(what: str, names: Iterable[str]) -> list[str]:
    return [
        f"{what}: '{name}' is there {count} times; names must differ"
        for name, count in Counter(names).items()
        if count > 1
    ]


def _plant(table: pd.DataFrame, plant: str | None, number: dict[str, int], problems: list[str]) -> int:
    kinds = sorted(set(table["kind"]) - {"", "plant", "junction"})
    if kinds:
        row = int(np.flatnonzero(table["kind"] == kinds[0])[0])
        problems.append(
            f"nodes, row {row + 1} ({table['name'][row]}): unknown kind '{kinds[0]}'"
            f"{near_miss(kinds[0], ('plant', 'junction'))}; write plant, junction or nothing"
        )
    marked = list(table["name"][table["kind"] == "plant"])
    if plant is None:
        if len(marked) == 1:
            return number[marked[0]]
        problems.append(
            f"nodes: {len(marked)} of kind 'plant'; mark exactly one, or name it with plant="
            if marked
            else "nodes: none of kind 'plant'; mark one, or name it with plant="
        )
        return 0
    if plant not in number:
        problems.append(f"plant: no node '{plant}'{near_miss(plant, number)}; give the name of a node")
    elif marked and marked != [plant]:
        problems.append(f"plant: '{plant}' is given, but the table of nodes marks '{marked[0]}'; agree on one")
    return number.get(plant, 0)


def _pipes(table: pd.DataFrame, number: dict[str, int], problems: list[str]) -> tuple[Pipe, ...]:
    found = []
    sizes = pipe_sizes()
    used: dict[frozenset[str], str] = {}
    for index, row in table.iterrows():
        a, b = row["from"], row["to"]
        where = f"pipes, row {int(str(index)) + 1} ({a} to {b})"
        for end in (a, b):
            if end not in number:
                problems.append(f"{where}: no node '{end}'{near_miss(end, number)}; correct it or add the node")
        if a == b:
            problems.append(f"{where}: both ends are the same node; correct one")
        elif frozenset((a, b)) in used:
            problems.append(
                f"{where}: {used[frozenset((a, b))]} already joins these nodes; put a node into one of them"
            )
        used.setdefault(frozenset((a, b)), where.removeprefix("pipes, "))
        if not row["length"] > 0:
            problems.append(f"{where}: length is {row['length']:g} m; give more than 0")
        D_inner, s_wall, U, U_between = row["D_inner"], row["s_wall"], row["U"], row["U_between"]
        if row["size"]:
            size = sizes.get(_size_name(row["size"]))
            if size is None:
                problems.append(
                    f"{where}: unknown size '{row['size']}'{near_miss(_size_name(row['size']), sizes)}; give one of "
                    f"{', '.join(sizes)}, or D_inner, s_wall and U"
                )
                continue
            D_inner, s_wall = _or(D_inner, size.D_inner), _or(s_wall, size.s_wall)
            U, U_between = _or(U, size.U), _or(U_between, size.U_between)
        missing = [name for name, value in (("D_inner", D_inner), ("s_wall", s_wall), ("U", U)) if np.isnan(value)]
        if missing:
            problems.append(
                f"{where}: no size and no {' and no '.join(missing)}; give a size such as DN100, or all three"
            )
            continue
        U_between = _or(U_between, 0.0)
        if not 0.005 <= D_inner <= 2.0:
            problems.append(
                f"{where}: D_inner is {D_inner:g} m; give metres between 0.005 and 2, or write D_inner [mm]"
            )
        if not 0.0 <= s_wall < 0.5 * max(D_inner, 1e-3):
            problems.append(f"{where}: s_wall is {s_wall:g} m; give 0 or more, and less than half of the diameter")
        if not 0.0 <= U <= _LARGEST_U:
            problems.append(
                f"{where}: U is {U:g} W/(m K); give the heat loss per metre of one pipe, 0 to {_LARGEST_U:g}"
            )
        if not 0.0 <= U_between <= _LARGEST_U:
            problems.append(
                f"{where}: U_between is {U_between:g} W/(m K); give the heat from supply to return per metre, "
                f"0 to {_LARGEST_U:g}"
            )
        name = row["name"] or f"{a}_{b}"
        found.append(
            Pipe(name, number.get(a, 0), number.get(b, 0), float(row["length"]), D_inner, s_wall, U, U_between)
        )
    problems += _doubles("pipes", [pipe.name for pipe in found])
    return tuple(found)


def _size_name(text: str) -> str:
    """Return the name of a record: `DN100` for DN 100, dn100, 100 or 100.0; `TwinDN100` for twin DN100."""
    plain = text.replace(" ", "").replace("_", "").lower()
    twin = plain.startswith("twin")
    digits = plain.removeprefix("twin").removeprefix("dn").removesuffix(".0")
    return f"{'Twin' if twin else ''}DN{digits}"


def _consumers(table: pd.DataFrame, number: dict[str, int], problems: list[str]) -> tuple[Consumer, ...]:
    found = []
    for index, row in table.iterrows():
        where = f"consumers, row {int(str(index)) + 1} ({row['name']})"
        kind = row["kind"] or "substation"
        if row["node"] not in number:
            problems.append(
                f"{where}: no node '{row['node']}'{near_miss(row['node'], number)}; correct it or add the node"
            )
        if kind not in KINDS:
            problems.append(f"{where}: unknown kind '{kind}'{near_miss(kind, KINDS)}; write one of {', '.join(KINDS)}")
        if not row["Q_flow_nominal"] >= _SMALLEST_PEAK:
            problems.append(
                f"{where}: Q_flow_nominal is {row['Q_flow_nominal']:g} W; give the peak demand, at least 1 kW, or "
                "write Q_flow_nominal [kW]"
            )
        if kind == "prescribed" and not row["dT"] > 0:
            problems.append(f"{where}: kind 'prescribed' needs dT above 0; give the temperature drop in K")
        if not np.isnan(row["bypass_share"]) and not 0 <= row["bypass_share"] <= 1:
            problems.append(f"{where}: bypass_share is {row['bypass_share']:g}; give 0 to 1")
        found.append(
            Consumer(
                row["name"],
                number.get(row["node"], 0),
                kind,
                float(row["Q_flow_nominal"]),
                row["dT"],
                _or(row["bypass_share"], 0.0),
                row["T_secondary_supply"],
                row["T_secondary_return"],
                row["dT_return"],
                row["dp_nominal"],
            )
        )
    problems += _doubles("consumers", [consumer.name for consumer in found])
    return tuple(found)


def _islands(found: Layout) -> list[str]:
    inside = reachable(len(found.nodes), [(pipe.a, pipe.b) for pipe in found.pipes], found.plant)
    lost = [node.name for index, node in enumerate(found.nodes) if index not in inside]
    listed = ", ".join(lost[:5]) + (", ..." if len(lost) > 5 else "")
    plant = found.nodes[found.plant].name
    return [f"nodes: no pipe leads from the plant '{plant}' to {listed}; add a pipe or drop the node"] if lost else []


def _dead_ends(found: Layout) -> list[str]:
    degree = Counter(end for pipe in found.pipes for end in (pipe.a, pipe.b))
    served = {consumer.node for consumer in found.consumers}
    return [
        f"nodes: '{node.name}' is a dead end without a consumer: water would stand there; add a bypass or drop it"
        f"{near_miss(node.name, [other.name for other in found.nodes if other is not node])}"
        for index, node in enumerate(found.nodes)
        if degree[index] == 1 and index != found.plant and index not in served and not node.bypass > 0
    ]
