"""The reference plant around an operating point: linear model against the simulation, margins, resumed runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import control
import numpy as np
import pytest

from heatsim import linearize
from heatsim.reference import reference_plant
from heatsim.simulation import resume, simulate
from heatsim.solvers import TrimPoint, trim
from heatsim.system import System

pytestmark = pytest.mark.xdist_group("day")

INPUTS = {"T_outdoor": 275.15, "T_ground": 279.15, "heat_pump_available": 1.0, "P_IT": 8e6, "Q_flow_demand": 8e6}


@pytest.fixture(scope="module")
def plant() -> tuple[System, TrimPoint]:
    system = reference_plant()
    return system, trim(system, INPUTS)


def test_linear_plant_with_its_supervisor_follows_a_small_step(plant: tuple[System, TrimPoint]) -> None:
    system, point = plant
    outputs = ["hall.T_tcs_supply", "hall.T_chip", "heat_pump.Q_flow_sink", "supervisor.m_flow_sink_setpoint"]
    lin = linearize(system, point, inputs="P_IT", outputs=outputs, sampled="discrete")
    assert lin.dt == 60.0
    settings: dict[str, Any] = {"stop": 1800.0, "start_from": point, "rtol": 1e-9, "native": False}
    base = simulate(system, INPUTS, **settings)
    time = base["time"].values
    errors = []
    for step in (5e3, -5e3):
        moved = simulate(system, {**INPUTS, "P_IT": 8e6 + step}, **settings)
        response = control.forced_response(lin, time, np.full(time.size, step)).y
        differences = [(moved[name] - base[name]).values for name in outputs]
        errors.append([np.abs(r - d).max() / np.abs(d).max() for r, d in zip(response, differences, strict=True)])
    # machines take load up and down with different speeds, so the model is exact for one of the two only
    assert lin.info.kinks
    assert np.min(errors, axis=0).max() < 0.005
    assert np.max(errors) < 0.05


def test_loops_have_margins_and_meters_do_not_count(plant: tuple[System, TrimPoint]) -> None:
    system, point = plant
    closed = linearize(system, point)
    assert closed.info.held == ("supervisor",)
    assert not [name for name in closed.state_labels if "/E_" in name]
    assert all(name.partition(".")[2].startswith("E_") for name in closed.info.removed)
    loop = linearize(system, point, inputs=[], outputs=[], open="tcs_temperature.y")
    response = control.frd(-loop, np.logspace(-4, 1, 120), smooth=False)
    gain, phase, _, crossing = control.margin(response)
    assert gain > 2.0
    assert phase > 30.0
    assert 1e-3 < crossing < 0.1


def test_resumed_plant_equals_the_uninterrupted_one(plant: tuple[System, TrimPoint], tmp_path: Path) -> None:
    system, point = plant
    swing = {**INPUTS, "P_IT": 6e6}
    settings: dict[str, Any] = {"start_from": point, "checkpoint_step": 600.0, "native": False}
    whole = simulate(system, swing, stop=2400.0, **settings)
    simulate(system, swing, stop=1200.0, checkpoint=tmp_path / "c", **settings)
    rest = resume(tmp_path / "c", reference_plant(), swing, stop=2400.0)
    same = whole.sel(time=rest["time"].values)
    for name in rest.data_vars:
        assert np.array_equal(same[name].values, rest[name].values), name
