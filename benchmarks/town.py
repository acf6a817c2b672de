"""Tables of a town of any size: streets off a main pipe, houses along the streets, some streets joined to rings.

`python -m benchmarks.town 100` builds a town with that many consumers, as a tree and with four rings, runs it over a
day and prints compile time, states, run time and memory.
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import heatsim as hs
from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.plants import network

_HOUSES = 5  # along each street
_SIZES = ((0.15, "DN25"), (0.6, "DN40"), (1.2, "DN50"), (2.6, "DN65"), (4, "DN80"), (8, "DN100"), (13, "DN125"))
_SIZES += ((21, "DN150"), (43, "DN200"), (80, "DN250"), (130, "DN300"))


def _size(m_flow: float) -> str:
    """Return the size that carries a flow in kg/s with 100 to 250 Pa/m."""
    return next((name for limit, name in _SIZES if m_flow <= limit), "DN400")


def town(houses: int, rings: int = 0, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return nodes, pipes and consumers.

    Parameters
    ----------
    houses
        Number of consumers.
    rings
        How many ends of neighbouring streets are joined.
    seed
        Of the random peak demands (30 to 90 kW) and lengths of the house connections (10 to 30 m).
    """
    random = np.random.default_rng(seed)
    peaks = random.uniform(30e3, 90e3, houses)
    streets = math.ceil(houses / _HOUSES)
    pipes: list[tuple[str, str, float, str]] = []
    per_kelvin = 4186.0 * 29.0

    def behind(first: int) -> float:
        return float(peaks[first:].sum()) / per_kelvin

    for street in range(streets):
        first = street * _HOUSES
        start = f"corner{street - 1}" if street else "plant"
        pipes.append((start, f"corner{street}", 60.0 if street else 400.0, _size(behind(first))))
        before = f"corner{street}"
        here = range(first, min(first + _HOUSES, houses))
        for house in here:
            node = f"tee{house}"
            pipes.append((before, node, 40.0, _size(float(peaks[house : here.stop].sum()) / per_kelvin)))
            pipes.append((node, f"house{house}", float(random.uniform(10, 30)), _size(peaks[house] / per_kelvin)))
            before = node
    ends = [min((street + 1) * _HOUSES, houses) - 1 for street in range(streets)]
    for ring in range(rings):
        street = (ring + 1) * streets // (rings + 1)
        pipes.append((f"tee{ends[street - 1]}", f"tee{ends[street]}", 60.0, "DN50"))
    table = pd.DataFrame(pipes, columns=["from", "to", "length", "size"])
    names = list(dict.fromkeys([*table["from"], *table["to"]]))
    nodes = pd.DataFrame({"name": names, "kind": ["plant" if name == "plant" else "" for name in names]})
    numbers = [f"house{house}" for house in range(houses)]
    return nodes, table, pd.DataFrame({"name": numbers, "node": numbers, "Q_flow_nominal": peaks})


def example() -> hs.plants.Network:
    """Return the network of `HeatReuse.District.Town`: 8 consumers, a ring, a bypass, one prescribed consumer."""
    nodes, pipes, consumers = town(8, 1)
    nodes["bypass"] = np.where(nodes["name"] == "tee4", 0.03, 0.0)
    nodes["T_bypass [degC]"] = np.where(nodes["name"] == "tee4", 60.0, np.nan)
    consumers["kind"] = np.where(consumers["name"] == "house7", "prescribed", "substation")
    consumers["dT"] = np.where(consumers["name"] == "house7", 30.0, np.nan)
    return network(nodes, pipes, consumers, name="Town")


def day(consumers: pd.DataFrame) -> dict[str, object]:
    """Return the inputs of a day: demand between 20 and 90 % of the peak, constant supply and pump."""
    times = np.linspace(0.0, 86400.0, 25)
    load = 0.5 - 0.2 * np.cos(2 * np.pi * times / 86400.0) - 0.2 * np.cos(4 * np.pi * (times / 86400.0 - 0.33))
    demand = load[:, None] * consumers["Q_flow_nominal"].to_numpy()[None, :]
    return {
        "T_supply": 348.15,
        "T_ground": 281.15,
        "speed_pump": 0.9,
        "Q_flow_demand": xr.DataArray(demand, dims=("time", "consumer"), coords={"time": times}),
    }


def residual(ds: xr.Dataset) -> float:
    """Return the largest |U - U(0) - sum of E_in_...| over the largest energy that crossed a boundary."""
    crossed = [ds[name] for name in ds if str(name).startswith("E_in_")]
    error = abs(ds["U"] - ds["U"][0] - sum(crossed)).max()
    return float(error / max(float(abs(energy).max()) for energy in crossed))


def measure(houses: int, rings: int) -> None:
    """Print one line."""
    nodes, pipes, consumers = town(houses, rings)
    written = network(nodes, pipes, consumers, name=f"Town{houses}x{rings}")
    print(written)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "town.fmu"
        library = Path(hs.__file__).parents[1] / "modelica" / "HeatReuse"
        begin = time.perf_counter()
        info = compile_model(
            written.name, library=written.write(name), needs=[library], out=out, c_compiler=find_c_compiler()
        )
        compiled = time.perf_counter() - begin
        fmu = hs.Fmu(out)
    begin = time.perf_counter()
    ds = hs.simulate(fmu, day(consumers), stop=86400.0, output_step=300.0)
    run = time.perf_counter() - begin
    unit = 1e6 if sys.platform == "darwin" else 1e3
    own, children = (
        resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"  states {info.states}, equations {info.equations}, compiled in {compiled:.1f} s, a day in {run:.1f} s, "
        f"memory {own:.0f} MB (front end {children:.0f} MB), energy balance {residual(ds):.1e}",
        flush=True,
    )


def main() -> None:
    """Read the arguments and print a line for each town."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("houses", type=int, nargs="?", default=100)
    for rings in (0, 4):
        measure(parser.parse_args().houses, rings)


if __name__ == "__main__":
    main()
