"""A result carries names, units, dimensions and provenance, and survives the disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from small_units import SampledPI, Tank, bar_fmu

import heatsim
from heatsim.errors import UsageError
from heatsim.results import load, save
from heatsim.simulation import simulate
from heatsim.system import System


@pytest.fixture
def system(tmp_path: Path) -> System:
    """Bar FMU heated by a sampled controller, its end in a tank."""
    made = (
        System("rig")
        .add("bar", bar_fmu(tmp_path))
        .add("tank", Tank())
        .add("pi", SampledPI(), parameters={"k": 5.0}, inputs={"setpoint": 320.0})
    )
    made.add_input("T_ambient", "K", "Temperature of the hall")
    made.connect("T_ambient", "tank.T_ambient").connect("bar.Q_flow_end", "tank.Q_flow").connect("tank.T", "bar.T_end")
    return made.connect("bar.T[1]", "pi.measurement").connect("pi.command", "bar.Q_flow")


def test_dataset_has_names_units_and_dimensions(system: System) -> None:
    ds = simulate(system, {"T_ambient": 290.0}, stop=120.0)
    assert set(ds.data_vars) == {
        "T_ambient",
        "pi.command",
        "bar.T",
        "bar.Q_flow_end",
        "tank.T",
        "tank.E_in",
        "tank.Q_flow_loss",
    }
    assert ds["bar.T"].dims == ("time", "bar.layer")
    assert ds["bar.T"].attrs == {"units": "K", "long_name": "Temperature, per layer"}
    assert ds["T_ambient"].attrs["long_name"] == "Temperature of the hall"
    assert ds["time"].dtype == np.float64
    assert ds["time"].attrs["units"] == "s"


def test_provenance_is_in_the_attributes(system: System) -> None:
    ds = simulate(system.bond("b", "tank.E_in", "tank.E_in"), {"T_ambient": 290.0}, stop=120.0, rtol=1e-7)
    assert ds.attrs["heatsim_version"] == heatsim.__version__
    assert (ds.attrs["status"], ds.attrs["method"], ds.attrs["rtol"]) == ("ok", "monolithic", 1e-7)
    assert (ds.attrs["start"], ds.attrs["stop"]) == (0.0, 120.0)
    assert len(json.loads(ds.attrs["fmus"])["bar"]["sha256"]) == 64
    assert json.loads(ds.attrs["bonds"]) == [["b", "tank.E_in", "tank.E_in"]]
    assert json.loads(ds.attrs["stats"])["steps"] > 0
    assert not any(value is None or isinstance(value, bool) for value in ds.attrs.values())


def test_variables_select_by_name_pattern_and_states(system: System) -> None:
    def names(variables: object) -> set[str]:
        ds = simulate(system, {"T_ambient": 290.0}, stop=60.0, variables=variables)  # type: ignore[arg-type]
        return {str(n) for n in ds.data_vars}

    assert names("tank.*") == {"tank.T", "tank.E_in", "tank.Q_flow_loss"}
    assert names(["bar.T", "pi.command"]) == {"bar.T", "pi.command"}
    assert names(["pi.command", "states"]) == {"pi.command", "bar.x1", "bar.x2", "bar.x3", "tank.T", "tank.E_in"}
    assert {"bar.x1", "bar.T", "T_ambient"} <= names("states")
    with pytest.raises(UsageError, match=r"nothing matches 'tank\.TT' \(did you mean 'tank\.T'\?\)"):
        names("tank.TT")


def test_one_fmu_alone_has_plain_names(tmp_path: Path) -> None:
    ds = simulate(bar_fmu(tmp_path), {"Q_flow": 100.0, "T_end": 300.0}, stop=60.0)
    assert set(ds.data_vars) == {"Q_flow", "T_end", "T", "Q_flow_end"}
    assert ds["T"].dims == ("time", "layer")


def test_round_trip_through_netcdf_is_exact_and_atomic(system: System, tmp_path: Path) -> None:
    ds = simulate(system, {"T_ambient": 290.0}, stop=600.0)
    path = save(ds, tmp_path / "out" / "run.nc")
    assert [p.name for p in path.parent.iterdir()] == ["run.nc"]
    xr.testing.assert_identical(load(path), ds)
    save(ds.isel(time=slice(0, 2)), path)
    assert load(path).sizes["time"] == 2


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such result file"):
        load(tmp_path / "none.nc")
