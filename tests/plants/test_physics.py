"""Written networks against independent solutions: Kirchhoff's laws with Colebrook, exponential cooling, plug flow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.optimize import brentq, root

import heatsim as hs
from benchmarks.town import residual

CP, RHO = 4186.0, 988.0  # ConstantWater
# water at 75 and at 50 degC (IAPWS-95 at 6 bar): density in kg/m3, viscosity in Pa s
WATER = {"supply": (975.06, 3.7735e-4), "return": (988.26, 5.4657e-4)}


def held(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(np.vstack([values, values]), dims=("time", "consumer"), coords={"time": [0.0, 1e6]})


TWO_RINGS = pd.DataFrame(
    {
        "from": ["P", "A", "B", "C", "D", "E", "B", "F"],
        "to": ["A", "B", "C", "P", "E", "C", "D", "E"],
        "length": [300.0, 200.0, 250.0, 400.0, 150.0, 180.0, 90.0, 60.0],
        "size": ["DN80", "DN50", "DN40", "DN65", "DN40", "DN50", "DN32", "DN25"],
    }
)
TAKERS = pd.DataFrame(
    {"name": list("abdef"), "node": list("ABDEF"), "Q_flow_nominal [kW]": [60, 90, 50, 120, 30], "dT": 25.0}
).assign(kind="prescribed")


def two_rings(pipes: pd.DataFrame, nodes: pd.DataFrame | None = None) -> tuple[hs.plants.Network, xr.Dataset]:
    network = hs.plants.network(
        nodes,
        pipes,
        TAKERS,
        name="TwoRings",
        plant="P",
        drive="pressure",
        cells=3,
        T_supply_nominal=348.15,
        T_return_nominal=323.15,
    )
    demand = 800.0 * TAKERS["Q_flow_nominal [kW]"].to_numpy()
    ds = hs.simulate(
        network.build(),
        {"T_supply": 348.15, "T_ground": 281.15, "dp_plant": 2e5, "Q_flow_demand": held(demand)},
        stop=20000.0,
        output_step=4000.0,
        rtol=1e-8,
    )
    return network, ds


def kirchhoff(
    ends: list[tuple[int, int]], length: np.ndarray, diameter: np.ndarray, taken: np.ndarray, rho: float, mu: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return flows and pressures relative to node 0; friction after Colebrook, a fifth more for fittings."""

    def drop(m_flow: float, L: float, D: float) -> float:
        reynolds = 4 * abs(m_flow) / (np.pi * D * mu)
        f = brentq(lambda f: f**-0.5 + 2 * np.log10(5e-5 / D / 3.7 + 2.51 / reynolds / f**0.5), 1e-3, 0.2)
        speed = m_flow / (rho * np.pi / 4 * D**2)
        return 1.2 * f * L / D * rho / 2 * speed * abs(speed)

    n = len(taken)

    def left(x: np.ndarray) -> np.ndarray:
        m_flow, p = x[: len(ends)], np.concatenate([[0.0], 1e4 * x[len(ends) :]])
        balance = -taken.copy()
        for (a, b), m in zip(ends, m_flow, strict=True):
            balance[a] -= m
            balance[b] += m
        losses = [drop(*pipe) for pipe in zip(m_flow, length, diameter, strict=True)]
        gaps = [(p[a] - p[b] - dp) / 1e4 for (a, b), dp in zip(ends, losses, strict=True)]
        return np.concatenate([balance[1:], gaps])

    guess = np.concatenate([0.3 * np.ones(len(ends)), -np.ones(n - 1)])
    found = min((root(left, guess * s, tol=1e-12) for s in (1.0, 0.5, 2.0)), key=lambda r: float(abs(r.fun).max()))
    assert abs(found.fun).max() < 1e-8
    return found.x[: len(ends)], np.concatenate([[0.0], 1e4 * found.x[len(ends) :]])


@pytest.fixture(scope="module")
def rings() -> tuple[hs.plants.Network, xr.Dataset]:
    return two_rings(TWO_RINGS)


@pytest.mark.xdist_group("rings")
def test_flows_and_pressures_of_two_rings_follow_kirchhoff_and_colebrook(
    rings: tuple[hs.plants.Network, xr.Dataset],
) -> None:
    network, ds = rings
    names = list(dict.fromkeys([*TWO_RINGS["from"], *TWO_RINGS["to"]]))
    ends = [(names.index(a), names.index(b)) for a, b in zip(TWO_RINGS["from"], TWO_RINGS["to"], strict=True)]
    taken = np.zeros(len(names))
    for node, m_flow in zip(TAKERS["node"], ds["m_flow_consumer"].values[-1], strict=True):
        taken[names.index(node)] += m_flow
    below = np.zeros(len(names))
    for side in ("supply", "return"):
        m_flow, p = kirchhoff(
            ends, network.pipes.length.to_numpy(), network.pipes.D_inner.to_numpy(), taken, *WATER[side]
        )
        below += p
        np.testing.assert_allclose(ds[f"m_flow_ring_{side}"].values[-1], m_flow[network.pipes.ring], rtol=3e-3)
    expected = [2e5 + below[names.index(node)] for node in TAKERS["node"]]
    np.testing.assert_allclose(ds["dp_consumer"].values[-1], expected, rtol=5e-4)
    assert min(expected) < 1.6e5


@pytest.mark.xdist_group("rings")
def test_order_of_nodes_and_direction_of_pipes_do_not_matter(rings: tuple[hs.plants.Network, xr.Dataset]) -> None:
    pipes = TWO_RINGS.iloc[[5, 2, 7, 0, 3, 6, 1, 4]].reset_index(drop=True)
    turned = pipes.copy()
    turned.loc[[1, 3, 6], ["from", "to"]] = pipes.loc[[1, 3, 6], ["to", "from"]].to_numpy()
    _, ds = two_rings(turned, pd.DataFrame({"name": list("FDPCEBA")}))
    for name in ("T_return", "m_flow", "dp_consumer", "Q_flow_loss", "T_consumer", "U"):
        np.testing.assert_allclose(ds[name].values, rings[1][name].values, rtol=1e-6, err_msg=name)


LINE = pd.DataFrame({"from": ["P", "A", "A"], "to": ["A", "B", "C"], "length": [500.0, 200.0, 300.0], "size": "DN50"})
LINE = LINE.assign(D_inner=0.05, s_wall=0.003, U=[0.4, 0.2, 0.3], size="")


@pytest.fixture(scope="module")
def line() -> hs.Fmu:
    """A trunk and two branches; consumers that take 20 K."""
    consumers = pd.DataFrame({"name": ["b", "c"], "node": ["B", "C"], "Q_flow_nominal": 5e4, "dT": 20.0})
    return hs.plants.network(
        None,
        LINE,
        consumers.assign(kind="prescribed"),
        name="Line",
        plant="P",
        drive="pressure",
        medium="ConstantWater",
        T_supply_nominal=343.15,
        T_return_nominal=323.15,
        cells=16,
    ).build()


def run(line: hs.Fmu, demand: object, T_supply: object, stop: float) -> xr.Dataset:
    inputs = {"T_supply": T_supply, "dp_plant": 3e5, "T_ground": 283.15, "Q_flow_demand": demand}
    return hs.simulate(line, inputs, stop=stop, output_step=stop / 400)


@pytest.mark.xdist_group("line")
def test_steady_temperatures_fall_exponentially_and_mix(line: hs.Fmu) -> None:
    demand = np.array([4e4, 1.5e4])
    ds = run(line, held(demand), 343.15, 40000.0)
    flow = demand / (CP * 20.0)

    def after(T: float, m_flow: float, pipe: int) -> float:
        return 283.15 + (T - 283.15) * np.exp(-LINE.U[pipe] * LINE.length[pipe] / (CP * m_flow))

    middle = after(343.15, flow.sum(), 0)
    ends = np.array([after(middle, flow[0], 1), after(middle, flow[1], 2)])
    back = [after(ends[i] - 20.0, flow[i], i + 1) for i in range(2)]
    T_return = after(float(np.dot(flow, back) / flow.sum()), flow.sum(), 0)
    np.testing.assert_allclose(ds["T_consumer"].values[-1], ends, atol=0.02)
    assert float(ds["T_return"][-1]) == pytest.approx(T_return, abs=0.02)
    assert float(ds["Q_flow_loss"][-1]) == pytest.approx(CP * flow.sum() * (343.15 - T_return) - demand.sum(), rel=3e-3)
    assert residual(ds) < 1e-6


@pytest.mark.xdist_group("line")
def test_a_front_arrives_after_the_delay_of_water_and_walls(line: hs.Fmu) -> None:
    demand = np.array([4e4, 3e4])
    step = xr.DataArray([333.15, 333.15, 343.15, 343.15], dims="time", coords={"time": [0, 20000.0, 20001.0, 1e6]})
    ds = run(line, held(demand), step, 40000.0)
    flow = demand / (CP * 20.0)
    metre = RHO * CP * np.pi / 4 * 0.05**2 + 7850 * 480 * np.pi * 0.053 * 0.003
    for consumer in range(2):
        delay = metre / CP * (LINE.length[0] / flow.sum() + LINE.length[consumer + 1] / flow[consumer])
        T = ds["T_consumer"].values[:, consumer]
        late = ds["time"].values >= 20000.0
        half = 0.5 * (T[late][0] + T[-1])
        assert np.interp(half, T[late], ds["time"].values[late]) - 20000.0 == pytest.approx(delay, rel=0.02)


@pytest.mark.xdist_group("line")
def test_a_consumer_at_standstill_gets_cold_with_his_pipe(line: hs.Fmu) -> None:
    """Without flow the water at the consumer cools towards the ground, nearly as fast as that in the pipe."""
    ds = run(line, held(np.array([5e4, 0.0])), 343.15, 2 * 86400.0)
    T = ds["T_consumer"].values
    metre = RHO * CP * np.pi / 4 * 0.05**2 + 7850 * 480 * np.pi * 0.053 * 0.003
    time_constant = metre / LINE.U[2]
    pipe = 283.15 + 60.0 * np.exp(-2 * 86400.0 / time_constant)
    assert pipe < T[-1, 1] < 283.15 + 60.0 * np.exp(-2 * 86400.0 / (1.7 * time_constant))
    assert T[-1, 0] > 337.0
    assert residual(ds) < 1e-6
