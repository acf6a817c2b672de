"""States and outputs outside of what their units declare are errors, warnings, or nothing."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from fmus.build import fmu

from heatsim.errors import HeatsimWarning, SimulationError, UsageError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.system import Port, System


class Drain:
    """A level that falls by 0.1 m/s and a temperature that falls by 10 K/s."""

    inputs = ()
    parameters = ()

    def __init__(self, minimum: float | None = 0.0, temperature: float = 300.0) -> None:
        self.states = (
            Port("level", "m", start=1.0, minimum=minimum),
            Port("T", "K", start=temperature, nominal=temperature),
        )
        self.outputs = (Port("volume", "m3", maximum=2.5), Port("dT", "K"))

    def equations(self, t: Any, x: dict[str, Any], u: Any, p: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"level": -0.1, "T": -10.0}, {"volume": 3.0 - 2.0 * x["level"], "dT": -x["T"]}


def _run(unit: Drain, **keywords: Any) -> Any:
    system = System("drain").add("drain", unit)
    return simulate(system, **({"stop": 20.0, "output_step": 1.0} | keywords))


def test_a_maximum_of_an_output() -> None:
    with pytest.raises(
        SimulationError, match=r"'drain.volume' = 2.6 m3 lies above its maximum of 2.5 m3 at t = 8 s; check the inputs"
    ):
        _run(Drain(None))


def test_the_first_state_outside_is_named() -> None:
    with pytest.raises(SimulationError, match=r"'drain.level' = -0.1 m lies below its minimum of 0 m at t = 11 s"):
        _run(Drain())


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_an_absolute_temperature_below_zero(method: str) -> None:
    step = {} if method == "monolithic" else {"step": 1.0}
    unit = Drain(None, 150.0)
    unit.outputs = (Port("volume", "m3"), Port("dT", "K"))
    with pytest.raises(SimulationError, match=r"'drain.T' = -10 K lies below its minimum of 0 K at t = 16 s"):
        _run(unit, method=method, **step)


class _Dip:
    """A level that is below zero between 2 s and 8 s only."""

    inputs = (Port("u", ""),)
    outputs = (Port("y", "m", minimum=0.0),)
    states = (Port("x", "s"),)
    parameters = ()

    def equations(self, t: Any, x: dict[str, Any], u: Any, p: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"x": 1.0}, {"y": (x["x"] - 5.0) ** 2 - 9.0 + 0.0 * u["u"]}


@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
def test_exchanges_between_the_results_count_too(method: str) -> None:
    system = System("dip").add("dip", _Dip(), inputs={"u": 0.0})
    with pytest.raises(SimulationError, match=r"'dip.y' = -5 m lies below its minimum of 0 m at t = 3 s"):
        simulate(system, stop=10.0, output_step=10.0, method=method, step=1.0)


def test_temperature_differences_may_be_negative() -> None:
    unit = Drain(None, 50.0)
    unit.outputs = (Port("volume", "m3"), Port("dT", "K"))
    assert float(_run(unit)["drain.dT"][0]) == -50.0


def test_a_bound_itself_is_allowed() -> None:
    unit = Drain()
    unit.outputs = (Port("volume", "m3"), Port("dT", "K"))
    assert _run(unit, stop=10.0)["drain.volume"].values[-1] == pytest.approx(3.0)


def test_warnings_once_for_each_variable() -> None:
    with pytest.warns(HeatsimWarning) as caught:
        ds = _run(Drain(), bounds="warn")
    assert [str(w.message).split(" = ")[0] for w in caught] == ["'drain.level'", "'drain.volume'"]
    assert float(ds["drain.volume"][-1]) == pytest.approx(5.0)
    assert caught[0].filename == __file__


def test_off_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _run(Drain(), bounds="off")


def test_unknown_policy() -> None:
    with pytest.raises(UsageError, match=r"bounds 'of' is unknown \(did you mean 'off'\?\); choose one of error, warn"):
        _run(Drain(), bounds="of")


@pytest.mark.parametrize("method", ["monolithic", "jacobi"])
def test_a_temperature_of_another_tool_that_begins_warm_is_an_absolute_one(method: str) -> None:
    """FMUs often declare no nominal value: 350 K with a capacity of 1 kJ/K lose 10 kW."""
    interface, step = ("model_exchange", {}) if method == "monolithic" else ("co_simulation", {"step": 1.0})
    system = System("s").add("tank", Fmu(fmu("capacity"), interface=interface), parameters={"T_start": 350.0})
    system.set("tank.Q_flow", -10e3)
    with pytest.raises(SimulationError, match=r"'tank.T' = -10 K lies below its minimum of 0 K at t = 36 s"):
        simulate(system, stop=40.0, output_step=1.0, method=method, **step)
