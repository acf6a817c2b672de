"""Runs with Co-Simulation FMUs and FMUs with events go on from checkpoints, or the unit that cannot is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fmus.build import fmu
from small_bonds import Cold
from small_units import SampledPI, Tank

from heatsim.errors import FmuError, UsageError
from heatsim.fmu import Fmu
from heatsim.results.checkpoints import load_checkpoint
from heatsim.simulation import resume, simulate
from heatsim.system import System


def _heated(fmi: str) -> System:
    """A Co-Simulation capacity around a tank under a sampled PI."""
    system = System("s").add("wall", Fmu(fmu("capacity", fmi, interfaces=["co_simulation"])))
    system.add("tank", Tank(), parameters={"C": 4e3}).add("pi", SampledPI(5.0), inputs={"setpoint": 320.0})
    system.connect("tank.Q_flow_loss", "wall.Q_flow").connect("wall.T", "tank.T_ambient")
    return system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow", factor=0.1, offset=1e-9)


def _equal(whole: xr.Dataset, part: xr.Dataset) -> None:
    same = whole.sel(time=part["time"].values)
    for name in part.data_vars:
        assert np.array_equal(same[name].values, part[name].values), name


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
@pytest.mark.parametrize(
    "settings",
    [
        {"method": "jacobi", "step": 0.5},
        {"method": "gauss_seidel", "step": 0.5, "extrapolation": "held"},
        {"method": "iterated", "step": 1.0, "step_control": "rollback"},
        {"method": "jacobi", "step": 0.5, "step_control": "adaptive"},
    ],
)
def test_co_simulation_fmus_go_on_bit_by_bit(tmp_path: Path, fmi: str, settings: dict[str, Any]) -> None:
    file = tmp_path / "c"
    common: dict[str, Any] = {"output_step": 1.0, "checkpoint_step": 10.0, **settings}
    whole = simulate(_heated(fmi), stop=50.0, **common)
    first = simulate(_heated(fmi), stop=20.0, checkpoint=file, **common)
    _equal(whole, first)
    rest = resume(file, _heated(fmi), stop=50.0)
    assert rest["time"].values[[0, -1]].tolist() == [20.0, 50.0]
    _equal(whole, rest)
    assert float(abs(rest["wall.T"][-1] - rest["wall.T"][0])) > 1e-3


@pytest.mark.parametrize("correct", [False, True])
@pytest.mark.parametrize("control", ["constant", "adaptive", "rollback"])
@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
def test_units_with_events_and_the_energy_correction_go_on_bit_by_bit(
    tmp_path: Path, method: str, control: str, correct: bool
) -> None:
    def system() -> System:
        capacity = fmu("capacity", "3.0", interfaces=["model_exchange"], start={"C": 25e3, "T_start": 350.0})
        system = System("s").add("cold", Cold()).add("warm", Fmu(capacity))
        system.connect("warm.T", "cold.T_in").connect("cold.Q_flow", "warm.Q_flow", factor=-1.0)
        system.add("tank", Tank(), inputs={"T_ambient": 300.0}).connect("warm.T", "tank.Q_flow", factor=10.0)
        system.add("pi", SampledPI(10.0, 5.0), inputs={"setpoint": 320.0}).connect("tank.T", "pi.measurement")
        system.add("other", Tank(), inputs={"T_ambient": 300.0}).connect("pi.command", "other.Q_flow")
        return system.heat_bond("heat", "cold.Q_flow", "warm.T", units=("warm", "cold"))

    common: dict[str, Any] = {"output_step": 7.0, "checkpoint_step": 30.0, "step": 2.5, "clusters": "units"}
    common |= {"method": method, "step_control": control, "correct_energy": correct, "advise": False}
    if control != "constant" or method == "iterated":
        common["tolerance"] = 1e-3
    whole = simulate(system(), stop=100.0, **common)
    simulate(system(), stop=60.0, checkpoint=tmp_path / "c", **common)
    rest = resume(tmp_path / "c", system(), stop=100.0)
    _equal(whole, rest)
    assert json.loads(rest.attrs["ledger"]) == json.loads(whole.attrs["ledger"])


@pytest.mark.parametrize("fmi", ["2.0", "3.0"])
def test_bouncing_ball_goes_on_in_co_simulation(tmp_path: Path, fmi: str) -> None:
    def system() -> System:
        return System("s").add("ball", Fmu(fmu("ball", fmi, interfaces=["model_exchange"])))

    file = tmp_path / "c"
    common: dict[str, Any] = {"method": "jacobi", "step": 0.05, "output_step": 0.05, "checkpoint_step": 0.5}
    whole = simulate(system(), stop=2.0, **common)
    simulate(system(), stop=1.0, checkpoint=file, **common)
    rest = resume(file, system(), stop=2.0)
    _equal(whole, rest)
    # it has bounced in both parts
    bounces = whole["ball.bounces"].values
    assert 0 < bounces[20] < bounces[-1]


def test_unit_that_cannot_give_its_state_is_named(tmp_path: Path) -> None:
    system = System("s").add("lag", Fmu(fmu("lag", interfaces=["co_simulation"]))).set("lag.u", 1.0)
    with pytest.raises(FmuError, match="lag: the FMU cannot give its state for a checkpoint"):
        simulate(system, stop=2.0, method="jacobi", step=0.5, output_step=0.5, checkpoint=tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_start_from_a_checkpoint_takes_the_state_of_opaque_units(tmp_path: Path) -> None:
    common: dict[str, Any] = {"method": "jacobi", "step": 0.5, "output_step": 1.0}
    first = simulate(_heated("2.0"), stop=20.0, checkpoint=tmp_path / "c", variables=["states", "*"], **common)
    kept = load_checkpoint(tmp_path / "c")
    assert set(kept.opaque) == {"wall"}
    # with another setting and another method, from the same state
    rest = simulate(
        _heated("2.0").set("pi.k", 100.0),
        start=20.0,
        stop=30.0,
        start_from=kept,
        method="gauss_seidel",
        step=0.5,
        output_step=1.0,
    )
    assert float(rest["wall.T"][0]) == float(first["wall.T"][-1])
    assert float(rest["tank.T"][0]) == float(first["tank.T"][-1])
    with pytest.raises(UsageError, match="wall: keeps its state to itself, and start_from holds none of it"):
        simulate(_heated("2.0"), start=20.0, stop=30.0, start_from=first, **common)


def test_checkpoint_of_another_coupling_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    common: dict[str, Any] = {"method": "jacobi", "step": 0.5, "output_step": 1.0}
    simulate(_heated("2.0"), stop=20.0, checkpoint=tmp_path / "c", **common)
    kept = load_checkpoint(tmp_path / "c")
    other = replace(kept, coupling={**kept.coupling, "signals": kept.coupling["signals"][::-1]})
    with pytest.raises(UsageError, match="taken of another coupling of these units"):
        resume(other, _heated("2.0"), stop=30.0)
