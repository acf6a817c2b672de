"""Networks written from tables: the checks, the tree, and what the built models do."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import heatsim as hs
from benchmarks.town import day, example, residual, town
from heatsim.errors import InputError, UsageError
from heatsim.plants.tree import design_flows, resistance, spanning_tree

LIBRARY = Path(__file__).parents[2] / "modelica" / "HeatReuse"


def square() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A ring of four corners with a consumer each; the plant stands at the first corner."""
    corners = ["P", "A", "B", "C"]
    pipes = pd.DataFrame({"from": corners, "to": [*corners[1:], "P"], "length [m]": 200.0, "size": "DN50"})
    consumers = pd.DataFrame({"name": ["a", "b", "c"], "node": ["A", "B", "C"], "Q_flow_nominal [kW]": 100.0})
    return pipes, consumers


def written(**changes: object) -> hs.plants.Network:
    pipes, consumers = square()
    return hs.plants.network(None, pipes, consumers, plant="P", **changes)


def changed(table: pd.DataFrame, row: int, column: str, value: object) -> pd.DataFrame:
    copy = table.astype({column: object}) if column in table else table.assign(**{column: None})
    copy.loc[row, column] = value
    return copy


PIPES, CONSUMERS = square()
WRONG = {
    "unknown node": (
        changed(PIPES, 1, "to", "BB"),
        CONSUMERS,
        r"nodes: 'BB' is a dead end without a consumer.*add a bypass or drop it \(did you mean 'B'",
    ),
    "unknown size": (
        changed(PIPES, 2, "size", "DN55"),
        CONSUMERS,
        r"pipes, row 3 \(B to C\): unknown size 'DN55'.*DN50",
    ),
    "no length": (
        changed(PIPES, 0, "length [m]", 0.0),
        CONSUMERS,
        r"pipes, row 1 \(P to A\): length is 0 m; give more",
    ),
    "word as length": (
        changed(PIPES, 0, "length [m]", "far"),
        CONSUMERS,
        r"pipes, row 1: 'length' is 'far', not a number",
    ),
    "empty length": (
        changed(PIPES, 3, "length [m]", None),
        CONSUMERS,
        r"pipes, row 4: 'length' is empty; give a value",
    ),
    "same ends": (changed(PIPES, 1, "to", "A"), CONSUMERS, r"pipes, row 2 \(A to A\): both ends are the same node"),
    "pipe twice": (
        pd.concat([PIPES, PIPES.iloc[[1]]]),
        CONSUMERS,
        r"pipes, row 5 \(A to B\): row 2 \(A to B\) already",
    ),
    "no diameter": (changed(PIPES, 0, "size", ""), CONSUMERS, r"pipes, row 1 \(P to A\): no size and no D_inner"),
    "wrong unit": (PIPES.rename(columns={"length [m]": "length [K]"}), CONSUMERS, r"pipes: column 'length \[K\]'"),
    "unknown column": (
        PIPES.rename(columns={"size": "sise"}),
        CONSUMERS,
        r"pipes: unknown column 'sise' \(did you mean",
    ),
    "missing column": (PIPES.drop(columns="length [m]"), CONSUMERS, r"pipes: column 'length' is missing; add it"),
    "column twice": (PIPES.assign(length=1.0), CONSUMERS, r"pipes: column 'length' is there twice; drop one"),
    "millimetres": (
        PIPES.assign(size="", D_inner=54.0, s_wall=0.003, U=0.2),
        CONSUMERS,
        r"D_inner is 54 m; give metres",
    ),
    "U too large": (
        PIPES.assign(U=35.0),
        CONSUMERS,
        r"row 1 \(P to A\): U is 35 W/\(m K\); give the heat loss per metre",
    ),
    "consumer twice": (
        PIPES,
        changed(CONSUMERS, 1, "name", "a"),
        r"consumers: 'a' is there 2 times; names must differ",
    ),
    "no demand": (PIPES, changed(CONSUMERS, 1, "Q_flow_nominal [kW]", -1.0), r"row 2 \(b\): Q_flow_nominal is -1000 W"),
    "kilowatts as watts": (
        PIPES,
        CONSUMERS.rename(columns={"Q_flow_nominal [kW]": "Q_flow_nominal"}),
        r"row 1 \(a\): Q_flow_nominal is 100 W; give the peak demand, at least 1 kW, or write Q_flow_nominal \[kW\]",
    ),
    "secondary supply in degC": (
        PIPES,
        CONSUMERS.assign(T_secondary_supply=60.0),
        r"row 1 \(a\): T_secondary_return 313.15 K, T_secondary_supply 60 K and a supply of 346.15 K .* do not follow",
    ),
    "secondary hotter than primary": (
        PIPES,
        CONSUMERS.assign(**{"T_secondary_supply [degC]": 90.0}),
        r"T_secondary_supply 363.15 K and a supply of 346.15 K",
    ),
    "return above supply": (
        PIPES,
        CONSUMERS.assign(**{"T_secondary_return [degC]": 58.0, "dT_return": 30.0}),
        r"row 1 \(a\): dT_return is 30 K; give more than 0 and less than the 15 K between",
    ),
    "difference in degF": (
        PIPES,
        CONSUMERS.assign(kind="prescribed", **{"dT [degF]": 36.0}),
        r"column 'dT \[degF\]' is a difference of temperatures; give it in K",
    ),
    "freezing": (PIPES, CONSUMERS.assign(kind="prescribed", dT=90.0), r"dT is 90 K; .* the return would freeze"),
    "no pressure": (PIPES, CONSUMERS.assign(dp_nominal=0.0), r"row 1 \(a\): dp_nominal is 0 Pa; give more than 0"),
    "pressure beyond all pumps": (
        PIPES,
        CONSUMERS.assign(**{"Q_flow_nominal [kW]": 1e5}),
        r"pipes, row \d \(\w+\): .* m/s at the design point, and the plant needs \d+ bar; check diameters",
    ),
    "U between": (PIPES.assign(U_between=-1.0), CONSUMERS, r"row 1 \(P to A\): U_between is -1 W/\(m K\)"),
    "truth as length": (PIPES.assign(**{"length [m]": True}), CONSUMERS, r"row 1: 'length' is 'True', not a number"),
    "list": ([1, 2], CONSUMERS, r"pipes: a list is no table; give a CSV file, a DataFrame or a Dataset"),
    "unknown kind": (
        PIPES,
        CONSUMERS.assign(kind="substaton"),
        r"unknown kind 'substaton' \(did you mean 'substation'",
    ),
    "no drop": (PIPES, CONSUMERS.assign(kind="prescribed"), r"row 1 \(a\): kind 'prescribed' needs dT above 0"),
    "no consumers": (PIPES, CONSUMERS.iloc[:0], r"consumers: the table has no rows; give at least one"),
    "wrong node": (
        PIPES,
        changed(CONSUMERS, 0, "node", "Aa"),
        r"consumers, row 1 \(a\): no node 'Aa' \(did you mean 'A'",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_wrong_tables_are_refused_in_one_line_that_names_the_row(case: tuple[pd.DataFrame, pd.DataFrame, str]) -> None:
    pipes, consumers, message = case
    with pytest.raises(InputError, match=message) as caught:
        hs.plants.network(None, pipes, consumers, plant="P")
    assert "\n" not in str(caught.value)


def test_parts_that_nothing_joins_with_the_plant_are_refused() -> None:
    pipes = pd.concat([PIPES, pd.DataFrame({"from": ["X"], "to": ["Y"], "length [m]": [5.0], "size": ["DN25"]})])
    with pytest.raises(InputError, match=r"no pipe leads from the plant 'P' to X, Y; add a pipe or drop the node"):
        hs.plants.network(None, pipes, CONSUMERS, plant="P")


def test_dead_ends_need_a_bypass() -> None:
    pipes = pd.concat([PIPES, pd.DataFrame({"from": ["B"], "to": ["E"], "length [m]": [50.0], "size": ["DN25"]})])
    nodes = pd.DataFrame({"name": ["P", "A", "B", "C", "E"], "kind": ["plant", "", "", "", ""]})
    with pytest.raises(InputError, match="'E' is a dead end without a consumer: water would stand there; add a bypass"):
        hs.plants.network(nodes, pipes, CONSUMERS)
    network = hs.plants.network(nodes.assign(**{"bypass [kg/h]": [0, 0, 0, 0, 36.0]}), pipes, CONSUMERS)
    assert "bypass_1(" in network.text
    assert "m_flow_nominal=0.01," in network.text


def test_all_problems_are_in_the_details() -> None:
    pipes = changed(changed(PIPES, 0, "size", "DN51"), 2, "length [m]", -3.0)
    with pytest.raises(InputError, match=r"\(and 1 more\)$") as caught:
        hs.plants.network(None, pipes, CONSUMERS, plant="P")
    assert len(caught.value.details) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drive": "pomp"}, r"unknown drive 'pomp' \(did you mean 'pump'\?\): give one of pump, pressure"),
        ({"medium": "Oil"}, "unknown medium 'Oil': give one of Water, ConstantWater, PG25"),
        ({"name": "My net"}, "name 'My net' is no name for a network"),
        ({"name": "T_supply"}, "name 'T_supply' is no name for a network"),
        ({"name": "end"}, "name 'end' is no name for a network"),
        ({"name": "HeatReuse"}, "name 'HeatReuse' is no name for a network"),
        ({"cells": 2}, "cells is 2: give a whole number from 3 to 200"),
        ({"cells": 3.5}, "cells is 3.5: give a whole number from 3 to 200"),
        ({"dp_consumer": float("nan")}, "dp_consumer is nan: give 1 to"),
        ({"T_ground": 8.0}, "T_ground is 8 K: give kelvins"),
        ({"T_return_nominal": 347.0}, "return more than 2 K below supply"),
        ({"T_supply_nominal": 75.0}, "give kelvins"),
        ({"simultaneity": 0.0}, "simultaneity is 0: give 0.01 to 1"),
    ],
)
def test_arguments_out_of_range_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        written(**options)


def test_csv_dataframe_and_dataset_give_the_same_model(tmp_path: Path) -> None:
    pipes, consumers = square()
    pipes.to_csv(tmp_path / "pipes.csv", index=False)
    consumers.to_csv(tmp_path / "consumers.csv", index=False)
    from_csv = hs.plants.network(None, tmp_path / "pipes.csv", str(tmp_path / "consumers.csv"), plant="P")
    dataset = xr.Dataset(
        {"node": ("name", ["A", "B", "C"]), "Q_flow_nominal": ("name", [0.1] * 3, {"units": "MW"})},
        coords={"name": ["a", "b", "c"]},
    )
    from_dataset = hs.plants.network(None, pipes, dataset, plant="P")
    assert from_csv.text == from_dataset.text == written().text


def csv(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "pipes.csv"
    path.write_bytes(text.encode(encoding))
    consumers = pd.DataFrame({"name": ["b"], "node": ["B"], "Q_flow_nominal [kW]": [50.0]})
    return hs.plants.network(None, path, consumers, plant="P", cells=3).text


def test_csv_with_other_separators_decimal_commas_and_a_mark_at_its_start(tmp_path: Path) -> None:
    plain = csv(tmp_path, "from,to,length,size\nP,A #1,200.5,DN50\nA #1,B,100,DN50\n")
    assert "L={200.5, 100}" in plain
    for text, encoding in (
        ("from;to;length;size\nP;A #1;200,5;DN50\nA #1;B;100;50\n", "utf-8"),
        (
            "# a comment; with words\nfrom\tto\tlength\tsize\n\nP\tA #1\t200,5\tDN50\nA #1\tB\t100\tDN 50\n\t\t\t\n",
            "utf-8",
        ),
        ("from,to,length [m],size\n P , A #1 , 200.5 , DN50\nA #1,B,100,dn50\n", "utf-8-sig"),
    ):
        assert csv(tmp_path, text, encoding) == plain


@pytest.mark.parametrize(
    ("text", "encoding", "message"),
    [
        ("from,to,length,size\nP,A,200\n", "utf-8", r"row 1: 3 cells under 4 headings"),
        ("from,to,length,size\nP,A,200,5,DN50\n", "utf-8", r"row 1: 5 cells under 4 headings.*quotes"),
        ("from;to;length;size\nP;A;200,5;DN50\nA;B;1.200;DN50\n", "utf-8", r"row 2: '1.200' has a point, '200,5'"),
        ("from,to,length,size\nP,Straße,200,DN50\n", "latin-1", "is not in UTF-8; save it as CSV in UTF-8"),
        ("", "utf-8", "is empty; give a heading"),
    ],
)
def test_wrong_csv_files_are_refused(tmp_path: Path, text: str, encoding: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        csv(tmp_path, text, encoding)
    assert "\n" not in str(caught.value)


def test_numbers_as_names_and_a_named_index(tmp_path: Path) -> None:
    """pandas turns whole numbers into floats where a cell is empty."""
    pipes = pd.DataFrame({"from": [0, 1], "to": [1, 2], "length": 100.0, "size": 50})
    consumers = pd.DataFrame({"name": [7, 8], "node": [1.0, 2.0], "Q_flow_nominal [kW]": 50.0})
    one = hs.plants.network(None, pipes, consumers, plant=0)
    assert one.consumers == ("7", "8")
    assert hs.plants.network(None, pipes, consumers.set_index("name"), plant="0").text == one.text


def test_bypasses_are_checked() -> None:
    nodes = pd.DataFrame({"name": ["P", "A", "B", "C"], "kind": ["plant", "", "", ""]})
    for columns, message in (
        ({"T_bypass": 333.15}, r"nodes, row 1 \(P\): T_bypass without a bypass"),
        ({"bypass": 0.01, "T_bypass": 60.0}, r"T_bypass is 60 K; .* or write T_bypass \[degC\]"),
        ({"bypass": 1000.0}, r"bypass is 1000 kg/s, all consumers together need 2.47 kg/s; give less"),
    ):
        with pytest.raises(InputError, match=message):
            hs.plants.network(nodes.assign(**columns), PIPES, CONSUMERS)


def test_substations_return_what_the_network_is_designed_for() -> None:
    """Another return temperature of the network reaches the substations, so that flows and pump agree."""
    for T_return in (308.15, 323.15):
        network = written(T_return_nominal=T_return)
        assert network.text.count(f"T_secondary_return={T_return - 4:.10g}, dT_return=4") == 3
        assert network.m_flow_nominal == pytest.approx(3e5 / 4186 / (346.15 - T_return))
    glycol = written(medium="PG25")
    assert glycol.m_flow_nominal == pytest.approx(written().m_flow_nominal * 4186 / 4012)
    assert glycol.dp_nominal > 1.05 * written().dp_nominal


def test_design_flows_leave_no_pressure_around_a_ring() -> None:
    ends = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 3)]
    length, diameter = np.array([200.0, 300, 150, 400, 80]), np.array([0.08, 0.05, 0.05, 0.08, 0.03])
    tree = spanning_tree(4, ends, list(length), 0)
    flow, below = design_flows(tree, ends, np.array([0.0, 1.0, 2.0, 0.5]), length, diameter)
    assert len(tree.chords) == 2
    drop = resistance(flow, length, diameter) * flow * abs(flow)
    for (a, b), value in zip(ends, drop, strict=True):
        assert below[b] - below[a] == pytest.approx(value, abs=0.1)
    for node, taken in ((1, 1.0), (2, 2.0), (3, 0.5)):
        into = sum(f * ((b == node) - (a == node)) for (a, b), f in zip(ends, flow, strict=True))
        assert into == pytest.approx(taken)


def test_cells_follow_length_and_velocity() -> None:
    pipes = pd.DataFrame(
        {"from": ["P", "A"], "to": ["A", "B"], "length": [1000.0, 20.0], "size": "DN50", "name": ["long", "short"]}
    )
    consumers = pd.DataFrame({"name": ["b"], "node": ["B"], "Q_flow_nominal": [2e5]})
    network = hs.plants.network(None, pipes, consumers, plant="P")
    delay = 1000.0 / network.pipes.velocity["long"]
    assert network.pipes.cells["long"] >= delay / 60.0
    assert network.pipes.cells["short"] == 3
    assert (hs.plants.network(None, pipes, consumers, plant="P", cells=5).pipes.cells == 5).all()


@pytest.fixture(scope="module")
def small() -> tuple[xr.Dataset, hs.plants.Network]:
    """Eight consumers, a ring, a thermostatic bypass, over a day."""
    network = example()
    ds = hs.simulate(network.build(), day(town(8, 1)[2]), stop=86400.0, output_step=300.0)
    return ds, network


@pytest.mark.xdist_group("networks")
def test_energy_is_conserved_over_a_day(small: tuple[xr.Dataset, hs.plants.Network]) -> None:
    assert residual(small[0]) < 1e-6


@pytest.mark.xdist_group("networks")
def test_demand_is_met_and_the_far_end_is_colder(small: tuple[xr.Dataset, hs.plants.Network]) -> None:
    ds, network = small
    assert network.consumers == tuple(f"house{k}" for k in range(8))
    assert float(ds["E_unmet"][-1] / ds["E_demand"][-1]) < 5e-3
    T = ds["T_consumer"].values[-1]
    assert 348.15 > T[0] > T[4]  # along the first street


@pytest.mark.xdist_group("networks")
def test_loss_follows_the_temperatures(small: tuple[xr.Dataset, hs.plants.Network]) -> None:
    """Between the loss with all pipes at the coldest and at the warmest water."""
    ds, network = small
    sizes = hs.plants.sizes.pipe_sizes()
    U = {round(size.D_inner, 6): size.U for size in sizes.values() if not size.U_between}
    UL = sum(length * U[round(D, 6)] for length, D in zip(network.pipes.length, network.pipes.D_inner, strict=True))
    supply = float(ds["T_consumer"].values[-1].min()), 348.15
    back = 313.0, 322.0
    low, high = (UL * (s + r - 2 * 281.15) for s, r in zip(supply, back, strict=True))
    assert low < float(ds["Q_flow_loss"][-1]) < high


@pytest.mark.xdist_group("networks")
def test_the_example_in_the_library_is_what_the_generator_writes() -> None:
    assert (LIBRARY / "District" / "Town.mo").read_text(
        encoding="utf-8"
    ) == f"within HeatReuse.District;\n{example().text}"


@pytest.mark.xdist_group("networks")
def test_a_symmetric_ring_has_no_flow_in_the_middle_and_equal_consumers() -> None:
    network = written(name="Square", drive="pressure", cells=3)
    ds = hs.simulate(
        network.build(),
        {"T_supply": 348.15, "dp_plant": 1.2e5, "Q_flow_demand": 6e4, "T_ground": 281.15},
        stop=6 * 3600.0,
        output_step=600.0,
    )
    a, b, c = ds["m_flow_consumer"].values[-1]
    # a and c lie mirrored; b in the middle is fed from both sides
    assert a == pytest.approx(c, rel=1e-4)
    ring = np.array([ds[f"m_flow_ring_{side}"].values[-1].item() for side in ("supply", "return")])
    assert np.abs(ring) == pytest.approx(b / 2, rel=1e-3)
    assert residual(ds) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("rings", [0, 4])
def test_a_town_of_100_consumers_compiles_and_runs(rings: int) -> None:
    nodes, pipes, consumers = town(100, rings)
    network = hs.plants.network(nodes, pipes, consumers, name=f"Town100x{rings}")
    ds = hs.simulate(network.build(), day(consumers), stop=86400.0, output_step=600.0)
    assert ds["T_consumer"].shape[1] == 100
    assert residual(ds) < 1e-6
    assert float(ds["E_unmet"][-1] / ds["E_demand"][-1]) < 5e-3
    assert math.isfinite(float(ds["dp_critical"].min()))
