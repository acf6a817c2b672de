"""A system written as an SSP file is valid and comes back as the same system, bit for bit in its results."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from small_units import Gain, SampledPI, Tank, fmi2_fmu, integrator_fmu

import heatsim as hs
from heatsim.errors import ConnectionError, UsageError  # noqa: A004
from heatsim.fmu import Fmu
from heatsim.ssp import read_ssp
from heatsim.system import Port, System

sys.path.insert(0, str(Path(__file__).parent))
from ssp_files import validate

STEADY = {"P_IT": 6e6, "T_outdoor": 275.15, "T_ground": 279.15, "Q_flow_demand": 9e6, "heat_pump_available": 1.0}


@pytest.fixture
def rig(bar: Fmu) -> System:
    """FMU, equations, a sampled unit, an array input, a factor with offset, constants, start values and a bond."""
    system = System("rig")
    system.add("bar", bar, parameters={"C": 1234.5678901234567}, start={"x1": 301.25})
    system.add("tank", Tank(), parameters={"UA": 1 / 3}, start={"T": 299.9}, inputs={"T_ambient": 290.1})
    system.add("pi", SampledPI(period=20.0), inputs={"setpoint": 320.0})
    system.add("one", Gain()).add("two", Gain(), parameters={"k": 0.1})
    system.add_input("w", "W", "Heat of two sources", shape=2).add_input("price", "EUR/MWh", "Price of electricity")
    system.connect("w[1]", "one.u").connect("w[2]", "two.u")
    system.connect("bar.Q_flow_end", "tank.Q_flow", factor=0.7, offset=1 / 7)
    system.connect("tank.T", "bar.T_end").connect("bar.T[2]", "pi.measurement").connect("pi.command", "bar.Q_flow")
    system.add("bill", Gain()).connect("price", "bill.u")
    return system.bond("heat", "tank.E_in", "tank.E_in")


def run(system: System) -> xr.Dataset:
    inputs = {"w": [1.0, 2.0], "price": 40.0}
    return hs.simulate(system, inputs, stop=300.0, output_step=7.0, variables="states")


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_written_file_is_valid_and_comes_back_the_same(rig: System, tmp_path: Path, version: str) -> None:
    path = rig.to_ssp(tmp_path / "out" / "rig.ssp", version=version, start=0.0, stop=300.0)
    assert validate(path, version) == 5  # the structure, and values of bar, tank, pi and two
    assert [p.name for p in path.parent.iterdir()] == ["rig.ssp"]
    read = read_ssp(path, allow=["small_units"])
    again = read.system
    assert (read.version, read.start, read.stop) == (version, 0.0, 300.0)
    assert again.inputs == rig.inputs
    assert again.bonds == rig.bonds
    for name, member in rig.members.items():
        other = again.members[name]
        assert (other.kind, other.ports) == (member.kind, member.ports), name
        assert (other.parameters, other.start, other.inputs) == (member.parameters, member.start, member.inputs), name
    wires = {(w.source_path, w.target_unit, w.target, w.factor, w.offset) for w in hs_wires(rig)}
    assert {(w.source_path, w.target_unit, w.target, w.factor, w.offset) for w in hs_wires(again)} == wires
    xr.testing.assert_equal(run(again), run(rig))


def hs_wires(system: System) -> list[Any]:
    from heatsim.system.checks import wires

    return wires(system)


def test_a_file_of_version_1_is_valid_in_version_2(rig: System, tmp_path: Path) -> None:
    assert validate(rig.to_ssp(tmp_path / "rig.ssp"), "2.0") == 5


def test_types_of_fmi_3_appear_in_version_2_only(rig: System, tmp_path: Path) -> None:
    def text(version: str) -> str:
        with zipfile.ZipFile(rig.to_ssp(tmp_path / "rig.ssp", version=version)) as archive:
            return archive.read("SystemStructure.ssd").decode()

    assert "Float64" not in text("1.0")
    assert "ssc:Real" not in text("2.0")


def test_the_same_system_gives_the_same_file(rig: System, tmp_path: Path) -> None:
    first = rig.to_ssp(tmp_path / "a.ssp").read_bytes()
    assert rig.to_ssp(tmp_path / "b.ssp").read_bytes() == first
    again = System.from_ssp(tmp_path / "a.ssp", allow=["small_units"])
    with zipfile.ZipFile(again.to_ssp(tmp_path / "c.ssp")) as third, zipfile.ZipFile(tmp_path / "a.ssp") as archive:
        assert set(third.namelist()) == set(archive.namelist())
        assert third.read("SystemStructure.ssd").count(b"<ssd:Connection ") == 7


def test_fmpy_reads_the_structure(rig: System, tmp_path: Path) -> None:
    from fmpy.ssp.ssd import read_ssd

    read = read_ssd(str(rig.to_ssp(tmp_path / "rig.ssp"))).system
    assert {e.name for e in read.elements} == set(rig.members)
    bar = next(e for e in read.elements if e.name == "bar")
    values = {
        p.name: (float(p.value), p.unit) for b in bar.parameterBindings for s in b.parameterValues for p in s.parameters
    }
    assert values == {"C": (1234.5678901234567, "J/K"), "x1": (301.25, "K")}
    assert len(read.connections) == 7


def test_one_fmu_is_there_once_and_two_of_one_name_both(tmp_path: Path) -> None:
    first = integrator_fmu(tmp_path / "a")
    other = fmi2_fmu(tmp_path / "b")
    renamed = tmp_path / "c" / first.path.name
    renamed.parent.mkdir()
    renamed.write_bytes(other.path.read_bytes())
    system = System("s")
    for name, fmu in (("a", first), ("b", first), ("c", Fmu(renamed))):
        system.add(name, fmu, inputs={"u": 1.0})
    path = system.to_ssp(tmp_path / "s.ssp")
    with zipfile.ZipFile(path) as archive:
        assert sum(n.endswith(".fmu") for n in archive.namelist()) == 2
    again = System.from_ssp(path)
    assert [m.unit.sha256 for m in again.members.values()] == [m.unit.sha256 for m in system.members.values()]  # type: ignore[union-attr]


def test_how_an_fmu_is_run_comes_back(bar: Fmu, tmp_path: Path) -> None:
    fmu = Fmu(bar.path, isolate=True, time_limit=7.0)
    system = System("s").add("bar", fmu, inputs={"Q_flow": 1.0, "T_end": 300.0})
    unit = System.from_ssp(system.to_ssp(tmp_path / "s.ssp")).members["bar"].unit
    assert isinstance(unit, Fmu)
    assert (unit.interface, unit.isolate, unit.time_limit) == ("model_exchange", True, 7.0)


def test_co_simulation_fmus_and_fmus_run_apart_come_back(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path / "cs", "CoSimulation", with_binary=False)
    path = System("s").add("box", fmu, inputs={"u": 1.0}).to_ssp(tmp_path / "s.ssp")
    assert validate(path, "1.0") == 2
    unit = System.from_ssp(path, isolate=True).members["box"].unit
    assert isinstance(unit, Fmu)
    assert (unit.interface, unit.isolate, fmu.isolate) == ("co_simulation", True, False)


def test_an_fmu_that_changed_since_it_was_loaded_is_not_written(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path / "a", with_binary=False)
    system = System("s").add("box", fmu, inputs={"u": 1.0})
    fmu.path.write_bytes(b"another")
    with pytest.raises(UsageError, match=r"decay\.fmu: the FMU is gone or has changed since it was loaded"):
        system.to_ssp(tmp_path / "s.ssp")
    fmu.path.unlink()
    with pytest.raises(UsageError, match="is gone or has changed"):
        system.to_ssp(tmp_path / "s.ssp")


def test_bonds_of_a_kind_come_back(tmp_path: Path) -> None:
    class Source:
        inputs = (Port("T", "K"),)
        outputs = (Port("Q_flow", "W"),)
        states = ()
        parameters = ()

        def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
            return {}, {"Q_flow": 100.0 * (350.0 - u["T"])}

    system = System("s").add("source", Source()).add("tank", Tank(), inputs={"T_ambient": 290.0})
    system.connect("source.Q_flow", "tank.Q_flow").connect("tank.T", "source.T")
    system.heat_bond("contact", "source.Q_flow", "tank.T", units=("source", "tank"))
    again = System.from_ssp(system.to_ssp(tmp_path / "s.ssp"))
    assert again.bonds == system.bonds
    again.check()


def test_a_system_that_does_not_fit_together_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError, match=r"input 'tank\.Q_flow' \[W\] is not driven"):
        System("s").add("tank", Tank()).to_ssp(tmp_path / "s.ssp")
    system = System("s").add("gain", Gain(), inputs={"u": 1.0})
    with pytest.raises(UsageError, match=r"SSP version '1\.1' is unknown"):
        system.to_ssp(tmp_path / "s.ssp", version="1.1")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="the SSP file cannot be written"):
        system.to_ssp(tmp_path / "file" / "s.ssp")
    assert not list(tmp_path.glob("*.ssp"))


@pytest.mark.xdist_group("day")
def test_the_reference_plant_comes_back_bit_for_bit(tmp_path: Path) -> None:
    system = hs.reference_plant()
    path = system.to_ssp(tmp_path / "plant.ssp", stop=600.0)
    assert validate(path, "1.0") > 5
    again = System.from_ssp(path)
    times = np.array([0.0, 300.0, 600.0])
    load = xr.DataArray([6e6, 8e6, 5e6], coords={"time": times}, dims="time", attrs={"units": "W"})
    first, second = (
        hs.simulate(s, {**STEADY, "P_IT": load}, stop=600.0, output_step=10.0, variables="states")
        for s in (system, again)
    )
    xr.testing.assert_equal(first, second)
    assert json.loads(first.attrs["fmus"]) == json.loads(second.attrs["fmus"])
    assert first.attrs["bonds"] == second.attrs["bonds"]
