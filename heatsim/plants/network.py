"""`network`: from tables of nodes, pipes and consumers to a district-heating network in Modelica, of any size."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

import pandas as pd

from heatsim.errors import UsageError, near_miss
from heatsim.fmu import Fmu
from heatsim.plants.declarations import LOST_ON_THE_WAY, Settings
from heatsim.plants.design import Design, design
from heatsim.plants.layout import Layout, layout
from heatsim.plants.limits import check_design, completed
from heatsim.plants.modelica import Place, places, write
from heatsim.plants.tables import Table
from heatsim.plants.tree import GLYCOL, WATER

MEDIA = {"Water": WATER, "ConstantWater": WATER, "PG25": GLYCOL}
DRIVES = ("pump", "pressure")
_MOST_CELLS = 200
_TAKEN = ("Real", "Integer", "Boolean", "String", "StateSelect", "Clock", "Complex", "HeatReuse", "Modelica")
_IDENTIFIER = re.compile(r"[A-Z][A-Za-z0-9][A-Za-z0-9_]*")  # unlike any name inside: T_supply, E_pump, U, pump


@dataclass(frozen=True)
class Network:
    """A network as Modelica text, with what is needed to read its results.

    Attributes
    ----------
    name
        Name of the Modelica model.
    text
        The model; it uses classes of `HeatReuse`.
    consumers
        Names of the consumers, in the order of the arrays `Q_flow_demand`, `T_consumer`, ...
    substations
        Names of the consumers that are substations, in the order of `T_secondary` and `opening`.
    pipes
        A row for each pair of pipes, by name: ends, length (m), D_inner (m), design flow (kg/s) and velocity (m/s),
        cells, whether it closes a ring, and component and index in the model.
    m_flow_nominal
        Design flow of the plant, kg/s.
    dp_nominal
        Pressure difference at the plant at the design point, Pa.
    """

    name: str
    text: str
    consumers: tuple[str, ...]
    substations: tuple[str, ...]
    pipes: pd.DataFrame = field(repr=False)
    m_flow_nominal: float
    dp_nominal: float

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write `<name>.mo` into a folder, which is made if needed, and return its path."""
        path = Path(folder) / f"{self.name}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")
        return path

    def build(self, **options: Any) -> Fmu:
        """Compile the network; options are those of `heatsim.build` except `library`.

        Raises
        ------
        CompilerError
            If the model cannot be compiled.
        """
        from heatsim import build

        with tempfile.TemporaryDirectory(prefix="heatsim-network-") as folder:
            return build(self.name, library=self.write(folder), **options)

    def __str__(self) -> str:
        length = self.pipes["length"].sum()
        rings = int(self.pipes["ring"].sum())
        cells = 2 * int(self.pipes["cells"].sum())
        return (
            f"network {self.name}: consumers {len(self.consumers)}, pairs of pipes {len(self.pipes)}, rings {rings}, "
            f"cells {cells}; trench {length:.0f} m, {self.m_flow_nominal:.3g} kg/s at {self.dp_nominal / 1e5:.2f} bar"
        )


def network(
    nodes: Table | None,
    pipes: Table,
    consumers: Table,
    *,
    name: str = "Network",
    plant: str | None = None,
    drive: str = "pump",
    medium: str = "Water",
    T_supply_nominal: float = 348.15,
    T_return_nominal: float = 317.15,
    T_ground: float = 281.15,
    dp_consumer: float = 6e4,
    simultaneity: float = 1.0,
    load_start: float = 0.5,
    cells: int | None = None,
    cell_time: float = 60.0,
) -> Network:
    """Write the Modelica model of a district-heating network, tree or meshed.

    A table is the path of a CSV file, a pandas DataFrame or an xarray Dataset. A column that is not in SI units has its
    unit in the heading: `length [km]`, `Q_flow_nominal [kW]`, `T_secondary_supply [degC]`. Inputs of the FMU are
    `T_supply` (K), `Q_flow_demand` (W, one for each consumer), `T_ground` (K) and what `drive` says; among its outputs
    are `T_return`, `m_flow`, `Q_flow_delivered`, `Q_flow_unmet`, `Q_flow_loss`, `dp_critical` and, for each consumer,
    `T_consumer`.

    Parameters
    ----------
    nodes
        Columns `name`; `kind` (`plant` for one of them); `bypass` (flow of a bypass at 1 bar, kg/s); `T_bypass` (supply
        temperature at which a thermostatic bypass opens; without it the bypass is a fixed throttle). None takes the
        ends of the pipes.
    pipes
        Columns `from`, `to`, `length`; `size` (`DN100`, `TwinDN50`) or `D_inner`, `s_wall` and `U` (heat loss of one
        pipe, W/(m K)); `U_between` (supply to return, twin pipes); `name`. Each row is a supply and a return pipe.
    consumers
        Columns `name`, `node`, `Q_flow_nominal` (peak demand, W); `kind`: `substation` (default; exchanger, valve and
        thermostat, with `T_secondary_supply`, `T_secondary_return`, `dT_return`, `dp_nominal`) or `prescribed` (takes
        its demand with the temperature drop `dT`; `bypass_share` of the design flow is kept without demand).
    name
        Name of the Modelica model: a capital, a letter or digit, then any letters, digits and _.
    plant
        Node of the plant, when no node is of kind `plant`.
    drive
        `pump`: a network pump with the input `speed_pump`; `pressure`: the pressure difference at the plant is the
        input `dp_plant`.
    medium
        `Water`, `ConstantWater` (cp 4186 J/(kg K), density 988 kg/m3) or `PG25`.
    T_supply_nominal, T_return_nominal
        Design temperatures at the plant, K; also the initial temperatures. On the way to the consumers 2 K are lost. A
        substation without `T_secondary_return` gets the one with which it returns T_return_nominal at its peak.
    T_ground
        Start value of the input `T_ground`, K.
    dp_consumer
        Pressure difference that a substation needs at its peak, Pa, where the table has none.
    simultaneity
        Share of the sum of all peak demands that the network is designed for.
    load_start
        Initial demand over peak demand, 0 to 1.5.
    cells
        Cells of every pipe, 3 to 200; None chooses them so that the water spends about `cell_time` in a cell at the
        design velocity, 3 to 30.
    cell_time
        Time in s in a cell when cells are chosen. A front leaves a pipe of n cells widened to 0.38 (n = 10), 0.30 (13),
        0.21 (20) or 0.15 (30) of its delay (10 to 90 %); with 3 cells to about 0.8.

    Returns
    -------
    Network
        The text and what belongs to it; `build()` makes the FMU.

    Raises
    ------
    InputError
        If a table does not describe a network; one line names table, row and next step.
    UsageError
        If an argument is out of its range.

    Examples
    --------
    >>> import pandas as pd
    >>> pipes = pd.DataFrame({"from": ["plant"], "to": ["house"], "length": [200.0], "size": ["DN50"]})
    >>> consumers = pd.DataFrame({"name": ["house"], "node": ["house"], "Q_flow_nominal [kW]": [100.0]})
    >>> print(network(None, pipes, consumers, plant="plant"))
    network Network: consumers 1, pairs of pipes 1, rings 0, cells 20; trench 200 m, 0.824 kg/s at 0.74 bar
    """
    _check_words(name, drive, medium)
    _check_temperatures(T_supply_nominal, T_return_nominal, T_ground)
    _check_numbers(dp_consumer, simultaneity, load_start, cells, cell_time)
    T_consumer = T_supply_nominal - LOST_ON_THE_WAY
    found = completed(
        layout(nodes, pipes, consumers, None if plant is None else str(plant)),
        T_consumer,
        T_return_nominal,
        dp_consumer,
    )
    planned = design(found, T_consumer, MEDIA[medium], simultaneity, cells, cell_time)
    check_design(found, planned)
    settings = Settings(
        name=name,
        medium=medium,
        drive=drive,
        T_supply=T_supply_nominal,
        T_return=T_return_nominal,
        T_ground=T_ground,
        load_start=load_start,
    )
    return Network(
        name=name,
        text=write(found, planned, settings),
        consumers=tuple(consumer.name for consumer in found.consumers),
        substations=tuple(consumer.name for consumer in found.consumers if consumer.kind == "substation"),
        pipes=_pipe_table(found, planned, places(planned)),
        m_flow_nominal=planned.m_flow_nominal,
        dp_nominal=planned.dp_pump,
    )


def _check_words(name: str, drive: str, medium: str) -> None:
    if not _IDENTIFIER.fullmatch(str(name)) or name in _TAKEN:
        raise UsageError(
            f"name '{name}' is no name for a network: give two or more letters, digits and _, a capital first, "
            "no _ second, no type of Modelica and no library"
        )
    _one_of("drive", drive, DRIVES)
    _one_of("medium", medium, tuple(MEDIA))


def _check_temperatures(T_supply: float, T_return: float, T_ground: float) -> None:
    if not 273.15 < T_return < T_supply - LOST_ON_THE_WAY or not T_supply <= 403.15:
        raise UsageError(
            f"T_supply_nominal {T_supply:g} K and T_return_nominal {T_return:g} K: give kelvins, return more than "
            f"{LOST_ON_THE_WAY:g} K below supply, at most 403.15"
        )
    if not 243.15 <= T_ground <= 313.15:
        raise UsageError(f"T_ground is {T_ground:g} K: give kelvins, 243.15 to 313.15")


def _check_numbers(
    dp_consumer: float, simultaneity: float, load_start: float, cells: int | None, cell_time: float
) -> None:
    if cells is not None and not (isinstance(cells, Integral) and 3 <= cells <= _MOST_CELLS):
        raise UsageError(f"cells is {cells}: give a whole number from 3 to {_MOST_CELLS}, or None")
    for what, value, least, most in (
        ("dp_consumer", dp_consumer, 1.0, 2e6),
        ("simultaneity", simultaneity, 0.01, 1.0),
        ("load_start", load_start, 0.0, 1.5),
        ("cell_time", cell_time, 1.0, 3600.0),
    ):
        if not least <= value <= most:
            raise UsageError(f"{what} is {value:g}: give {least:g} to {most:g}")


def _one_of(what: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise UsageError(f"unknown {what} '{given}'{near_miss(given, known)}: give one of {', '.join(known)}")


def _pipe_table(found: Layout, planned: Design, where: tuple[Place, ...]) -> pd.DataFrame:
    rows: Mapping[str, list[Any]] = {
        "from": [found.nodes[pipe.a].name for pipe in found.pipes],
        "to": [found.nodes[pipe.b].name for pipe in found.pipes],
        "length": [pipe.length for pipe in found.pipes],
        "D_inner": [pipe.D_inner for pipe in found.pipes],
        "m_flow": list(planned.m_flow),
        "velocity": list(planned.velocity),
        "cells": list(planned.cells),
        "ring": [index in planned.tree.chords for index in range(len(found.pipes))],
        "component": [place.component for place in where],
        "index": [place.index for place in where],
    }
    return pd.DataFrame(rows, index=pd.Index([pipe.name for pipe in found.pipes], name="name"))
