"""A streamed run is the run in memory, value for value, at a memory that does not grow with its length."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pytest
import xarray as xr
from fmus.build import fmu
from small_systems import controlled, oscillator
from small_units import SampledPI, Tank, integrator_fmu

from heatsim.errors import SimulationError, UsageError
from heatsim.fmu import Fmu
from heatsim.results import NetcdfStream, load, save
from heatsim.simulation import simulate
from heatsim.solvers.record import PIECE
from heatsim.system import Port, Signal, System

INPUTS = {"T_ambient": Signal.linear([0.0, 1e5], [280.0, 300.0])}
STOP = 10.0 * (2 * PIECE + 123)  # three pieces at an output step of 10 s


class Arrays:
    """Layers of two lengths, and an array with an output and a state."""

    inputs = (Port("u", "1"),)
    outputs = (
        *(Port(f"T[{i}]", "K", description="Temperature, per layer") for i in (1, 2, 3)),
        *(Port(f"grid[{i},{j}]", "W") for i in (1, 2) for j in (1, 2)),
        Port("mixed[2]", "1"),
    )
    states = (Port("mixed[1]", "1", start=1.0),)
    parameters = ()

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
        outputs = {port.name: u["u"] * i + t for i, port in enumerate(self.outputs)}
        return {"mixed[1]": -1e-3 * x["mixed[1]"]}, outputs


def same(streamed: xr.Dataset, whole: xr.Dataset) -> None:
    """All but the wall times of the run are the same."""
    streamed = streamed.load()
    xr.testing.assert_identical(streamed.drop_attrs(deep=False), whole.drop_attrs(deep=False))
    assert list(streamed.data_vars) == list(whole.data_vars)
    volatile = {"stats", "date_created"}
    assert {k: v for k, v in streamed.attrs.items() if k not in volatile} == {
        k: v for k, v in whole.attrs.items() if k not in volatile
    }
    counts = [
        {k: v for k, v in json.loads(ds.attrs["stats"]).items() if "seconds" not in k} for ds in (streamed, whole)
    ]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("variables", [None, "states", ["tank.T", "pi.*"], ["pi.command", "states"]], ids=str)
def test_streamed_file_equals_the_dataset_in_memory(tmp_path: Path, variables: Any) -> None:
    arguments: dict[str, Any] = {"stop": STOP, "output_step": 10.0, "variables": variables}
    whole = simulate(controlled(SampledPI(period=60.0)), INPUTS, **arguments)
    path = tmp_path / "new" / "run.nc"
    streamed = simulate(controlled(SampledPI(period=60.0)), INPUTS, stream=path, **arguments)
    same(streamed, whole)
    assert whole.sizes["time"] > 2 * PIECE
    assert [p.name for p in path.parent.iterdir()] == ["run.nc"]
    same(load(path), whole)


def test_arrays_have_their_dimensions_in_the_file(tmp_path: Path) -> None:
    system = System("s").add("a", Arrays()).add_input("u", "1").connect("u", "a.u")
    arguments: dict[str, Any] = {"stop": 100.0, "output_step": 10.0, "variables": "states"}
    inputs = {"u": Signal.held([0.0, 50.0], [1.0, 2.0])}
    streamed = simulate(system, inputs, stream=tmp_path / "a.nc", **arguments)
    assert dict(streamed.sizes) == {
        "time": 11,
        "a.layer": 3,
        "a.grid_index_1": 2,
        "a.grid_index_2": 2,
        "a.mixed_index": 2,
    }
    same(streamed, simulate(system, inputs, **arguments))


def test_one_fmu_alone_streams_with_plain_names(tmp_path: Path) -> None:
    fmu = integrator_fmu(tmp_path)
    streamed = simulate(fmu, {"u": 2.0}, stop=60.0, output_step=7.0, stream=tmp_path / "a.nc")
    assert set(streamed.data_vars) == {"u", "y"}
    same(streamed, simulate(fmu, {"u": 2.0}, stop=60.0, output_step=7.0))


def test_co_simulation_streams_too(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"stop": 20.0, "output_step": 0.004, "method": "jacobi", "step": 0.05}
    streamed = simulate(oscillator(), stream=tmp_path / "a.nc", **arguments)
    assert streamed.sizes["time"] == 5001
    same(streamed, simulate(oscillator(), **arguments))


def test_values_are_packed_and_chunked_by_time(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    simulate(controlled(SampledPI(period=60.0)), INPUTS, stop=STOP, output_step=10.0, stream=path).close()
    with netCDF4.Dataset(path) as file:
        variable = file["tank.T"]
        assert variable.chunking() == [PIECE]
        assert variable.filters()["zlib"]
        assert not variable.dimensions[0].startswith("unlimited")


class Fails:
    """Its output is the root of a number that becomes negative; or a state that leaves all bounds."""

    inputs = ()
    outputs = (Port("y", "1"),)
    states = (Port("x", "1", start=STOP / 2),)
    parameters = ()

    def equations(self, t: Any, x: Any, u: Any, p: Any) -> Any:
        import casadi as ca

        return {"x": -1.0}, {"y": ca.sqrt(x["x"])}


def test_a_run_that_fails_leaves_no_file_and_keeps_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "run.nc"
    with pytest.raises(SimulationError, match=r"output 'f\.y' is nan at t = "):
        simulate(System("s").add("f", Fails()), stop=STOP, output_step=10.0, stream=path)
    assert not list(tmp_path.iterdir())
    path.write_text("old", encoding="utf-8")
    with pytest.raises(SimulationError):
        simulate(System("s").add("f", Fails()), stop=STOP, output_step=10.0, stream=path)
    assert path.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_interrupted_run_leaves_no_file(tmp_path: Path) -> None:
    def stop_it(t: float, stop: float) -> None:
        if t > 0.5 * stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(
            controlled(SampledPI(period=60.0)),
            INPUTS,
            stop=STOP,
            output_step=10.0,
            stream=tmp_path / "a.nc",
            progress=stop_it,
        )
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file.a\.nc: the result cannot be written"):
        simulate(controlled(SampledPI()), INPUTS, stop=1e9, stream=tmp_path / "file" / "a.nc")
    with pytest.raises(UsageError, match=r"nothing matches 'tank\.Tt'"):
        simulate(controlled(SampledPI()), INPUTS, stop=1e9, stream=tmp_path / "a.nc", variables="tank.Tt")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="rights of files are those of POSIX")
def test_streamed_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        simulate(
            System("s").add("t", Tank(), inputs={"Q_flow": 1.0, "T_ambient": 300.0}),
            stop=60.0,
            stream=tmp_path / "a.nc",
        )
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.nc").stat().st_mode) == 0o640


def test_a_stream_serves_one_run(tmp_path: Path) -> None:
    with NetcdfStream(tmp_path / "a.nc") as stream:
        stream.finish({"status": "ok"}).close()
        with pytest.raises(UsageError, match="the stream is finished"):
            stream.write(0, np.zeros((1, 0)), np.zeros((1, 0)), np.zeros((1, 0)))


LONG = """
import sys
sys.path.insert(0, sys.argv[3])
import numpy as np
import heatsim as hs
from heatsim.system import Port, System

class Wide:
    inputs = ()
    outputs = tuple(Port(f"y{i}", "1") for i in range(60))
    states = (Port("x", "1", start=1.0),)
    parameters = ()
    def equations(self, t, x, u, p):
        return {"x": -1e-7 * x["x"]}, {port.name: x["x"] + 1e-9 * i * t for i, port in enumerate(self.outputs)}

def memory(which):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(which + ":"))

rows = int(sys.argv[1])
stream = sys.argv[2] or None
system = System("s").add("wide", Wide())
hs.simulate(system, stop=60.0 * 5000, output_step=60.0, stream=stream)  # what is loaded and made once
before = memory("VmRSS")
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")  # the peak counts from here
ds = hs.simulate(system, stop=60.0 * rows, output_step=60.0, stream=stream)
print(memory("VmHWM") - before, ds.sizes["time"], float(ds["wide.y3"][-1]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read as Linux tells it")
def test_memory_does_not_grow_with_the_length_of_the_run(tmp_path: Path) -> None:
    """100 000 rows of 60 values are 48 MB; streamed, the process grows by a fraction of them."""

    def growth(stream: str) -> tuple[float, str]:
        arguments = [sys.executable, "-c", LONG, "100000", stream, str(Path(__file__).parents[2])]
        told = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split()
        return float(told[0]) / 1024.0, " ".join(told[1:])

    streamed, last = growth(str(tmp_path / "a.nc"))
    in_memory, same_last = growth("")
    assert last == same_last
    assert in_memory > 45.0
    assert streamed < 15.0


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("limit", [30_000, 300_000])
@pytest.mark.parametrize("how", ["stream", "save"])
def test_full_disk_is_told_and_leaves_nothing(how: str, limit: int, tmp_path: Path) -> None:
    # a limit on the size of files does what a full disk does: the first one in the header, the other one in the data
    lines = f"""
        import resource, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from small_systems import oscillator
        from heatsim.errors import UsageError
        from heatsim.results import save
        from heatsim.simulation import simulate
        target = Path({str(tmp_path / "x.nc")!r})
        ds = simulate(oscillator(), stop=3e5, output_step=5.0, rtol=1e-4)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        try:
            if {how!r} == "save":
                save(ds, target)
            else:
                simulate(oscillator(), stop=3e5, output_step=5.0, rtol=1e-4, stream=target)
        except UsageError as error:
            print(error)
    """
    script = textwrap.dedent(lines)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "x.nc: the result cannot be written" in done.stdout
    assert "choose another folder or free space" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a/b", "$T", " T", "T "])
def test_names_that_netcdf_cannot_hold_are_refused_before_the_run(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(fmu("capacity")) as archive:
        content = {entry: archive.read(entry) for entry in archive.namelist()}
    content["modelDescription.xml"] = content["modelDescription.xml"].replace(b'name="T"', f'name="{name}"'.encode())
    path = tmp_path / "odd.fmu"
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in content.items():
            archive.writestr(entry, data)
    unit = Fmu(path, interface="model_exchange")
    whole = simulate(unit, {"Q_flow": 1.0}, stop=60.0)
    assert name in whole
    said = re.escape(f"cannot hold a variable called '{name}'; leave it out by variables=")
    with pytest.raises(UsageError, match=said):
        simulate(unit, {"Q_flow": 1.0}, stop=60.0, stream=tmp_path / "x.nc")
    with pytest.raises(UsageError, match=said):
        save(whole, tmp_path / "x.nc")
    assert [child.name for child in tmp_path.iterdir()] == ["odd.fmu"]
    simulate(unit, {"Q_flow": 1.0}, stop=60.0, stream=tmp_path / "x.nc", variables="Q_flow").close()


@pytest.mark.parametrize("old", ["T", "Q_flow"])
def test_a_variable_called_time_needs_a_system(old: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(fmu("capacity", "3.0")) as archive:
        content = {entry: archive.read(entry) for entry in archive.namelist()}
    text = content["modelDescription.xml"].replace(b'name="time"', b'name="clock"')
    content["modelDescription.xml"] = text.replace(f'name="{old}"'.encode(), b'name="time"')
    path = tmp_path / "odd.fmu"
    with zipfile.ZipFile(path, "w") as archive:
        for entry, data in content.items():
            archive.writestr(entry, data)
    unit = Fmu(path, interface="model_exchange")
    inputs = dict.fromkeys(unit.inputs, 1.0)
    with pytest.raises(UsageError, match=r"its variable 'time' would be taken for the time.*put the FMU into a System"):
        simulate(unit, inputs, stop=60.0)
    system = System("s").add("unit", unit, inputs=inputs)
    ds = simulate(system, stop=60.0)
    if old == "T":
        assert float(ds["unit.time"][-1]) == pytest.approx(300.06)
