"""Units written in Python become data: equations as operations, or a class with its arguments, or a clear refusal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.control import PI, Lag, Supervisor, split_range
from heatsim.errors import UsageError
from heatsim.ssp import equations
from heatsim.ssp.python_unit import describe, rebuild
from heatsim.system import Port, System
from heatsim.system.member import python_block

sys.path.insert(0, str(Path(__file__).parent))
import written_units as own


class EveryOperation:
    """One output for each kind of operation that CasADi has, of an input and of time."""

    inputs = (Port("u", "1"), Port("v", "1"))
    states = (Port("x", "1", start=0.5), Port("idle", "1"))
    parameters = (Port("p", "1", start=2.0),)
    functions: tuple[Any, ...] = (
        *(ca.sin, ca.cos, ca.tan, ca.asin, ca.acos, ca.atan, ca.sinh, ca.cosh, ca.tanh, ca.exp, ca.log, ca.sqrt),
        *(ca.floor, ca.ceil, ca.fabs, ca.sign, ca.erf, ca.log1p, ca.expm1, lambda a: a * a),
        *(lambda a: -a, lambda a: 1 / a, lambda a: a * 2, lambda a: ca.logic_not(a > 0.3)),
    )
    pairs: tuple[Any, ...] = (
        *(lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a**b),
        *(ca.fmin, ca.fmax, ca.fmod, ca.atan2, ca.hypot, ca.copysign, lambda a, b: a < b, lambda a, b: a <= b),
        *(
            lambda a, b: a == b,
            lambda a, b: a != b,
            lambda a, b: ca.if_else(a > b, a, b),
            lambda a, b: ca.logic_and(a > 0.5, b > 0.5),
            lambda a, b: ca.logic_or(a > 0.5, b > 0.5),
        ),
    )
    outputs = tuple(Port(f"y[{i + 1}]", "1") for i in range(len(functions) + len(pairs)))

    def equations(self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]) -> Any:
        values = [f(u["u"]) for f in self.functions] + [f(u["u"], u["v"] + 1e-300 * t) for f in self.pairs]
        outputs = {port.name: value for port, value in zip(self.outputs, values, strict=True)}
        return {"x": p["p"] * t - x["x"] / 3, "idle": 0.0}, outputs


def through_json(name: str, unit: Any, allow: tuple[str, ...] = ()) -> Any:
    return rebuild(name, json.loads(json.dumps(describe(name, unit))), allow)


@pytest.mark.parametrize(
    "unit",
    [
        EveryOperation(),
        Lag(T=120.0, unit="W", nominal=1e6, description="Power"),
        PI(k=-0.1, Ti=300.0, unit="K"),
        split_range(valve=[(0, 0), (0.5, 1)], fan=[(0, 0), (0.05, 0.25), (1, 1)]),
    ],
    ids=lambda unit: type(unit).__name__,
)
def test_equations_come_back_bit_for_bit(unit: Any) -> None:
    again = through_json("unit", unit)
    assert isinstance(again, equations.EquationUnit)
    for group in ("inputs", "outputs", "states", "parameters"):
        assert getattr(again, group) == tuple(getattr(unit, group)), group
    values = {port.name: 1.0 for port in (*unit.parameters, *unit.states)}
    first, second = (python_block("unit", u, values, values).function for u in (unit, again))
    rng = np.random.default_rng(1)
    for _ in range(50):
        arguments = [rng.uniform(0.05, 0.95, first.size1_in(i)) for i in range(4)]
        for a, b in zip(first(*arguments), second(*arguments), strict=True):
            np.testing.assert_array_equal(np.asarray(ca.densify(a)), np.asarray(ca.densify(b)))


def test_local_classes_and_functions_need_no_import() -> None:
    class Local:
        inputs = ()
        outputs = (Port("y", "1"),)
        states = (Port("x", "1", start=None),)
        parameters = ()

        def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
            return {"x": -x["x"]}, {"y": x["x"]}

    again = through_json("local", Local())
    assert again.origin.endswith("Local")
    assert through_json("local", again).origin == again.origin
    system = System("s").add("local", again, start={"x": 2.0})
    y = hs.simulate(system, stop=1.0, output_step=1.0, rtol=1e-9)["local.y"].values
    assert y[-1] == pytest.approx(2.0 * np.exp(-1.0), rel=1e-7)


def test_sampled_unit_comes_back_by_class_and_arguments() -> None:
    unit = own.Switch(own.Limits(310.0), side=own.Side.COLD, table=np.array([[1.0], [7.0]]), period=15.0)
    again = through_json("switch", unit, ("written_units",))
    assert type(again) is own.Switch
    assert (again.limits, again.side, again.period) == (own.Limits(310.0, float("inf")), own.Side.COLD, 15.0)
    np.testing.assert_array_equal(again.table, unit.table)


def test_supervisor_comes_back_with_arguments_that_only_its_parameters_keep() -> None:
    unit = Supervisor(machines=2, machine_heat=3e6, T_fws_setpoint=300.0, on_at_start=1)
    again = through_json("supervisor", unit)
    assert vars(again) == vars(unit)
    assert again.limits is not unit.limits


def test_continuous_unit_with_a_table_comes_back_by_class() -> None:
    unit = own.Curve((0.0, 0.1, 0.2, 0.3), (4e5, 3.5e5, 2e5, 0.0))
    system = System("s").add("curve", unit, inputs={"V_flow": 0.15})
    other = System("s").add("curve", through_json("curve", unit, ("written_units",)), inputs={"V_flow": 0.15})
    first, second = (hs.simulate(s, stop=1.0, output_step=1.0) for s in (system, other))
    xr.testing.assert_equal(first, second)
    assert float(first["curve.dp"][0]) == pytest.approx(2.75e5)


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        (own.Secretive(300.0), "the argument 'threshold' of Secretive is kept in no attribute"),
        (own.Forgetful(150.0), "a new Forgetful with the same arguments has another 'limits'"),
        (own.Callback(lambda T: T), "the argument 'rule' of Callback is no plain data"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_unit_that_cannot_be_written_is_named_with_the_reason(unit: Any, reason: str, tmp_path: Path) -> None:
    system = System("s").add("guard", unit, inputs={"T": 300.0})
    with pytest.raises(UsageError, match=f"guard: a {type(unit).__name__} cannot be written .* because {reason}.*FMU"):
        system.to_ssp(tmp_path / "s.ssp")
    assert not list(tmp_path.iterdir())


def test_unit_changed_after_it_was_made_is_not_written_as_new() -> None:
    unit = Supervisor()
    unit.period = 30.0
    assert through_json("supervisor", unit).period == 30.0  # an argument
    unit.history = [1.0]  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="has another 'history'"):
        describe("supervisor", unit)


def test_local_sampled_class_is_refused() -> None:
    class Local(own.Switch):
        pass

    with pytest.raises(UsageError, match=r"local: .* cannot be imported; move it to a module"):
        describe("local", Local(own.Limits()))


def test_foreign_code_is_not_imported_without_leave() -> None:
    data = describe("switch", own.Switch(own.Limits()))
    with pytest.raises(UsageError, match=r"'switch': the class 'written_units:Switch' is not heatsim's.*allow="):
        rebuild("switch", data)
    for path in ("os:system", "subprocess:Popen", "builtins:eval"):
        with pytest.raises(UsageError, match="not heatsim's"):
            rebuild("x", {"kind": "class", "class": path, "arguments": {}})
    with pytest.raises(UsageError, match="is no unit"):
        rebuild("x", {"kind": "class", "class": "heatsim.system:System", "arguments": {"name": "x"}})
    nested = {"$": "dataclass", "class": "subprocess:Popen", "fields": {"args": "true"}}
    supervisor = {"kind": "class", "class": "heatsim.control:Supervisor", "arguments": {"limits": nested}}
    with pytest.raises(UsageError, match="'subprocess:Popen' is not heatsim's"):
        rebuild("x", supervisor)
    with pytest.raises(UsageError, match="cannot be imported"):
        rebuild("x", {"kind": "class", "class": "heatsim.control:Nothing", "arguments": {}})
    with pytest.raises(UsageError, match="does not take its arguments"):
        rebuild("x", {"kind": "class", "class": "heatsim.control.supervisor:Supervisor", "arguments": {"colour": 1}})


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"operations": [["OP_SYSTEM", 0, 1]]},
        {"operations": [["OP_SIN", 0, 5]]},
        {"operations": [["OP_INPUT", 0, 7, 0]]},
        {"operations": "text"},
        {"inputs": [1, 2]},
        {"inputs": None},
    ],
    ids=str,
)
def test_damaged_equations_are_refused(change: dict[str, Any]) -> None:
    data = json.loads(json.dumps(describe("lag", Lag(T=1.0))))
    with pytest.raises(UsageError, match=r"component 'lag': its equations (are damaged|have format)"):
        rebuild("lag", {**data, **change})


def test_what_is_no_unit_file_is_refused() -> None:
    for data in (None, [], {"kind": "else"}, {}):
        with pytest.raises(UsageError, match="component 'x': the file of the unit is not one of heatsim's"):
            rebuild("x", data)
