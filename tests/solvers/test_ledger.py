"""The ledger of a co-simulation equals independent meters, and the correction gives back what was lost."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fmus.build import fmu
from small_bonds import Cold, Warm, thermal_bond, water_ring
from small_systems import oscillator

from heatsim.analysis import audit
from heatsim.errors import AuditError, UsageError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.system import Port, System


def _run(system: System, step: float, stop: float = 1200.0, **keywords: Any) -> tuple[xr.Dataset, dict[str, Any]]:
    settings: dict[str, Any] = {"method": "jacobi", "extrapolation": "held", "output_step": stop / 10, "rtol": 1e-9}
    ds = simulate(system, stop=stop, step=step, **(settings | keywords))
    return ds, json.loads(ds.attrs["ledger"])


@pytest.mark.parametrize(("step", "share"), [(1.0, 5.5e-4), (5.0, 2.8e-3), (40.0, 2.2e-2)])
def test_drift_of_held_signals_is_half_a_step_of_the_receiving_capacity(step: float, share: float) -> None:
    _, ledger = _run(thermal_bond(), step)
    heat = ledger["heat"]
    # UA*H/(2*C_cold)
    assert abs(heat["drift"]) / heat["received"]["cold"] == pytest.approx(1e3 * step / (2 * 900e3), rel=0.1)
    assert abs(heat["drift"]) / heat["received"]["cold"] == pytest.approx(share, rel=0.1)


@pytest.mark.parametrize("extrapolation", ["held", "linear", "quadratic"])
@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
def test_ledger_of_signals_equals_the_meters(method: str, extrapolation: str) -> None:
    ds, ledger = _run(thermal_bond(meters=True), 5.0, method=method, extrapolation=extrapolation)
    assert ledger["heat"]["exact"]
    assert ledger["heat"]["drift"] == pytest.approx(ledger["meters"]["drift"], rel=1e-5, abs=1e-2)
    for unit in ("warm", "cold"):
        booked, metered = ds[f"ledger.heat.{unit}"].values, ds[f"{unit}.E_in"].values
        np.testing.assert_allclose(booked, metered, rtol=1e-7, atol=1.0)
    assert ds["ledger.heat.cold"].attrs["units"] == "J"
    assert "cold has received" in ds["ledger.heat.cold"].attrs["long_name"]


def test_outputs_between_exchanges_lie_on_straight_lines() -> None:
    fine, _ = _run(thermal_bond(), 5.0, output_step=2.5)
    coarse, _ = _run(thermal_bond(), 5.0, output_step=5.0)
    at_exchanges = coarse["ledger.heat.warm"].values
    np.testing.assert_allclose(fine["ledger.heat.warm"].values[::2], at_exchanges, rtol=1e-6, atol=1.0)
    np.testing.assert_allclose(
        fine["ledger.heat.warm"].values[1::2], 0.5 * (at_exchanges[1:] + at_exchanges[:-1]), rtol=1e-6, atol=1.0
    )


@pytest.mark.parametrize("extrapolation", ["held", "linear"])
def test_water_in_a_ring_of_three_units(extrapolation: str) -> None:
    ds, ledger = _run(water_ring(), 10.0, 2000.0, extrapolation=extrapolation)
    assert abs(ledger["water"]["drift"]) > 1.0
    assert ledger["water"]["drift"] == pytest.approx(ledger["meters"]["drift"], rel=1e-4)
    for unit in ("tank", "heater", "grid"):
        np.testing.assert_allclose(ds[f"ledger.water.{unit}"], ds[f"{unit}.E_in"], rtol=1e-6, atol=10.0)


def test_merged_units_see_the_same_signals() -> None:
    _, ledger = _run(water_ring(), 10.0, 2000.0, clusters="graph")
    assert abs(ledger["water"]["drift"]) < 1e-6 * ledger["water"]["exchanged"]
    _, partly = _run(water_ring(), 10.0, 2000.0, clusters=[["tank", "heater"]])
    assert partly["water"]["drift"] == pytest.approx(partly["meters"]["drift"], rel=1e-4)


class _Mirror:
    """A meter that another unit reads, without states."""

    inputs = (Port("E", "J"),)
    outputs = (Port("E_in", "J"),)
    states = ()
    parameters = ()

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
        return {}, {"E_in": -1.01 * u["E"]}


@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
def test_meter_of_a_unit_without_states(method: str) -> None:
    system = thermal_bond().add("mirror", _Mirror()).connect("cold.E_in", "mirror.E")
    _, ledger = _run(system.bond("meters", "cold.E_in", "mirror.E_in"), 5.0, method=method)
    received = ledger["meters"]["received"]["cold"]
    assert received > 5e5
    assert ledger["meters"]["drift"] == pytest.approx(-0.01 * received)
    assert ledger["meters"]["share"] == pytest.approx(0.01, rel=0.02)


def test_shaft_drifts_by_the_order_of_the_method() -> None:
    def drift(step: float) -> float:
        system = oscillator().shaft_bond("rod", "b.F", "a.v")
        _, ledger = _run(system, step, 10.0, extrapolation="linear", output_step=1.0)
        return abs(float(ledger["rod"]["largest"]))

    coarse, fine = drift(0.02), drift(0.01)
    assert np.log2(coarse / fine) == pytest.approx(2.0, abs=0.3)


def test_audit_fails_above_the_limit() -> None:
    ds, _ = _run(thermal_bond(), 20.0)
    # bonds of units without meters are audited by the ledger; the meters of these have no internal energy beside them
    ds = ds.drop_vars(["warm.E_in", "cold.E_in"])
    result = audit(ds)
    assert result.bonds[0].name == "heat"
    assert result.bonds[0].own_share == pytest.approx(result.worst.share)
    assert result.table().loc[("bond", "heat"), "own_share"] > 5e-3
    with pytest.raises(AuditError, match="bond 'heat' is off by"):
        audit(ds, limit=1e-3)
    assert audit(ds, limit=0.1).bonds[0].exchanged > 1e6


@pytest.mark.parametrize("extrapolation", ["held", "linear", "quadratic"])
@pytest.mark.parametrize(
    ("method", "order"),
    [
        ("jacobi", None),
        ("gauss_seidel", ["warm", "cold"]),
        ("gauss_seidel", ["cold", "warm"]),
        ("iterated", ["warm", "cold"]),
    ],
)
def test_correction_gives_back_all_but_the_defect_of_a_step(
    method: str, order: list[str] | None, extrapolation: str
) -> None:
    options: dict[str, Any] = {"method": method, "order": order, "extrapolation": extrapolation}
    plain_ds, plain = _run(thermal_bond(), 5.0, **options)
    ds, ledger = _run(thermal_bond(), 5.0, correct_energy=True, **options)
    assert abs(ledger["heat"]["drift"]) < 1e-4 * abs(plain["heat"]["drift"])
    # and so the final temperature is right: both capacities mixed
    mixed = (25e3 * 350.0 + 900e3 * 300.0) / 925e3
    left = abs(float(plain_ds["warm.T"][-1]) - mixed)
    assert left > 1e-5
    assert abs(float(ds["warm.T"][-1]) - mixed) < 0.01 * left


@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
@pytest.mark.parametrize("control", ["adaptive", "rollback"])
def test_correction_of_steps_that_adapt_or_are_taken_again(method: str, control: str) -> None:
    options: dict[str, Any] = {"method": method, "step_control": control, "tolerance": 1e-3, "rtol": 1e-10}
    if method != "jacobi":
        options["order"] = ["cold", "warm"]
    _, plain = _run(thermal_bond(), 5.0, **options)
    _, ledger = _run(thermal_bond(), 5.0, correct_energy=True, **options)
    # what is left is owed for the last step
    assert abs(ledger["heat"]["drift"]) < 0.25 * abs(plain["heat"]["drift"])


def test_correction_of_co_simulation_fmus() -> None:
    def run(**keywords: Any) -> float:
        system = System("bond").add("cold", Cold())
        start = {"C": 25e3, "T_start": 350.0}
        system.add("warm", Fmu(fmu("capacity", "3.0", interfaces=("co_simulation",), start=start)))
        system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow", factor=-1.0, offset=0.0)
        system.heat_bond("heat", "cold.Q_flow", "warm.T", units=("warm", "cold"))
        ds, _ = _run(system, 5.0, method="gauss_seidel", order=["warm", "cold"], **keywords)
        return float(25e3 * (ds["warm.T"][-1] - 350.0) + ds["cold.E_in"][-1])

    assert abs(run()) > 1e5
    assert abs(run(correct_energy=True)) < 1.0


class _Leaving:
    """Half of the power of a bond, without states."""

    inputs = (Port("Q_flow", "W"),)
    outputs = (Port("Q_flow_out", "W"),)
    states = ()
    parameters = ()

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
        return {}, {"Q_flow_out": 0.5 * u["Q_flow"]}


def _in_two_steps() -> System:
    system = System("chain").add("warm", Warm()).add("cold", Cold()).add("pass", _Leaving())
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "pass.Q_flow")
    return system.connect("pass.Q_flow_out", "warm.Q_flow")


@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel"])
def test_correction_refuses_units_without_states_that_pass_on(method: str) -> None:
    system = _in_two_steps().heat_bond("heat", "cold.Q_flow", units=("pass", "cold"))
    with pytest.raises(UsageError, match=r"'pass.Q_flow' in bond 'heat' feeds through to 'pass.Q_flow_out'"):
        _run(system, 5.0, method=method, correct_energy=True)


def test_correction_of_what_a_unit_without_states_gives() -> None:
    # by Jacobi it gives what the exchange makes of others, and so what they were given: nothing can be owed
    system = _in_two_steps().heat_bond("heat", "pass.Q_flow_out", units=("warm", "pass"))
    _, ledger = _run(system, 5.0)
    assert abs(ledger["heat"]["drift"]) < 1e-9 * ledger["heat"]["exchanged"]
    with pytest.raises(UsageError, match="no bond of a kind"):
        _run(system, 5.0, correct_energy=True)
    _, plain = _run(system, 5.0, method="gauss_seidel", order=["warm", "cold", "pass"])
    _, ledger = _run(system, 5.0, method="gauss_seidel", order=["warm", "cold", "pass"], correct_energy=True)
    assert abs(plain["heat"]["drift"]) > 1e4
    assert abs(ledger["heat"]["drift"]) < 1.0


def test_correction_refuses_feedthrough_by_name() -> None:
    system = oscillator().shaft_bond("rod", "b.F", "a.v")
    with pytest.raises(UsageError, match=r"correct_energy: 'b.v1' in bond 'rod' feeds through to 'b.F'"):
        _run(system, 0.01, 1.0, correct_energy=True)


def test_correction_needs_a_bond_of_a_kind() -> None:
    system = thermal_bond(meters=True)
    del system.bonds["heat"]
    with pytest.raises(UsageError, match="no bond of a kind"):
        _run(system, 5.0, correct_energy=True)


def test_monolithic_runs_have_no_ledger() -> None:
    ds = simulate(thermal_bond(meters=True), stop=120.0)
    assert "ledger" not in ds.attrs
    assert json.loads(ds.attrs["bonds"]) == [["meters", "warm.E_in", "cold.E_in"]]


def test_stream_holds_the_ledger(tmp_path: Any) -> None:
    kept, _ = _run(thermal_bond(), 5.0)
    with _run(thermal_bond(), 5.0, stream=tmp_path / "run.nc")[0] as streamed:
        np.testing.assert_array_equal(streamed["ledger.heat.cold"], kept["ledger.heat.cold"])


@pytest.mark.parametrize("extrapolation", ["held", "linear"])
@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel"])
def test_side_of_a_co_simulation_fmu(method: str, extrapolation: str) -> None:
    system = System("bond").add("cold", Cold())
    start = {"C": 25e3, "T_start": 350.0}
    system.add("warm", Fmu(fmu("capacity", "3.0", interfaces=("co_simulation",), start=start)))
    system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow", factor=-1.0)
    system.heat_bond("heat", "cold.Q_flow", "warm.T", units=("warm", "cold"))
    ds, ledger = _run(system, 5.0, method=method, extrapolation=extrapolation, order=_order(method))
    assert not ledger["heat"]["exact"]
    # what the FMU got is in its temperature, what the other gave on its meter
    np.testing.assert_allclose(ds["ledger.heat.warm"], 25e3 * (ds["warm.T"] - 350.0), atol=20.0)
    np.testing.assert_allclose(ds["ledger.heat.cold"], ds["cold.E_in"], rtol=1e-7, atol=1.0)


def _order(method: str) -> list[str] | None:
    return None if method == "jacobi" else ["warm", "cold"]
