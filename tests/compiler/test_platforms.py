"""One FMU with binaries for several platforms: the right files, loadable where they should be, refused when unknown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from compiler_binaries import exports, install_name, kind, needed_glibc

import heatsim
from heatsim.cli import main
from heatsim.compiler import build, build_many, choose_compiler, toolchain
from heatsim.compiler.platforms import PLATFORMS, library_suffix, own_platform, platform_tuples
from heatsim.compiler.toolchain import CCompiler, cross_compiler, ziglang_version
from heatsim.errors import CompilerError, UsageError
from heatsim.fmu.extra import manifest_of

bundled = pytest.mark.skipif(ziglang_version() is None, reason="ziglang is not installed")
FOREIGN = next(item.other_names[0] for item in PLATFORMS if item.name != own_platform())

DECAY = """model Decay "Decays"
  parameter Real k = 2;
  Real x(start=1, fixed=true);
  output Real y = sin(x)^2 + exp(-x);
equation
  der(x) = -k*x;
end Decay;
"""


@pytest.mark.parametrize(
    ("names", "tuples"),
    [
        (None, (own_platform(),)),
        (["linux64", "win64", "darwin64"], ("x86_64-linux", "x86_64-windows", "x86_64-darwin")),
        (["x86_64-windows", " win64 "], ("x86_64-windows",)),
        ("darwin-arm64,aarch64-linux", ("aarch64-darwin", "aarch64-linux")),
    ],
)
def test_names_of_fmi_2_and_3_are_understood(names: list[str] | None, tuples: tuple[str, ...]) -> None:
    assert platform_tuples(names) == tuples


def test_unknown_platform_has_a_near_miss() -> None:
    with pytest.raises(UsageError, match=r"unknown platform 'win46' \(did you mean 'win64'\?\): use some of linux64, "):
        platform_tuples(["linux64", "win46"])
    with pytest.raises(UsageError, match="no platform is named"):
        platform_tuples([])


def test_suffixes() -> None:
    assert [library_suffix(item.name) for item in PLATFORMS[:3]] == [".so", ".dll", ".dylib"]


def test_without_ziglang_the_error_comes_first_and_says_what_to_install(
    fake_compiler: Path, toy_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "ziglang_version", lambda: None)
    with pytest.raises(CompilerError, match=r"a binary for .* needs .*: run `pip install ziglang`"):
        build_many(["Plant", "Other"], library=toy_library, compiler="embedded", platforms=[FOREIGN])
    assert fake_compiler.read_text() == ""


def test_openmodelica_makes_binaries_for_this_machine_only() -> None:
    with pytest.raises(UsageError, match="for this machine only, not for"):
        choose_compiler("openmodelica", [FOREIGN])
    assert choose_compiler("auto", [FOREIGN]).compiler == "embedded"


@bundled
def test_platforms_decide_which_file_is_kept(fake_compiler: Path, toy_library: Path) -> None:
    def path(platforms: list[str] | None) -> Path:
        return build("Plant", library=toy_library, compiler="embedded", platforms=platforms).path

    assert path(None) == path([own_platform()])
    assert path(["linux64", "win64"]) == path(["win64", "linux64"])
    assert len({path(None), path(["linux64", "win64"]), path([FOREIGN])}) == 3
    manifest = build("Plant", library=toy_library, compiler="embedded", platforms=["win64", "linux64"]).manifest
    assert sorted(manifest["platforms"]) == ["x86_64-linux", "x86_64-windows"]


@bundled
def test_an_fmu_has_a_binary_for_each_platform_and_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # not for Windows here, whose C library zig first has to compile (a minute); see the test below
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "Decay.mo"
    file.write_text(DECAY, encoding="utf-8")
    names = ("linux64", "linux-arm64", "darwin64", "darwin-arm64")
    fmu = heatsim.build("Decay", library=file, compiler="embedded", platforms=names, out=tmp_path / "d.fmu")
    with zipfile.ZipFile(fmu.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name.startswith("binaries/")}
    assert {Path(name).parts[1] for name in files} == set(platform_tuples(names))
    assert len(files) == 4  # and nothing else in the folders
    for name, data in files.items():
        platform = Path(name).parts[1]
        assert kind(data) == platform
        assert Path(name).name == f"hs_Decay{library_suffix(platform)}"
        assert {"fmi3InstantiateModelExchange", "fmi3GetContinuousStateDerivatives"} <= exports(data)
        assert not any(symbol.startswith(("casadi", "hs_")) for symbol in exports(data))
        assert str(tmp_path).encode() not in data
        if platform.endswith("darwin"):
            assert install_name(data) == "@rpath/hs_Decay.dylib"
        elif platform != own_platform():
            assert needed_glibc(data) <= (2, 17)
    if own_platform() in platform_tuples(names):
        import fmpy

        result = fmpy.simulate_fmu(str(fmu.path), stop_time=1.0, relative_tolerance=1e-8, output=["x"])
        assert result["x"][-1] == pytest.approx(0.1353352832366127, rel=1e-5)  # exp(-2)
    capsys.readouterr()
    assert main(["info", str(fmu.path)]) == 0
    assert "aarch64-darwin, aarch64-linux, x86_64-darwin, x86_64-linux" in capsys.readouterr().out


@pytest.mark.slow  # two minutes of a processor, for the C library of Windows
@bundled
def test_a_windows_binary_is_alone_in_its_folder_and_exports_what_it_should(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text(
        "#include <math.h>\n__declspec(dllexport) double f(double x) { return pow(x, 0.3); }\n", encoding="utf-8"
    )
    output = tmp_path / "made" / "a.dll"
    cross_compiler(PLATFORMS[1]).compile_shared([source], output)
    assert [path.name for path in output.parent.iterdir()] == ["a.dll"]  # no import library, no debug file
    assert kind(output.read_bytes()) == "x86_64-windows"
    assert exports(output.read_bytes()) == {"f"}


@bundled
def test_same_source_gives_the_same_binary_wherever_it_lies(tmp_path: Path) -> None:
    made = []
    for folder in ("one", "another"):
        source = tmp_path / folder / "a.c"
        source.parent.mkdir()
        source.write_text("double f(double x) { return 2*x; }\n", encoding="utf-8")
        output = source.with_suffix(".dylib")
        cross_compiler(PLATFORMS[2]).compile_shared([source], output)
        made.append(output.read_bytes())
    assert made[0] == made[1]


def test_error_of_a_cross_compiler_names_the_platform(tmp_path: Path) -> None:
    broken = CCompiler(("false",), "broken", bundled=True, other=PLATFORMS[1])
    with pytest.raises(CompilerError, match=r"failed on a\.c for x86_64-windows: "):
        broken.compile_shared([tmp_path / "a.c"], tmp_path / "a.dll")


def test_manifest_of_this_machine_names_its_platform(fake_compiler: Path, toy_library: Path) -> None:
    result = build("Plant", library=toy_library, compiler="embedded")
    assert result.manifest["platforms"] == [own_platform()]
    assert manifest_of(result.path)["platforms"] == [own_platform()]
