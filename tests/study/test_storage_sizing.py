"""Sizes on the reference plant: what a size changes, what dispatch reads of it, and the comparison with runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.dispatch.reading import plant_of
from heatsim.dispatch.value import value_curves
from heatsim.errors import UsageError
from heatsim.reference import presets
from heatsim.study import storage_sizing as sizing
from heatsim.study.annual import Annual
from heatsim.study.dispatch_policies import has_tank

pytestmark = pytest.mark.xdist_group("day")

DAY = Annual(policy=sizing.POLICY, start="2020-04-20", stop=86400.0)


def values(system: hs.System) -> dict[str, Any]:
    """Return all parameters of a system that have a value by `unit.name`."""
    found = {
        f"{unit}.{name}": member.parameter_value(name)
        for unit, member in system.members.items()
        for name in member.names("parameters")
    }
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("capacity", [None, 5e6])
def test_a_size_is_the_plant_that_would_be_built_with_it(
    capacity: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = sizing.sized(replace(DAY, it_capacity=capacity), 600.0, 9e6)
    changed = hs.reference_plant(capacity)
    for name, value in options.settings.items():
        changed.set(name, value)
    scale = 1.0 if capacity is None else capacity / 10e6
    own = presets.PRESETS["reference"]
    other = replace(
        own,
        heat_capacity=replace(own.heat_capacity, value=9e6 / scale),
        storage_volume=replace(own.storage_volume, value=600.0 / scale),
    )
    monkeypatch.setitem(presets.PRESETS, "reference", other)
    built = values(hs.reference_plant(capacity))
    found = values(changed)
    assert found.keys() == built.keys()
    assert found == pytest.approx(built, rel=1e-12)
    assert found["supervisor.machine_heat"] == 3e6


def test_a_size_that_is_the_preset_changes_nothing() -> None:
    assert dict(sizing.sized(DAY, 2000.0, 12e6).settings) == {}


def test_no_tank_is_a_policy_and_settings_of_the_user_stay() -> None:
    options = sizing.sized(replace(DAY, settings={"storage.U_wall": 0.3}), 0.0, 8e6)
    assert not has_tank(options.policy)
    assert "storage.V" not in options.settings
    assert options.settings["storage.U_wall"] == 0.3
    assert options.settings["heat_pump.Q_flow_nominal"] == 8e6


@pytest.mark.parametrize(
    ("options", "size", "says"),
    [
        (DAY, (-1.0, 8e6), "give a volume"),
        (DAY, (100.0, 0.0), "a heat above 0"),
        (replace(DAY, settings={"storage.V": 1000.0}), (500.0, 8e6), r"storage.V is given as a setting and as a size"),
    ],
)
def test_what_is_no_size(options: Annual, size: tuple[float, float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        sizing.sized(options, *size)


def test_points_and_spans_that_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none twice"):
        sizing.check_on_plant([(0.0, 8e6), (0.0, 8e6)], DAY, tmp_path)
    with pytest.raises(UsageError, match="at least one size"):
        sizing.check_on_plant([], DAY, tmp_path)
    with pytest.raises(UsageError, match="give whole hours"):
        sizing.year_of(replace(DAY, stop=5000.0))


def test_what_dispatch_knows_follows_the_volume() -> None:
    small, large = (sizing.dispatch_plant(DAY, volume, 8e6) for volume in (500.0, 2000.0))
    assert small.tank is not None
    assert large.tank is not None
    assert (small.tank.volume, large.tank.volume) == (500.0, 2000.0)
    # a tank of the same height: side walls as the square root of the volume, top and bottom as the volume
    assert 0.25 < small.tank.UA / large.tank.UA < 0.5
    assert sizing.dispatch_plant(DAY, 0.0, 8e6) == replace(large, tank=None)
    # warm facility water would let the smaller machines give more; the supervisor asks for no more than nominal
    assert 3 * small.heat_pumps[0].heat == pytest.approx(8e6)


@pytest.mark.slow
def test_what_dispatch_knows_is_read_from_the_plant_of_that_size() -> None:
    system = hs.reference_plant()
    for name, value in sizing.sized(DAY, 500.0, 15e6).settings.items():
        system.set(name, value)
    read, short = plant_of(system, start_cost=DAY.start_cost), sizing.dispatch_plant(DAY, 500.0, 15e6)
    assert short.tank == read.tank
    assert short.heat_pumps[0].heat == pytest.approx(read.heat_pumps[0].heat, rel=1e-6)
    assert short.network.loss == pytest.approx(read.network.loss, rel=1e-6)


def checked(failure: str = "") -> xr.Dataset:
    """Return the comparison of two made-up points."""

    def figures(cost: float) -> dict[str, float]:
        return {"cost": cost, **dict.fromkeys(sizing.SUMS, 3600.0)}

    runs = [{"figures": figures(714e3), "failure": ""}, {"figures": figures(648e3), "failure": failure}]
    return sizing._dataset([(0.0, 12e6), (500.0, 12e6)], [figures(700e3), figures(640e3)], runs, DAY)


def test_the_comparison_of_plan_and_plant() -> None:
    data = checked("the hall is too warm")
    np.testing.assert_allclose(data["cost_error"], [0.02, 0.0125])
    np.testing.assert_allclose(data["value_plan"], [0.0, 60e3])
    np.testing.assert_allclose(data["value_plant"], [0.0, 66e3])
    assert data["passed"].values.tolist() == [1, 0]
    assert data.attrs["failures"] == "point 1: the hall is too warm"
    assert all(one.attrs["units"] and one.attrs["long_name"] for one in data.variables.values())
    lines = sizing.check_table(data)
    assert lines[-1].split()[:7] == ["500", "12", "640.0", "648.0", "+1.2", "60.0", "66.0"]
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= 80


@pytest.mark.slow
def test_a_day_costs_on_the_plant_about_what_was_planned(tmp_path: Path) -> None:
    lines: list[str] = []
    options = replace(DAY, stop=2 * 86400.0)
    data = sizing.check_on_plant([(0.0, 12e6), (500.0, 8e6)], options, tmp_path, report=lines.append)
    # two days begin and end with another tank and other machines than the plan's, so only about
    np.testing.assert_allclose(data["cost_error"], 0.0, atol=0.06)
    np.testing.assert_allclose(data["heat_pump_heat_plant"], data["heat_pump_heat_plan"], rtol=0.1)
    assert data["passed"].values.all(), data.attrs["failures"]
    assert (tmp_path / "tank_500m3_heat_pumps_8MW" / "annual.nc").is_file()
    assert sum("on the plant" in line for line in lines) == 2
    # what is finished is not run again; another span is
    before = (tmp_path / "tank_500m3_heat_pumps_8MW" / "annual.nc").stat().st_mtime_ns
    again = sizing.check_on_plant([(500.0, 8e6)], options, tmp_path)
    assert (tmp_path / "tank_500m3_heat_pumps_8MW" / "annual.nc").stat().st_mtime_ns == before
    assert float(again["cost_plant"][0]) == float(data["cost_plant"][1])
    sizing.check_on_plant([(500.0, 8e6)], replace(options, stop=3 * 3600.0), tmp_path, relax=True)
    assert (tmp_path / "tank_500m3_heat_pumps_8MW" / "annual.nc").stat().st_mtime_ns > before
    # the value curves of the same plant hold the same plan
    year = sizing.year_of(options)
    plant = sizing.dispatch_plant(options, 500.0, 8e6)
    curves = value_curves(plant, year, [500.0], [8e6], weeks=None, resize=lambda one, volume, heat: one)
    np.testing.assert_allclose(float(curves["cost"][0, 0]), float(data["cost_plan"][1]), rtol=0.02)
