"""Builds: cached by content, parallel, with a time limit, with errors that name the model."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from heatsim.compiler import BuildEvent, build, build_many, cache, choose_compiler
from heatsim.compiler.driver import kept_fmu
from heatsim.errors import CompilerError, UnsupportedModelicaError, UsageError
from heatsim.fmu import Fmu

HEAVY = ("casadi", "rumoca", "xarray", "matplotlib", "fmpy", "pandas", "scipy", "OMPython", "numpy", "rich")


def compilations(log: Path) -> int:
    return len(log.read_text().splitlines())


def test_second_build_compiles_nothing(fake_compiler: Path, toy_library: Path) -> None:
    first = build("Plant", library=toy_library, compiler="embedded")
    second = build("Lib.Plant", library=toy_library, compiler="embedded")
    assert (first.cached, second.cached) == (False, True)
    assert first.path == second.path
    assert first.model == "Lib.Plant"
    assert compilations(fake_compiler) == 1


def test_force_compiles_again(fake_compiler: Path, toy_library: Path) -> None:
    build("Plant", library=toy_library, compiler="embedded")
    assert not build("Plant", library=toy_library, compiler="embedded", force=True).cached
    assert compilations(fake_compiler) == 2


def test_any_change_that_matters_gives_another_file(fake_compiler: Path, toy_library: Path) -> None:
    def path(**options: object) -> Path:
        return build("Plant", library=toy_library, compiler="embedded", **options).path  # type: ignore[arg-type]

    paths = [path(), path(parameters={"k": 3.0}), path(parameters={"k": True}), path(expose=["x"])]
    (toy_library / "Other.mo").write_text("within Lib;\nblock Other Real x = 1;\nend Other;\n")
    paths.append(path())
    assert len(set(paths)) == 5
    assert all(file.is_file() for file in paths)


def test_numpy_values_are_the_same_as_plain_ones(fake_compiler: Path, toy_library: Path) -> None:
    build("Plant", library=toy_library, compiler="embedded", parameters={"k": [1.0, 2.0], "n": 2})
    again = build(
        "Plant", library=toy_library, compiler="embedded", parameters={"n": np.int64(2), "k": np.array([1.0, 2.0])}
    )
    assert again.cached


@pytest.mark.parametrize("value", [float("nan"), np.inf, None, object(), {"a": 1}, [1.0, float("nan")]])
def test_value_that_is_no_modelica_value_is_refused(toy_library: Path, value: object) -> None:
    with pytest.raises(UsageError, match="parameter k"):
        build("Plant", library=toy_library, compiler="embedded", parameters={"k": value})


def test_manifest_tells_how_the_file_was_made(fake_compiler: Path, toy_library: Path) -> None:
    result = build("Plant", library=toy_library, compiler="embedded", parameters={"k": 3.0})
    with zipfile.ZipFile(result.path) as archive:
        inside = json.loads(archive.read("extra/org.heatsim/manifest.json"))
    beside = json.loads(result.path.with_suffix(".json").read_text())
    assert beside == result.manifest
    assert beside["sha256"] == cache.file_digest(result.path)
    assert set(beside) - set(inside) == {"sha256", "library", "seconds"}  # what differs between machines and runs
    assert set(beside["seconds"]) == {"front end", "total"}
    assert inside["model"] == "Lib.Plant"
    assert inside["compiler"] == "embedded"
    assert inside["parameters"] == {"k": 3.0}
    assert (inside["states"], inside["event_indicators"], inside["fmi_version"]) == (2, 0, "3.0")
    assert set(inside["versions"]) == {"rumoca", "casadi", "compiler"}
    assert "c_compiler" in inside


def test_same_sources_give_the_same_file(toy_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "Decay.mo"
    file.write_text("model Decay\n  Real x(start=1, fixed=true);\nequation\n  der(x) = -x;\nend Decay;\n")
    digests = {build("Decay", library=file, compiler="embedded", force=True).manifest["sha256"] for _ in range(2)}
    assert len(digests) == 1


def test_event_indicators_are_recorded(fake_compiler: Path, toy_library: Path) -> None:
    assert build("Jumps", library=toy_library, compiler="embedded").manifest["event_indicators"] == 1


@pytest.mark.parametrize("damage", ["truncated", "manifest", "other key"])
def test_damaged_file_is_compiled_again(fake_compiler: Path, toy_library: Path, damage: str) -> None:
    result = build("Plant", library=toy_library, compiler="embedded")
    manifest = result.path.with_suffix(".json")
    if damage == "truncated":
        result.path.write_bytes(result.path.read_bytes()[:-10])
    elif damage == "manifest":
        manifest.write_text("{")
    else:
        manifest.write_text(json.dumps({**result.manifest, "key": "0" * 64}))
    assert not build("Plant", library=toy_library, compiler="embedded").cached
    assert build("Plant", library=toy_library, compiler="embedded").cached


def test_out_copies_under_the_models_name(fake_compiler: Path, toy_library: Path, tmp_path: Path) -> None:
    results = build_many(["Plant", "Other"], library=toy_library, compiler="embedded", out=tmp_path / "out")
    assert [result.path.name for result in results] == ["Lib.Plant.fmu", "Lib.Other.fmu"]
    assert cache.file_digest(results[0].path) == results[0].manifest["sha256"]
    one = build("Plant", library=toy_library, compiler="embedded", out=tmp_path / "mine.fmu")
    assert one.path == tmp_path / "mine.fmu"
    with pytest.raises(UsageError, match="one file but 2 models"):
        build_many(["Plant", "Other"], library=toy_library, compiler="embedded", out=tmp_path / "mine.fmu")


def test_several_models_compile_beside_each_other_and_events_come_in_order(
    fake_compiler: Path, toy_library: Path
) -> None:
    events: list[BuildEvent] = []
    build("Other", library=toy_library, compiler="embedded")
    build_many(["Plant", "Other", "Jumps"], library=toy_library, compiler="embedded", progress=events.append, jobs=2)
    assert [event.kind for event in events if event.model == "Lib.Other"] == ["cached"]
    for model in ("Lib.Plant", "Lib.Inner.Jumps"):
        assert [event.kind for event in events if event.model == model] == ["started", "phase", "built"]
    started = [index for index, event in enumerate(events) if event.kind == "started"]
    assert started == [1, 2]


def test_report_lines_name_model_compiler_states_and_seconds(fake_compiler: Path, toy_library: Path) -> None:
    lines: list[str] = []
    build("Plant", library=toy_library, compiler="embedded", report=lines.append)
    assert lines[:2] == ["Lib.Plant  embedded  compiling", "Lib.Plant  embedded  flatten"]
    assert lines[2].startswith("Lib.Plant  embedded  2 states  ")
    assert lines[2].endswith(" s")


def test_same_model_twice_is_compiled_once(fake_compiler: Path, toy_library: Path) -> None:
    results = build_many(["Plant", "Lib.Plant"], library=toy_library, compiler="embedded")
    assert results[0] == results[1]
    assert compilations(fake_compiler) == 1


def test_compilers_error_keeps_its_class_and_text(fake_compiler: Path, toy_library: Path) -> None:
    with pytest.raises(UnsupportedModelicaError, match=r"^Lib\.mo:3:5: when is not supported: use noEvent$"):
        build("Refused", library=toy_library, compiler="embedded")


def test_crash_is_an_error_that_names_model_and_last_words(fake_compiler: Path, toy_library: Path) -> None:
    with pytest.raises(CompilerError, match=r"SIGKILL, perhaps for want of memory, on Lib\.Crashes \(about to crash\)"):
        build("Crashes", library=toy_library, compiler="embedded")


def test_others_are_built_when_some_fail_and_all_failures_are_named(fake_compiler: Path, toy_library: Path) -> None:
    events: list[BuildEvent] = []
    with pytest.raises(
        CompilerError, match=r"^2 of 3 models did not compile \(Lib\.Crashes, Lib\.Refused\); the first error: .*Lib"
    ):
        build_many(["Crashes", "Plant", "Refused"], library=toy_library, compiler="embedded", progress=events.append)
    failed = {event.model: event.text for event in events if event.kind == "failed"}
    assert "SIGKILL" in failed["Lib.Crashes"]
    assert "when is not supported" in failed["Lib.Refused"]
    assert build("Plant", library=toy_library, compiler="embedded").cached


def test_time_limit_ends_the_compilation(fake_compiler: Path, toy_library: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(CompilerError, match=r"Lib\.Sleeps did not compile within 1 s"):
        build("Sleeps", library=toy_library, compiler="embedded", timeout=1.0)
    assert time.monotonic() - start < 10.0
    assert list((tmp_path / "cache" / "fmus").iterdir()) == []


def test_interrupt_ends_the_workers(fake_compiler: Path, toy_library: Path) -> None:
    def interrupt(event: BuildEvent) -> None:
        if event.kind == "phase":
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        build_many(["Sleeps"], library=toy_library, compiler="embedded", progress=interrupt)
    assert time.monotonic() - start < 10.0


def test_old_versions_go_when_nothing_used_them_for_long(fake_compiler: Path, toy_library: Path) -> None:
    old = build("Plant", library=toy_library, compiler="embedded", parameters={"k": 1}).path
    recent = build("Plant", library=toy_library, compiler="embedded", parameters={"k": 2}).path
    os.utime(old, (0, 0))
    build("Plant", library=toy_library, compiler="embedded", parameters={"k": 3})
    assert not old.exists()
    assert not old.with_suffix(".json").exists()
    assert recent.exists()


def test_kept_fmu_is_known_without_compiling(fake_compiler: Path, toy_library: Path) -> None:
    assert kept_fmu("Plant", library=toy_library, compiler="embedded") is None
    build("Plant", library=toy_library, compiler="embedded")
    manifest = kept_fmu("Plant", library=toy_library, compiler="embedded")
    assert manifest is not None
    assert manifest["states"] == 2


def test_unknown_compiler_has_a_near_miss() -> None:
    with pytest.raises(UsageError, match="did you mean 'embedded'"):
        choose_compiler("embeded")


def test_unchanged_build_imports_nothing_heavy(fake_compiler: Path, toy_library: Path) -> None:
    build("Plant", library=toy_library, compiler="embedded")
    program = (
        "import sys; from heatsim.compiler import build\n"
        f"assert build('Plant', library={str(toy_library)!r}, compiler='embedded').cached\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert time.perf_counter() - start < 1.0


def test_own_library_that_uses_heatreuse_is_built_with_the_embedded_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    mine = tmp_path / "Mine"
    mine.mkdir()
    (mine / "package.mo").write_text('within ;\npackage Mine "Own library"\nend Mine;\n')
    functions = (
        ("enthalpy", "h := cp_nominal*(T - T_reference)"),
        ("temperature", "T := T_reference + h/cp_nominal"),
        ("specificHeatCapacity", "cp := cp_nominal"),
        ("density", "rho := rho_nominal"),
    )
    bodies = "".join(f"  redeclare function extends {n} algorithm {body}; end {n};\n" for n, body in functions)
    (mine / "Oil.mo").write_text(
        "within Mine;\npackage Oil\n"
        "  extends HeatReuse.Media.PartialMedium(cp_nominal=2000, rho_nominal=900);\n" + bodies + "end Oil;\n"
    )
    (mine / "Twin.mo").write_text(
        """within Mine;
        model Twin "Two volumes with different liquids"
          parameter Integer n = 5 "Layers";
          HeatReuse.Pipes.MixingVolume water(V=2, T_start=350, nPorts=2);
          HeatReuse.Pipes.MixingVolume oil(redeclare package Medium = Mine.Oil, V=2, T_start=350, nPorts=2);
          HeatReuse.Boundaries.FlowInlet water_in;
          HeatReuse.Boundaries.PressureOutlet water_out;
          HeatReuse.Boundaries.FlowInlet oil_in(redeclare package Medium = Mine.Oil);
          HeatReuse.Boundaries.PressureOutlet oil_out(redeclare package Medium = Mine.Oil);
          input Real m_flow(unit="kg/s", start=1);
          Real x[n](each start=1, each fixed=true);
        equation
          der(x) = -x;
          water_in.m_flow_in = m_flow;
          water_in.T_in = 300;
          oil_in.m_flow_in = m_flow;
          oil_in.T_in = 300;
          connect(water_in.port, water.ports[1]);
          connect(water.ports[2], water_out.port);
          connect(oil_in.port, oil.ports[1]);
          connect(oil.ports[2], oil_out.port);
        end Twin;"""
    )
    result = build(
        "Twin", library=mine, compiler="embedded", parameters={"n": 3}, expose=["water.U", "oil.U", "oil_in.H_flow"]
    )
    assert result.manifest["states"] == 3 + 2
    assert set(result.manifest["sources"]) == {"library", "HeatReuse"}
    outputs = Fmu(result.path).block()
    x = [350.0, 350.0, 1.0, 1.0, 1.0]
    p = [port.start for port in outputs.parameters]
    _, y = outputs.function(0.0, x, [1.0], p)
    enthalpy = PropsSI("H", "T", 350, "P", 6e5, "Water") - PropsSI("H", "T", 273.15, "P", 6e5, "Water")
    water = 2 * PropsSI("D", "T", 350, "P", 6e5, "Water") * enthalpy
    expected = {"water.U": pytest.approx(water, rel=3e-4), "oil.U": pytest.approx(2 * 900 * 2000 * 76.85)}
    expected["oil_in.H_flow"] = pytest.approx(2000 * 26.85)
    assert dict(zip([port.name for port in outputs.outputs], y.full().ravel(), strict=True)) == expected


def test_single_file_that_uses_heatreuse_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "mine.mo"
    file.write_text(
        "model Mine\n  parameter HeatReuse.Types.Temperature T0 = 300;\n"
        "  output HeatReuse.Types.SpecificEnthalpy h = HeatReuse.Media.ConstantWater.enthalpy(T);\n"
        "  HeatReuse.Types.Temperature T(start=T0, fixed=true);\nequation\n  der(T) = 0;\nend Mine;\n"
    )
    block = Fmu(build("Mine", library=file, compiler="embedded").path).block()
    _, y = block.function(0.0, [300.0], [], [300.0])
    assert float(y) == pytest.approx(4186 * 26.85)
    assert [port.unit for port in block.outputs] == ["J/kg"]


def test_real_model_is_built_with_the_embedded_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "Decay.mo"
    file.write_text(
        'model Decay "Exponential decay"\n  parameter Real k(unit="1/s") = 2 "Rate";\n'
        '  input Real u(start=0) "Source";\n  output Real x(start=1, fixed=true) "Amount";\n'
        "equation\n  der(x) = u - k*x;\nend Decay;\n"
    )
    result = build("Decay", library=file, compiler="embedded", parameters={"k": 3.0})
    assert (result.manifest["states"], result.manifest["event_indicators"]) == (1, 0)
    assert result.manifest["model"] == result.manifest["model_name"] == "Decay"
    assert result.manifest["embedded"]["loops"] == []
    file.write_text(file.read_text().replace("u - k*x", "u - k*y"))
    with pytest.raises(CompilerError, match=r"Decay.*'y'"):
        build("Decay", library=file, compiler="embedded")
