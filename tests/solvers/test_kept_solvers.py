"""Solvers that are kept from run to run leave no trace in the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from small_units import SampledPI, Tank

from heatsim import errors, simulate, trim
from heatsim.solvers.steady import TrimPoint
from heatsim.system import Port, Signal, System

GOOD = {"u": Signal.linear([0.0, 20.0, 20.0, 40.0], [1.0, 3.0, 0.5, 2.0])}
BAD = {"u": Signal.linear([0.0, 20.0, 40.0], [1.0, 3.0, -1.0])}  # the root of a negative number at t = 35 s


class Root:
    """der(x) = sin(total/10) - k*sqrt(u)*x, der(total) = u, der(meter) = x**2."""

    inputs = (Port("u", "1"),)
    outputs = (Port("x", "1"), Port("total", "1"), Port("meter", "1"))
    parameters = (Port("k", "1", start=0.3),)

    def __init__(self, nominal: float = 1.0) -> None:
        self.states = (
            Port("x", "1", start=1.0, nominal=nominal),
            Port("total", "1", start=2.0),
            Port("meter", "1", start=5.0),
        )

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        rate = ca.sin(x["total"] / 10) - p["k"] * ca.sqrt(u["u"]) * x["x"]
        return {"x": rate, "total": u["u"], "meter": x["x"] ** 2}, {name: x[name] for name in x}


def values(
    inputs: dict[str, Signal] = GOOD, nominal: float = 1.0, k: float = 0.3, rtol: float = 1e-6, native: bool = False
) -> np.ndarray:
    system = System("s").add("root", Root(nominal), parameters={"k": k}).add_input("u", "1").connect("u", "root.u")
    ds = simulate(system, inputs, stop=40.0, output_step=1.0, rtol=rtol, native=native)
    return np.array([ds[f"root.{name}"].values for name in ("x", "total", "meter")])


VARIANTS: list[dict[str, Any]] = [{}, {"nominal": 1e3}, {"k": 0.5}, {"rtol": 1e-8}]


@pytest.mark.parametrize("native", [False, True])
def test_a_run_does_not_depend_on_those_before_it(
    native: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path))
    fresh = []
    for variant in VARIANTS:
        monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
        fresh.append(values(**variant, native=native))
    assert all(not np.array_equal(fresh[0], other) for other in fresh[1:])
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
    for _ in range(2):
        for variant, expected in zip(VARIANTS, fresh, strict=True):
            assert np.array_equal(values(**variant, native=native), expected)
            with pytest.raises(errors.SimulationError, match=r"derivative of 'root\.x' is nan"):
                values(BAD, **variant, native=native)


@pytest.mark.parametrize("native", [False, True])
def test_a_state_that_only_counts_but_is_used_by_others_is_no_meter(native: bool) -> None:
    """`total` depends on no state and `meter` on none of its own; only the latter may be counted from zero."""

    def rates(t: float, x: np.ndarray) -> list[float]:
        u = 1.0 + 0.1 * t if t < 20.0 else 0.5 + 0.075 * (t - 20.0)
        return [np.sin(x[1] / 10) - 0.3 * np.sqrt(u) * x[0], u, x[0] ** 2]

    first = solve_ivp(rates, (0.0, 20.0 - 1e-12), [1.0, 2.0, 5.0], rtol=1e-11, atol=1e-12).y[:, -1]
    second = solve_ivp(rates, (20.0, 40.0), first, rtol=1e-11, atol=1e-12).y[:, -1]
    found = values(rtol=1e-9, native=native)
    assert found[:, 20] == pytest.approx(first, rel=1e-6, abs=1e-7)
    assert found[:, -1] == pytest.approx(second, rel=1e-6, abs=1e-7)


class LeakyTank(Tank):
    """Loses more heat, by the square of the difference: the names are those of a tank, the equations are not."""

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        rates, outputs = super().equations(t, x, u, p)
        return rates | {"T": rates["T"] - 1e-5 * (x["T"] - u["T_ambient"]) ** 2}, outputs


def steady(
    controlled: bool = True,
    unit: type[Tank] = Tank,
    heat_loss: float = 100.0,
    setpoint: float = 320.0,
    hold: tuple[str, ...] = (),
    native: bool = False,
) -> TrimPoint:
    """Steady state of a heated tank beside another one that is warmed by the first."""
    system = System("s").add("tank", unit(), parameters={"UA": heat_loss}).add("store", unit(), start={"T": 301.7})
    system.set("store.Q_flow", 0.0).connect("tank.T", "store.T_ambient")
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    if controlled:
        system.add("pi", SampledPI(60.0), inputs={"setpoint": setpoint})
        system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")
    else:
        system.set("tank.Q_flow", 10.0 * setpoint)
    return trim(system, {"T_ambient": 290.0}, hold=hold, native=native)


STEADY: list[dict[str, Any]] = [
    {},
    {"heat_loss": 70.0},
    {"setpoint": 310.0},
    {"hold": ("store.T",)},
    {"unit": LeakyTank},
    *({"controlled": False, **more} for more in ({}, {"heat_loss": 70.0}, {"hold": ("store.T",)}, {"unit": LeakyTank})),
]


def test_a_steady_state_does_not_depend_on_those_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path))
    fresh = []
    for case in STEADY:
        monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
        monkeypatch.setattr("heatsim.solvers.pseudo_transient._JACOBIANS", {})
        fresh.append(steady(**case))
        assert fresh[-1].method == ("integration" if case.get("controlled", True) else "newton")
        assert fresh[-1].states["store.T"] == (301.7 if "hold" in case else pytest.approx(fresh[-1].states["tank.T"]))
    assert len({tuple(point.states.values()) for point in fresh}) == len(STEADY)
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", kept := {})
    monkeypatch.setattr("heatsim.solvers.pseudo_transient._JACOBIANS", jacobians := {})
    for native in (False, True, False):
        for case, expected in zip([*STEADY, *STEADY[::-1]], [*fresh, *fresh[::-1]], strict=True):
            assert steady(**case, native=native) == expected
    # parameters and held states are arguments: one set of solvers for each structure, compiled and not
    assert len(kept) == 4
    assert len(jacobians) == 4  # the heat of a tank without controller is an argument of its own


def test_runs_and_steady_states_share_their_solvers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path))
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", kept := {})
    system = System("s").add("tank", Tank()).add("pi", SampledPI(60.0), inputs={"setpoint": 320.0})
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow")
    point = trim(system, {"T_ambient": 290.0}, native=True)
    ds = simulate(system, {"T_ambient": 290.0}, stop=3600.0, start_from=point, native=True)
    assert ds["tank.T"].values == pytest.approx(320.0, abs=1e-2)
    assert len(kept) == 1
    assert len(list((tmp_path / "native").glob("*"))) == 2  # equations and outputs
