"""Consistent signals at an exchange: direct feed-through of opaque units, in order and in cycles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from fmus.build import fmu
from small_units import Gain

from heatsim.errors import SimulationError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.solvers.compose import Composite, compose
from heatsim.solvers.exchange import Exchange, slot_of_opaque
from heatsim.system import Port, Signal, System


class Opaque:
    """An opaque unit of one input and one output without a state."""

    inputs = (Port("u"),)
    outputs = (Port("y"),)
    input_degree = 0
    can_rollback = True

    def __init__(self, name: str, law: Callable[[float], float], through: bool) -> None:
        self.name = name
        self.feedthrough = np.array([[through]])
        self.law = law
        self.asked = 0

    def start(self, t: float, stop: float, u: np.ndarray) -> np.ndarray:
        return self.output(t, u)

    def output(self, t: float, u: np.ndarray) -> np.ndarray:
        self.asked += 1
        return np.array([self.law(float(u[0]))])


def _exchange(
    laws: Sequence[Callable[[float], float]], connections: Sequence[tuple[str, str]], through: bool = True
) -> tuple[Composite, Exchange, list[Opaque]]:
    """Units a, b, … of these laws (in the place of FMUs), `g` in the graph that doubles."""
    system = System("s").add("g", Gain()).add_input("w", "")
    names = "abcdef"[: len(laws)]
    for name in names:
        system.add(name, Fmu(fmu("feed_through", "2.0"), interface="co_simulation"))
    opaque = [Opaque(name, law, through) for name, law in zip(names, laws, strict=True)]
    for source, target in connections:
        system.connect(source, target)
    for name in names:
        member = system.members[name]
        for port in member.ports["inputs"]:
            if f"{name}.{port}" not in [target for _, target in connections]:
                member.inputs[port] = 0.0
    composite = compose(system)
    slots = []
    for unit in opaque:
        full = slot_of_opaque(composite, unit)  # type: ignore[arg-type]
        place = [*system.members[unit.name].ports["outputs"]].index("y")
        column = [*system.members[unit.name].ports["inputs"]].index("u")
        links = type(full.links)(*(getattr(full.links, f)[[column]] for f in ("signal", "factor", "offset")))
        slots.append(type(full)(unit, links, full.signals[[place]], full.states))  # type: ignore[arg-type]
    return composite, Exchange(composite, slots), opaque


def _settled(exchange: Exchange, w: float) -> dict[str, float]:
    stack = exchange.stack()
    exchange.put_known(stack, np.array([w]), np.zeros(0))
    exchange.settle(0.0, np.zeros(0), stack)
    return dict(zip(exchange.names, stack.tolist(), strict=True))


def test_chain_against_the_order_of_units_through_the_graph_is_consistent() -> None:
    # c is asked before b, b before a: one pass is not enough
    connections = [("w", "c.u"), ("c.y", "g.u"), ("g.y", "b.u"), ("b.y", "a.u")]
    _, exchange, _ = _exchange([lambda u: u + 1, lambda u: 3 * u, lambda u: u - 5], connections)
    assert not exchange.cyclic
    values = _settled(exchange, 7.0)
    assert (values["c.y"], values["g.y"], values["b.y"], values["a.y"]) == (2.0, 4.0, 12.0, 13.0)


def test_what_depends_directly_on_an_input_is_known_through_opaque_units() -> None:
    composite, exchange, _ = _exchange(
        [lambda u: u + 1, lambda u: 3 * u], [("w", "a.u"), ("a.y", "g.u"), ("g.y", "b.u")]
    )
    direct = {name for name, row in zip(exchange.names, exchange.direct, strict=True) if row.any()}
    assert direct == {"a.y", "g.y", "b.y"}
    assert composite.n_inputs == 1


@pytest.mark.parametrize("gain", [0.45, -3.0, 40.0])
def test_cycle_through_opaque_units_is_solved_whether_passes_converge_or_not(gain: float) -> None:
    # a = gain*g, g = 2*b, b = a + 1: a = 2*gain/(1 - 2*gain)
    connections = [("g.y", "a.u"), ("a.y", "b.u"), ("b.y", "g.u"), ("w", "c.u")]
    _, exchange, _ = _exchange([lambda u: gain * u, lambda u: u + 1, lambda u: u], connections)
    assert exchange.cyclic
    values = _settled(exchange, 0.0)
    assert values["a.y"] == pytest.approx(2 * gain / (1 - 2 * gain), rel=1e-9)
    assert values["b.y"] == pytest.approx(values["a.y"] + 1, rel=1e-9)
    assert values["g.y"] == pytest.approx(2 * values["b.y"], rel=1e-9)


def test_cycle_without_a_solution_names_its_signals() -> None:
    # a = b, b = a + 1
    _, exchange, _ = _exchange([lambda u: u, lambda u: u + 1], [("b.y", "a.u"), ("a.y", "b.u"), ("w", "g.u")])
    with pytest.raises(SimulationError, match=r"no consistent values of '[ab]\.y'.*at t = 0 s"):
        _settled(exchange, 0.0)


def test_signal_that_is_not_finite_is_named() -> None:
    _, exchange, _ = _exchange([lambda u: float("nan")], [("w", "a.u"), ("a.y", "g.u")])
    with pytest.raises(SimulationError, match=r"signal '[ag]\.y' is nan at t = 0 s"):
        _settled(exchange, 0.0)


def test_units_without_feed_through_are_not_asked() -> None:
    _, exchange, units = _exchange([lambda u: u], [("w", "a.u"), ("a.y", "g.u")], through=False)
    _settled(exchange, 1.0)
    assert units[0].asked == 0
    assert not exchange.feeds_through


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_chain_of_feed_through_fmus_has_no_delay(version: str) -> None:
    system = System("s").add_input("w", "1")
    zero = {"count": 0.0, "on": 0.0, "mode": 1.0}
    if version == "3.0":
        zero |= {"single": 0.0, "byte": 0.0, "long": 0.0}
    for name in "ab":
        system.add(
            name, Fmu(fmu("feed_through", version), interface="co_simulation"), parameters={"k": 2.0}, inputs=zero
        )
    # b is asked after a, but a takes from b
    system.connect("w", "b.u").connect("b.y", "a.u")
    ramp = Signal.linear([0.0, 10.0], [0.0, 10.0])
    ds = simulate(system, {"w": ramp}, stop=4.0, output_step=1.0, method="jacobi", step=1.0, extrapolation="held")
    assert ds["a.y"].values == pytest.approx([0.0, 4.0, 8.0, 12.0, 16.0], abs=1e-12)
