"""An FMU is described as it is, evaluates to its equations, and is refused with a reason where it cannot be run."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from small_units import bar_fmu, fmi2_fmu, integrator_fmu

from heatsim.errors import FmuError, UsageError
from heatsim.fmu import Fmu


def test_description_of_fmi3_gives_names_units_and_numbers(tmp_path: Path) -> None:
    fmu = bar_fmu(tmp_path)
    assert fmu.fmi_version == "3.0"
    assert fmu.model_exchange
    assert list(fmu.inputs) == ["Q_flow", "T_end"]
    assert list(fmu.outputs) == ["T[1]", "T[2]", "T[3]", "Q_flow_end"]
    assert list(fmu.states) == ["x1", "x2", "x3"]
    assert fmu.inputs["Q_flow"].unit == "W"
    assert fmu.parameters["C"].start == 1000.0
    assert fmu.states["x1"].nominal == 300.0
    assert len(fmu.sha256) == 64
    assert "3 states" in repr(fmu)


def test_description_of_fmi2_takes_unit_and_limits_from_the_declared_type(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path)
    output = fmu.outputs["y"]
    assert (output.unit, output.minimum, output.maximum, output.nominal) == ("K", 0.0, 500.0, 300.0)
    assert list(fmu.states) == ["x"]
    assert list(fmu.parameters) == ["k", "x_start"]


def test_block_of_exported_fmu_is_symbolic_and_evaluates_to_its_equations(tmp_path: Path) -> None:
    block = bar_fmu(tmp_path).block({"C": 500.0, "G": 20.0})
    assert block.symbolic
    assert block.initial_states == pytest.approx([300.0, 300.0, 300.0])
    ode, y = block.function(0, [310, 305, 300], [1000.0, 290.0], block.parameter_values)
    assert np.asarray(ode).ravel() == pytest.approx([(1000 - 20 * 5) / 500, 0.0, (20 * 5 - 20 * 10) / 500])
    assert np.asarray(y).ravel() == pytest.approx([310, 305, 300, 200])


def test_fixed_parameters_that_casadi_loses_on_export_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FmuError, match="lost the value of the fixed parameter 'G'; declare it tunable"):
        bar_fmu(tmp_path, variability="fixed").block()


def test_block_of_binary_fmi2_takes_parameters_and_start_values_that_follow_them(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path)
    block = fmu.block({"k": 0.25, "x_start": 8.0})
    assert not block.symbolic
    assert block.initial_states == pytest.approx([8.0])
    ode, y = block.function(0.0, [8.0], [1.0], block.parameter_values)
    assert float(ode) == pytest.approx(1.0 - 0.25 * 8.0)
    assert float(y) == pytest.approx(16.0)
    assert fmu.block().initial_states == pytest.approx([3.0])


def test_jacobian_of_binary_is_that_of_the_equations(tmp_path: Path) -> None:
    block = fmi2_fmu(tmp_path).block({"k": 0.25})
    jacobian = block.function.factory("dfdx", ["t", "x", "u", "p"], ["jac:ode:x"])
    assert float(jacobian(0.0, [8.0], [1.0], [])) == pytest.approx(-0.25, abs=1e-6)


def test_unknown_parameter_is_named_with_a_near_miss(tmp_path: Path) -> None:
    fmu = integrator_fmu(tmp_path)
    with pytest.raises(UsageError, match=r"no parameter 'gian' \(did you mean 'gain'\?\)"):
        fmu.block({"gian": 1.0})
    with pytest.raises(UsageError, match="'u' has the role 'input'"):
        fmu.block({"u": 1.0})
    with pytest.raises(UsageError, match="must be a finite number"):
        fmu.block({"gain": float("nan")})


def test_fmu_with_event_indicators_has_no_expressions(tmp_path: Path) -> None:
    with pytest.raises(FmuError, match=r"has 2 event indicators.*wrap conditions in noEvent"):
        fmi2_fmu(tmp_path, indicators=2, with_binary=False).block()


def test_time_events_are_found_although_the_description_does_not_tell(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path, time_event=3600.0)
    assert fmu.execution == "events"
    with pytest.raises(FmuError, match=r"has time events, the first at 3600 s.*hs.simulate runs it"):
        fmu.block()


def test_embedded_fmu_with_events_of_any_kind_is_run_through_its_binary(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path)
    facts = fmu.folder / "extra" / "org.heatsim" / "model.json"
    facts.parent.mkdir(parents=True)
    for events, said in (
        ({"indicators": 0, "time_events": 1, "discrete": 2}, r"events \(1 time events, 2 discrete\)"),
        ({"indicators": 0, "time_events": 0, "discrete": 1}, r"events \(1 discrete\)"),
    ):
        facts.write_text(json.dumps({"events": events}), encoding="utf-8")
        told = Fmu(fmu.path)
        assert told.execution == "events"
        with pytest.raises(FmuError, match=said + ".*hs.simulate runs it"):
            told.block()
    facts.write_text(json.dumps({"events": {"indicators": 0, "time_events": 0, "discrete": 0}}), encoding="utf-8")
    assert Fmu(fmu.path).execution == "graph"
    assert fmu.block().initial_states == pytest.approx([3.0])


def test_co_simulation_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FmuError, match="Co-Simulation only"):
        fmi2_fmu(tmp_path, kind="CoSimulation", with_binary=False).block()


def test_fmu_without_a_binary_for_this_platform_says_so(tmp_path: Path) -> None:
    with pytest.raises(FmuError, match="Decay"):
        fmi2_fmu(tmp_path, with_binary=False).block()


def test_missing_file_gets_a_near_miss(tmp_path: Path) -> None:
    integrator_fmu(tmp_path)
    with pytest.raises(FmuError, match=r"did you mean 'hs_integrator.fmu'"):
        Fmu(tmp_path / "hs_integrater.fmu")


def test_no_zip_and_no_description_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fmu").write_text("no zip")
    with pytest.raises(FmuError, match="not a zip archive"):
        Fmu(tmp_path / "a.fmu")
    with zipfile.ZipFile(tmp_path / "b.fmu", "w") as archive:
        archive.writestr("readme.txt", "")
    with pytest.raises(FmuError, match=r"no modelDescription\.xml"):
        Fmu(tmp_path / "b.fmu")
    with zipfile.ZipFile(tmp_path / "c.fmu", "w") as archive:
        archive.writestr("modelDescription.xml", '<fmiModelDescription fmiVersion="1.0"/>')
    with pytest.raises(FmuError, match=r"FMI version 1\.0 is not supported"):
        Fmu(tmp_path / "c.fmu")


@pytest.mark.parametrize("entry", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "C:\\evil.txt"])
def test_entries_outside_of_the_folder_are_refused(tmp_path: Path, entry: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.fmu", "w") as archive:
        archive.writestr(entry, "x")
    with pytest.raises(FmuError, match="outside the FMU's folder"):
        Fmu(tmp_path / "x.fmu")


def test_manifest_is_read(tmp_path: Path) -> None:
    fmu = integrator_fmu(tmp_path)
    assert fmu.manifest == {}
    with zipfile.ZipFile(fmu.path, "a") as archive:
        archive.writestr("extra/org.heatsim/manifest.json", '{"compiler": "embedded"}')
    assert Fmu(fmu.path).manifest == {"compiler": "embedded"}
