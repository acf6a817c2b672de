"""Exit codes, one-line errors and what the commands print."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heatsim import __version__
from heatsim.cli import SUBCOMMANDS, main
from heatsim.cli.build import parse_assignment
from heatsim.errors import SimulationError, UsageError

HEAVY = ["casadi", "rumoca", "xarray", "matplotlib", "fmpy", "pandas", "scipy", "numpy", "rich", "OMPython", "pint"]


@pytest.fixture
def build_toy(fake_compiler: Path, toy_library: Path) -> list[str]:
    return ["build", "--library", str(toy_library), "--compiler", "embedded"]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"heatsim {__version__}\n"


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"^\s+{name}\s", out, re.MULTILINE) for name in SUBCOMMANDS)


def test_no_command_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: heatsim" in capsys.readouterr().err


def test_misspelt_command_has_a_near_miss(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bild"]) == 2
    assert (
        capsys.readouterr().err
        == "heatsim: error: unknown command 'bild' (did you mean 'build'?); see `heatsim --help`\n"
    )


def test_wrong_option_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["build", "--forse"])
    assert caught.value.code == 2
    assert re.fullmatch(r"heatsim: error: .*--forse.*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["build", "DistrictGird"], 2, "no model 'DistrictGird'"),
        (["build", "--compiler", "embeded"], 2, "did you mean 'embedded'"),
        (["build", "--library", "nowhere"], 2, "no Modelica library at"),
        (["build", "--set", "n"], 2, "write NAME=VALUE"),
        (["info", "nowhere.fmu"], 2, "no file nowhere.fmu"),
    ],
)
def test_wrong_call_is_one_line_on_stderr(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert error.startswith("heatsim: error: ")
    assert message in error
    assert error.count("\n") == 1


def test_exit_code_comes_from_the_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(args: object) -> int:
        raise SimulationError("hall: stopped at 3 s: smaller steps")

    monkeypatch.setattr("heatsim.cli.doctor.run", fail)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == "heatsim: error: hall: stopped at 3 s: smaller steps\n"
    monkeypatch.setenv("HEATSIM_TRACEBACK", "1")
    with pytest.raises(SimulationError):
        main(["doctor"])


def test_interrupt_is_130_and_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("heatsim.cli.doctor.run", interrupt)
    assert main(["doctor"]) == 130
    assert capsys.readouterr().err == "heatsim: interrupted\n"


def test_build_prints_a_line_per_model_then_unchanged(build_toy: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*build_toy, "Plant", "Jumps"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("compiler: embedded (as asked)\n")
    assert re.search(r"^  Lib\.Plant +embedded +2 states +\d+\.\d s$", out, re.MULTILINE)
    assert "note: 1 event indicator: heatsim runs this FMU through its binary" in out
    assert re.search(r"^2 built in \d+\.\d s, in .*fmus$", out, re.MULTILINE)

    assert main([*build_toy, "Plant", "Other"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^  Lib\.Plant +embedded +2 states +unchanged$", out, re.MULTILINE)
    assert re.search(r"^1 built, 1 unchanged in ", out, re.MULTILINE)


def test_failed_model_is_shown_and_exit_code_is_1(build_toy: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*build_toy, "Refused", "Plant"]) == 1
    out, err = capsys.readouterr()
    assert re.search(r"^  Lib\.Refused +embedded +failed\n    error: Lib\.mo:3:5: when", out, re.MULTILINE)
    assert re.search(r"^  Lib\.Plant +embedded +2 states", out, re.MULTILINE)
    assert err == "heatsim: error: Lib.mo:3:5: when is not supported: use noEvent\n"


def test_parameters_and_out_reach_the_build(build_toy: list[str], fake_compiler: Path, tmp_path: Path) -> None:
    assert main([*build_toy, "Plant", "--set", "n=3", "--set", "k={1, 2.5}", "--out", str(tmp_path / "o")]) == 0
    assert (tmp_path / "o" / "Lib.Plant.fmu").is_file()
    assert fake_compiler.read_text() == "Lib.Plant {'k': [1, 2.5], 'n': 3}\n"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("n=5", "n", 5),
        ("scale = 1e6", "scale", 1e6),
        ("on=true", "on", True),
        ("R={1, -2.5}", "R", [1, -2.5]),
        ("M=[{1,2},{3,4}]", "M", [[1, 2], [3, 4]]),
        ("kind=Types.Kind.linear", "kind", "Types.Kind.linear"),
        ("c.d=.5", "c.d", 0.5),
    ],
)
def test_assignments(text: str, name: str, value: object) -> None:
    assert parse_assignment(text) == (name, value)


def test_quantity_with_a_unit_is_refused_not_taken_as_text() -> None:
    with pytest.raises(UsageError, match="14e6"):
        parse_assignment("P=14MW")


def test_info_shows_variables_and_how_it_was_built(
    build_toy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([*build_toy, "Plant", "--set", "n=3", "--out", str(tmp_path)])
    capsys.readouterr()
    assert main(["info", str(tmp_path / "Lib.Plant.fmu")]) == 0
    out = capsys.readouterr().out
    assert "FMI 3.0, Model Exchange" in out
    assert "2 states, 0 event indicators" in out
    assert "embedded compiler, heatsim" in out
    assert "n=3" in out
    assert re.search(r"^  u +300 K +Inlet temperature$", out, re.MULTILINE)
    assert re.search(r"^  T\[1:2\] +310\.\.320 K +Water, per layer$", out, re.MULTILINE)
    assert re.search(r"^  k +2 +Gain$", out, re.MULTILINE)


def test_info_of_a_file_that_is_no_fmu_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.fmu").write_text("no zip")
    assert main(["info", str(tmp_path / "x.fmu")]) == 1
    assert re.fullmatch(r"heatsim: error: .*x\.fmu.*\n", capsys.readouterr().err)


def test_doctor_says_which_compilers_are_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for label in (
        "heatsim",
        "python",
        "packages",
        "C compiler",
        "OpenModelica",
        "builds use",
        "library",
        "cache",
        "FMUs",
    ):
        assert re.search(rf"^{label}\s", out, re.MULTILINE)


def test_unchanged_build_takes_less_than_a_second_and_imports_nothing_heavy(build_toy: list[str]) -> None:
    main([*build_toy, "Plant"])
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "heatsim", *build_toy, "Plant"],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert time.perf_counter() - start < 1.0
    assert "unchanged" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported.isdisjoint(HEAVY)
