"""Bonds by kind: signals in the right units that reach the other side, directions, and messages when they do not."""

from __future__ import annotations

from typing import Any

import pytest

from heatsim.errors import ConnectionError  # noqa: A004
from heatsim.system import Port, System
from heatsim.system.bonds import bond_units, bond_wires, sides


class Box:
    """Unit with ports and no equations of interest."""

    states = ()
    parameters = ()

    def __init__(self, inputs: dict[str, str], outputs: dict[str, str]) -> None:
        self.inputs = tuple(Port(name, unit) for name, unit in inputs.items())
        self.outputs = tuple(Port(name, unit) for name, unit in outputs.items())

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {port.name: 0.0 for port in self.outputs}


def _ring() -> System:
    system = System("ring")
    system.add("tank", Box({"T_in": "K", "m_flow": "kg/s"}, {"T_out": "K", "E": "J"}))
    system.add("peak", Box({"T_in": "K", "m_flow": "kg/s"}, {"T_out": "K", "Q_flow": "W"}))
    system.add("grid", Box({"T_supply": "K"}, {"T_return": "K", "m_flow": "kg/s"}))
    system.connect("tank.T_out", "peak.T_in").connect("peak.T_out", "grid.T_supply")
    system.connect("grid.T_return", "tank.T_in")
    return system.connect("grid.m_flow", "tank.m_flow").connect("grid.m_flow", "peak.m_flow", factor=2.0, offset=1.0)


def _pair(**outputs: str) -> System:
    """Units a and b: outputs are given by "a_name" and connected to the other side under the same name."""
    system = System("pair")
    for me, other in (("a", "b"), ("b", "a")):
        mine = {k[2:]: v for k, v in outputs.items() if k.startswith(me)}
        theirs = {k[2:]: v for k, v in outputs.items() if k.startswith(other)}
        system.add(me, Box({f"{k}_in": v for k, v in theirs.items()}, mine))
    for key in outputs:
        me, other = key[0], "b" if key[0] == "a" else "a"
        system.connect(f"{me}.{key[2:]}", f"{other}.{key[2:]}_in")
    return system


def test_water_runs_around_three_units() -> None:
    system = _ring().water_bond("loop", "tank.T_out", "peak.T_out", "grid.T_return", m_flow="grid.m_flow")
    system.check()
    bond = system.bonds["loop"]
    assert bond_units(system, bond) == ("tank", "peak", "grid")
    tank, peak, grid = sides(system, bond)
    assert (tank.flow.own, tank.flow.port) == (False, "m_flow")
    assert (peak.flow.factor, peak.flow.offset) == (2.0, 1.0)
    assert grid.flow.own
    assert grid.ahead is not None
    assert grid.ahead.port == "T_supply"
    assert grid.behind is not None
    assert (grid.behind.own, grid.behind.port) == (True, "T_return")
    assert bond_wires(system, bond) == {
        ("peak", "T_in"),
        ("grid", "T_supply"),
        ("tank", "T_in"),
        ("tank", "m_flow"),
        ("peak", "m_flow"),
    }
    assert "bond loop (water): T[1] tank.T_out" in repr(system)


@pytest.mark.parametrize(
    ("outlets", "m_flow", "message"),
    [
        (
            ("tank.T_out", "peak.Q_flow", "grid.T_return"),
            "grid.m_flow",
            r"'peak.Q_flow' is in 'W', T\[2\] of a water bond",
        ),
        (("tank.T_out", "peak.T_out", "grid.T_return"), "tank.E", "'tank.E' is in 'J', m_flow of a water bond"),
        (("peak.T_out", "tank.T_out", "grid.T_return"), "grid.m_flow", "'grid.T_return' does not reach peak"),
        (("tank.T_out", "peak.T_out"), "grid.m_flow", "'grid.m_flow' belongs to none of the units tank, peak"),
        (("tank.T_out", "peak.T_aut", "grid.T_return"), "grid.m_flow", r"peak has no output 'T_aut' \(did you mean"),
        (("tank.T_out", "pek.T_out", "grid.T_return"), "grid.m_flow", r"no unit 'pek' \(did you mean 'peak'"),
    ],
)
def test_wrong_signals_of_a_water_bond_are_named(outlets: tuple[str, ...], m_flow: str, message: str) -> None:
    with pytest.raises(ConnectionError, match=rf"bond 'loop': {message}"):
        _ring().water_bond("loop", *outlets, m_flow=m_flow).check()


def test_heat_flows_from_the_unit_that_computes_it_unless_told_otherwise() -> None:
    system = _pair(a_Q="W", b_T="K").heat_bond("h", "a.Q", "b.T")
    assert [(s.unit, s.factor, s.flow.own) for s in sides(system, system.bonds["h"])] == [
        ("a", -1, True),
        ("b", 1, False),
    ]
    system = _pair(a_Q="W", b_T="K").heat_bond("h", "a.Q", units=("b", "a"))
    assert [(s.unit, s.factor) for s in sides(system, system.bonds["h"])] == [("b", -1), ("a", 1)]


def test_heat_that_drives_two_units_needs_to_say_which() -> None:
    system = _pair(a_Q="W").add("c", Box({"Q": "W"}, {})).connect("a.Q", "c.Q").heat_bond("h", "a.Q")
    with pytest.raises(ConnectionError, match=r"'a.Q' drives 2 units.*units=\(from, to\)"):
        system.check()
    system.bonds.clear()
    system.heat_bond("h", "a.Q", units=("a", "c")).check()


def test_shaft_and_electricity() -> None:
    system = _pair(a_tau="N.m", b_w="rad/s").shaft_bond("s", "a.tau", "b.w")
    system.check()
    giver, taker = sides(system, system.bonds["s"])
    assert giver.ahead is not None
    assert (giver.unit, giver.factor, giver.ahead.own, taker.unit) == ("a", -1.0, False, "b")
    system = _pair(a_U="V", b_I="A").electric_bond("e", voltage="a.U", current="b.I")
    system.check()
    assert [s.unit for s in sides(system, system.bonds["e"])] == ["a", "b"]
    _pair(a_P="W").electric_bond("e", "a.P").check()
    with pytest.raises(ConnectionError, match="takes power=, or voltage= and current="):
        _pair(a_U="V", b_I="A").electric_bond("e", voltage="a.U")
    with pytest.raises(ConnectionError, match=r"torque of a shaft bond is in N.m or N"):
        _pair(a_tau="W", b_w="rad/s").shaft_bond("s", "a.tau", "b.w").check()


def test_signals_of_one_unit_make_no_bond() -> None:
    system = _pair(a_tau="N.m", a_w="rad/s").shaft_bond("s", "a.tau", "a.w", units=("a", "a"))
    with pytest.raises(ConnectionError, match="must be two units"):
        system.check()
