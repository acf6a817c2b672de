"""A result carries names, units, dimensions and provenance, and survives the disk."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from small_units import SampledPI, Tank, bar_fmu

import heatsim
from heatsim.errors import UsageError
from heatsim.results import load, save
from heatsim.simulation import simulate
from heatsim.system import Port, System


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
    bar = json.loads(ds.attrs["fmus"])["bar"]
    assert len(bar["sha256"]) == 64
    assert (bar["fmi"], bar["interface"], bar["isolated"]) == ("3.0", "model_exchange", False)
    assert json.loads(ds.attrs["bonds"]) == [["b", "tank.E_in", "tank.E_in"]]
    stats = json.loads(ds.attrs["stats"])
    assert 0 < stats["steps"] <= stats["newton_iterations"] <= stats["evaluations"]
    assert set(stats["unit_seconds"]) == {"graph", "pi"}
    assert 0.0 < sum(stats["unit_seconds"].values()) <= stats["wall_seconds"]
    versions = json.loads(ds.attrs["versions"])
    assert versions["numpy"] == np.__version__
    assert {"heatsim", "python", "casadi", "fmpy", "platform"} <= set(versions)
    assert not any(value is None or isinstance(value, bool) for value in ds.attrs.values())


def test_hashes_tell_systems_and_inputs_apart(system: System) -> None:
    def hashes(model: System, T: float, **arguments: object) -> tuple[str, str]:
        ds = simulate(model, {"T_ambient": T}, stop=60.0, **arguments)  # type: ignore[arg-type]
        return ds.attrs["system_sha256"], ds.attrs["inputs_sha256"]

    first = hashes(system, 290.0)
    assert hashes(system.copy(), 290.0, rtol=1e-8) == first
    warmer, other = hashes(system, 291.0), hashes(system, 290.0, parameters={"tank.UA": 50.0})
    assert (warmer[0], other[1]) == first
    assert warmer[1] != first[1]
    assert other[0] != first[0]


def test_failed_steps_are_counted() -> None:
    class Stiff:
        """Van der Pol's oscillator: each jump makes the integrator try steps that are too long."""

        inputs = ()
        outputs = (Port("x", "1"),)
        states = (Port("x", "1", start=2.0), Port("v", "1"))
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"x": x["v"], "v": 100.0 * (1.0 - x["x"] ** 2) * x["v"] - x["x"]}, {"x": x["x"]}

    stats = json.loads(simulate(System("s").add("a", Stiff()), stop=400.0, output_step=400.0).attrs["stats"])
    assert 0 < stats["failures"] < stats["steps"]


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


def test_elements_of_an_incomplete_array_stay_scalars() -> None:
    class Part:
        inputs = ()
        outputs = (Port("T[2]", "K"), Port("q[3]", "W"))
        states = (Port("T[1]", "K", start=1.0), Port("T[2]", "K", start=2.0))
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"T[1]": -x["T[1]"], "T[2]": -x["T[2]"]}, {"T[2]": x["T[2]"], "q[3]": 1.0}

    system = System("s").add("a", Part())
    ds = simulate(system, stop=10.0, output_step=5.0)
    assert ds["a.T[2]"].dims == ds["a.q[3]"].dims == ("time",)
    assert simulate(system, stop=10.0, output_step=5.0, variables="states")["a.T"].shape == (3, 2)


def test_arrays_of_one_word_and_two_lengths_have_two_dimensions() -> None:
    class Layers:
        inputs = ()
        outputs = (
            *(Port(f"T[{i}]", "K", description="Temperature, per layer") for i in (1, 2, 3)),
            *(Port(f"m_flow[{i}]", "kg/s", description="Flow between, per layer") for i in (1, 2)),
        )
        states = ()
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {}, {port.name: 1.0 for port in self.outputs}

    ds = simulate(System("s").add("a", Layers()), stop=1.0, output_step=1.0)
    assert dict(ds.sizes) == {"time": 2, "a.layer": 3, "a.m_flow_index": 2}


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_saved_file_has_the_rights_of_any_new_file(system: System, tmp_path: Path) -> None:
    ds = simulate(system, {"T_ambient": 290.0}, stop=60.0)
    before = os.umask(0o027)
    try:
        path = save(ds, tmp_path / "a.nc")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert save(ds.assign_attrs(note="Überschrieben"), path) == path
    assert load(path).attrs["note"] == "Überschrieben"


def test_place_that_cannot_be_written_is_named(system: System, tmp_path: Path) -> None:
    ds = simulate(system, {"T_ambient": 290.0}, stop=60.0)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file.a\.nc: the result cannot be written"):
        save(ds, tmp_path / "file" / "a.nc")
    with pytest.raises(UsageError, match="attribute 'good' of the Dataset is True"):
        save(ds.assign_attrs(good=True), tmp_path / "a.nc")
    assert [p.name for p in tmp_path.iterdir() if p.suffix in (".nc", ".tmp")] == []


def test_unknown_variable_is_refused_before_the_run(system: System) -> None:
    with pytest.raises(UsageError, match=r"nothing matches 'tank\.Tt' \(did you mean 'tank\.T'\?\)"):
        simulate(system, {"T_ambient": 290.0}, stop=1e12, output_step=1e10, variables=["bar.*", "tank.Tt"])


def test_values_of_all_units_are_in_the_attributes(system: System) -> None:
    ds = simulate(system.set("tank.T", "20 degC"), {"T_ambient": 290.0}, stop=60.0, parameters={"bar.G": 5.0})
    values = json.loads(ds.attrs["values"])
    assert values["bar"] == {"parameters": {"G": 5.0}}
    assert values["pi"] == {"parameters": {"k": 5.0}, "inputs": {"setpoint": 320.0}}
    assert values["tank"] == {"start": {"T": pytest.approx(293.15)}}
