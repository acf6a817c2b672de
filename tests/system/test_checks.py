"""Every fault of a system is found before it runs, and the message names both ends and the next step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_units import Gain, Mass1, Mass2, SampledPI, Tank, bar_fmu

from heatsim.errors import ConnectionError, UnitError  # noqa: A004 - the public name is part of the contract
from heatsim.simulation import simulate
from heatsim.system import Port, System


def _loop() -> System:
    """Tank under a sampled controller, complete."""
    system = System("loop")
    system.add("tank", Tank()).add("pi", SampledPI(), inputs={"setpoint": 330.0})
    system.add_input("T_ambient", "K", "Temperature of the hall")
    system.connect("T_ambient", "tank.T_ambient").connect("tank.T", "pi.measurement").connect(
        "pi.command", "tank.Q_flow"
    )
    return system


def test_complete_system_passes() -> None:
    _loop().check()


def test_unknown_source_gets_a_near_miss() -> None:
    system = _loop().connect("tank.T_", "tank.T_ambient")
    with pytest.raises(ConnectionError, match=r"tank\.T_ -> tank\.T_ambient: tank has no output 'T_' \(did you mean"):
        system.check()


def test_unknown_unit_and_unknown_input_get_a_near_miss() -> None:
    with pytest.raises(ConnectionError, match=r"no unit 'tnak' \(did you mean 'tank'\?\)"):
        _loop().connect("tnak.T", "pi.setpoint").check()
    with pytest.raises(ConnectionError, match=r"tank has no input 'Q_flo' \(did you mean 'Q_flow'\?\)"):
        _loop().connect("pi.command", "tank.Q_flo").check()
    with pytest.raises(ConnectionError, match=r"no system input 'T_ambeint' \(did you mean 'T_ambient'\?\)"):
        _loop().connect("T_ambeint", "pi.setpoint").check()


def test_wrong_direction_is_named() -> None:
    with pytest.raises(ConnectionError, match=r"'tank\.Q_flow' is an input, a source must be an output"):
        _loop().connect("tank.Q_flow", "pi.setpoint").check()
    with pytest.raises(ConnectionError, match=r"'tank\.T' is an output, a target must be an input"):
        _loop().connect("pi.command", "tank.T").check()


def test_input_driven_twice_names_both_sources() -> None:
    with pytest.raises(ConnectionError, match=r"'tank\.T_ambient' is driven twice, by T_ambient and tank\.T"):
        _loop().connect("tank.T", "tank.T_ambient").check()


def test_input_that_nothing_drives_is_named_with_a_proposal() -> None:
    system = System("open").add("tank", Tank()).add_input("T_ambeint", "K").add("other", Tank(), inputs={"Q_flow": 0.0})
    system.connect("T_ambeint", "other.T_ambient").set("tank.Q_flow", 100.0)
    with pytest.raises(ConnectionError, match=r"'tank\.T_ambient' \[K\] is not driven \(is 'T_ambeint' meant for it"):
        system.check()


def test_constant_beside_a_connection_is_refused() -> None:
    system = _loop().set("tank.T_ambient", 290.0)
    with pytest.raises(ConnectionError, match=r"driven by T_ambient and has a constant as well.*disconnect\('tank"):
        system.check()


def test_a_constant_is_taken_away_as_a_connection_is() -> None:
    system = _loop().disconnect("tank.T_ambient").set("tank.T_ambient", 290.0)
    system.disconnect("tank.T_ambient").connect("T_ambient", "tank.T_ambient")
    system.check()
    assert system.members["tank"].constant("T_ambient") is None
    with pytest.raises(ConnectionError, match=r"nothing drives 'tank\.Q_flow'"):
        System("open").add("tank", Tank(), inputs={"T_ambient": 290.0}).disconnect("tank.Q_flow")


def test_units_that_differ_ask_for_a_factor() -> None:
    class Meter:
        inputs = ()
        outputs = (Port("P", "kW"), Port("T", "degC"), Port("dp", "Pa"))
        states = ()
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {}, {"P": 1.0, "T": 20.0, "dp": 1.0}

    def system(source: str, target: str, **conversion: float) -> System:
        made = System("units").add("meter", Meter())
        made.add("tank", Tank(), inputs={n: 300.0 for n in ("Q_flow", "T_ambient") if f"tank.{n}" != target})
        return made.connect(source, target, **conversion)

    with pytest.raises(
        ConnectionError,
        match=r"meter\.P \[kW\] -> tank\.Q_flow \[W\]: the units differ; connect "
        "with factor=1000",
    ):
        system("meter.P", "tank.Q_flow").check()
    with pytest.raises(ConnectionError, match=r"connect with factor=1, offset=273\.15"):
        system("meter.T", "tank.T_ambient").check()
    with pytest.raises(ConnectionError, match="do not measure the same thing"):
        system("meter.dp", "tank.Q_flow").check()
    system("meter.P", "tank.Q_flow", factor=1000.0).check()


def test_arrays_connect_whole_and_shapes_have_to_fit(tmp_path: Path) -> None:
    class Mean:
        inputs = tuple(Port(f"T[{i}]", "K") for i in (1, 2, 3))
        outputs = (Port("T_mean", "K"),)
        states = ()
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {}, {"T_mean": sum(u.values()) / 3}

    system = System("arrays").add("bar", bar_fmu(tmp_path), inputs={"Q_flow": 0.0, "T_end": 300.0}).add("mean", Mean())
    system.connect("bar.T", "mean.T").check()
    with pytest.raises(ConnectionError, match=r"1 element\(s\) cannot drive 3"):
        System("s").add("bar", bar_fmu(tmp_path), inputs={"Q_flow": 0.0, "T_end": 300.0}).add("mean", Mean()).connect(
            "bar.Q_flow_end", "mean.T"
        ).check()


def test_set_finds_parameters_states_and_inputs_and_proposes() -> None:
    system = _loop()
    system.set("tank.C", 2e5).set("tank.T", 310.0).set("pi.setpoint", 320.0)
    assert system.members["tank"].parameters == {"C": 2e5}
    assert system.members["tank"].start == {"T": 310.0}
    assert system.members["pi"].inputs == {"setpoint": 320.0}
    with pytest.raises(ConnectionError, match=r"tank: no parameter, state or input 'Ua' \(did you mean 'UA'\?\)|'Ua'"):
        system.set("tank.Ua", 1.0)
    with pytest.raises(ConnectionError, match=r"pi: no parameter, state or input 'gain'; it has k, Ti, .*setpoint"):
        system.set("pi.gain", 1.0)
    with pytest.raises(ConnectionError, match="no unit 'tnk'"):
        system.set("tnk.UA", 1.0)
    with pytest.raises(ConnectionError, match="is an output and cannot be set"):
        system.set("tank.Q_flow_loss", 1.0)
    with pytest.raises(ConnectionError, match="must be a finite number"):
        system.set("tank.UA", float("inf"))


def test_bad_names_and_objects_are_refused() -> None:
    with pytest.raises(ConnectionError, match="cannot name a unit"):
        System("s").add("a.b", Tank())
    with pytest.raises(ConnectionError, match="there is a 'tank' already"):
        _loop().add("tank", Tank())
    with pytest.raises(ConnectionError, match="str is no unit"):
        System("s").add("a", "tank")  # type: ignore[arg-type]
    with pytest.raises(ConnectionError, match="has no units"):
        System("s").check()


def test_bonds_need_energy_meters() -> None:
    system = _loop().bond("b", "tank.E_in", "tank.Q_flow_loss")
    with pytest.raises(ConnectionError, match=r"'tank\.Q_flow_loss' is in 'W', an energy meter is in J"):
        system.check()


def test_sample_times_are_checked() -> None:
    system = (
        System("s")
        .add("tank", Tank(), inputs={"T_ambient": 300.0})
        .add("pi", SampledPI(10.0, 10.0), inputs={"setpoint": 300.0})
    )
    system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")
    with pytest.raises(ConnectionError, match=r"offset must lie in \[0, 10\) s"):
        system.check()


def test_repr_and_pictures_name_units_and_connections() -> None:
    system = _loop()
    text = repr(system)
    assert "tank: Tank (2 in, 3 out, 2 states)" in text
    assert "pi: SampledPI every 10 s" in text
    assert "tank.T -> pi.measurement" in text
    assert system._repr_html_().count("<tr>") == 3
    assert system._repr_svg_().startswith("<svg")


def test_copy_is_independent() -> None:
    system = _loop()
    system.copy().set("tank.C", 1.0)
    assert system.members["tank"].parameters == {}


def test_oscillator_and_gain_pass() -> None:
    system = System("o").add("a", Mass1()).add("b", Mass2()).add("g", Gain())
    system.connect("b.F", "a.F").connect("a.x", "b.x1").connect("a.v", "b.v1").connect("a.x", "g.u")
    system.check()


def test_strings_with_units_are_converted_to_the_unit_of_the_variable() -> None:
    system = _loop().set("tank.T", "75 degC").set("tank.C", "200 kJ/K").set("tank.UA", "3000").set("pi.setpoint", "40C")
    assert system.members["tank"].start == {"T": pytest.approx(348.15)}
    assert system.members["tank"].parameters == {"C": pytest.approx(2e5), "UA": 3000.0}
    assert system.members["pi"].inputs == {"setpoint": pytest.approx(313.15)}
    with pytest.raises(UnitError, match=r"^tank\.UA: '14MW' cannot be expressed in 'W/K'"):
        system.set("tank.UA", "14MW")
    with pytest.raises(UnitError, match=r"^tank\.C: 'much' does not start with a number"):
        system.set("tank.C", "much")


def test_arrays_take_strings_too() -> None:
    class Layers(Gain):
        parameters = (Port("k", "1"), Port("T[1]", "K"), Port("T[2]", "K"))

    system = System("s").add("g", Layers(), parameters={"T": ["10 degC", 300.0]})
    assert system.members["g"].parameters == {"T[1]": pytest.approx(283.15), "T[2]": 300.0}
    assert system.set("g.T", "0 degC").members["g"].parameters == {"T[1]": 273.15, "T[2]": 273.15}


def test_parameter_without_a_value_is_asked_for() -> None:
    class Open(Gain):
        parameters = (Port("k", "1", start=None),)

    with pytest.raises(ConnectionError, match=r"g: parameter 'k' has no value; give one with set\('g\.k', value\)"):
        simulate(System("s").add("g", Open(), inputs={"u": 1.0}), stop=1.0)


def test_lines_of_the_picture_run_behind_no_box() -> None:
    system = _loop().add("gain", Gain(), inputs={"u": 1.0}).add("other", Tank(), inputs={"T_ambient": 300.0})
    system.connect("gain.y", "other.Q_flow")
    svg = system._repr_svg_()
    boxes = [
        tuple(map(float, m)) for m in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx', svg)
    ]
    lines = [tuple(map(float, m)) for m in re.findall(r'd="M(\d+),(\d+) H(\d+) V(\d+)"', svg)]
    assert len(boxes) == 4
    assert len(lines) == 4
    for begin, y, x, end in lines:
        for left, top, width, height in boxes:
            inside_row = top < y < top + height and min(begin, x) < left + width and max(begin, x) > left
            inside_column = left < x < left + width and min(y, end) < top + height and max(y, end) > top
            assert not inside_row
            assert not inside_column


def test_mistakes_that_would_surface_late_are_refused_at_once() -> None:
    with pytest.raises(ConnectionError, match=r"a: Tank is a class; give an object of it, Tank\(\.\.\.\)"):
        System("s").add("a", Tank)  # type: ignore[arg-type]
    with pytest.raises(ConnectionError, match="factor and offset must be finite"):
        _loop().connect("tank.T", "pi.setpoint", factor=float("nan"))
    with pytest.raises(ConnectionError, match="'time' cannot name a system input"):
        System("s").add_input("time", "s")
    with pytest.raises(ConnectionError, match="'a/b' cannot name a unit"):
        System("s").add("a/b", Tank())
    system = System("s").add("tank", Tank(), inputs={"T_ambient": 300.0}).add("pi", SampledPI(float("inf")))
    system.set("pi.setpoint", 300.0).connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")
    with pytest.raises(ConnectionError, match="must be positive and finite"):
        system.check()


def test_equations_that_ask_for_an_undeclared_name_are_refused() -> None:
    class Slip(Gain):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {}, {"y": p["k"] * u["v"] + p["kk"]}

    with pytest.raises(ConnectionError, match=r"g: its equations ask for 'v', which is no state, input or parameter"):
        simulate(System("s").add("g", Slip(), inputs={"u": 1.0}), stop=1.0)


class _Unit:
    """A sampled unit that passes its input on."""

    inputs = (Port("u"),)
    outputs = (Port("y"),)
    parameters = ()
    period: float = 1.0
    offset = 0.0

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        return {}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        return {"y": u["u"]}, state


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inputs": ("u",)}, "c: its inputs hold 'u'; give hs.Port"),
        ({"outputs": (Port("y"), Port("y", "K"))}, "c: two of its outputs are called 'y'; rename one"),
        ({"get_state": lambda self: 1}, "c: has one of get_state and set_state; give it both or neither"),
        ({"set_state": lambda self, state: None}, "c: has one of get_state and set_state; give it both or neither"),
    ],
)
def test_units_written_in_python_are_looked_at_when_they_are_added(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConnectionError, match=re.escape(message)):
        System("s").add("c", type("Changed", (_Unit,), changes)())


def test_period_that_is_no_number() -> None:
    system = System("s").add("c", type("Changed", (_Unit,), {"period": "often"})(), inputs={"u": 1.0})
    with pytest.raises(ConnectionError, match=r"c: its period 'often' and offset 0\.0 must be numbers"):
        system.check()
