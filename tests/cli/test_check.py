"""`heatsim info` runs no code of an FMU, and `heatsim check` runs it where its failures do no harm."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

import pytest
from fmus.build import fmu

from heatsim.cli import main
from heatsim.isolation.child_process import ChildProcess


def test_true_claims_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(fmu("capacity", "3.0")), "--interface", "co_simulation", "--set", "G=2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("hs_capacity: FMI 3.0\n\nCo-Simulation\n")
    for name in ("start", "state", "serialize", "reset", "directional derivatives", "dependencies"):
        assert re.search(rf"^  {name} +works$", out, re.MULTILINE)
    assert "Model Exchange" not in out
    assert out.endswith("\nall that is claimed holds\n")


@pytest.mark.parametrize("lie", ["state", "derivatives", "reset"])
def test_lies_are_named(lie: str, capsys: pytest.CaptureFixture[str]) -> None:
    # the only derivatives of its Co-Simulation, of an output by an input, are zero
    interface = "model_exchange" if lie == "derivatives" else "co_simulation"
    assert main(["check", str(fmu(f"liar_{lie}")), "--interface", interface]) == 1
    out = capsys.readouterr().out
    row = {"derivatives": "directional derivatives"}.get(lie, lie)
    assert re.search(rf"^  {row} +FAILS: .+$", out, re.MULTILINE)
    assert "not hold; heatsim does not use what fails" in out


def test_both_interfaces_are_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(fmu("exchanger"))]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^Model Exchange\n.*^Co-Simulation\n", out, re.MULTILINE | re.DOTALL)


def test_crash_is_a_finding_with_the_last_words(capsys: pytest.CaptureFixture[str]) -> None:
    path = fmu("failing", start={"how": 4.0, "t_fail": 0.0})
    assert main(["check", str(path), "--interface", "model_exchange"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"^  start +FAILS: .*initialisation at t = 0 s.*SIGSEGV.*failing: goodbye", out, re.MULTILINE)


def test_hang_is_a_finding_within_the_time_limit(capsys: pytest.CaptureFixture[str]) -> None:
    path = fmu("failing", start={"how": 5.0, "t_fail": 0.0})
    assert main(["check", str(path), "--interface", "co_simulation", "--time-limit", "1"]) == 1
    assert "did not answer within 1 s and was ended" in capsys.readouterr().out


def test_output_that_is_not_finite_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    path = fmu("failing", start={"how": 7.0, "t_fail": 0.0})
    assert main(["check", str(path), "--interface", "co_simulation"]) == 1
    assert "output 'y' is not finite at t = 0 s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--set", "gg=1"], "no parameter or input 'gg'"),
        (["--set", "G=warm"], "write NAME=VALUE with a number"),
        (["--set", "G=nan"], "write NAME=VALUE with a number"),
        (["--time-limit", "0"], "must be a positive number"),
        (["--time-limit", "nan"], "must be a positive number"),
    ],
)
def test_wrong_calls(more: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(fmu("capacity")), *more]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_interface_that_the_fmu_does_not_offer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(fmu("lag")), "--interface", "model_exchange"]) == 1
    assert "offers co_simulation, not 'model_exchange'" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="this FMU is for POSIX")
def test_info_runs_no_code_and_starts_no_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(ChildProcess, "__init__", start)
    path = fmu("hostile_at_load")
    before = Path("/proc/self/maps").read_text() if Path("/proc/self/maps").exists() else ""
    assert main(["info", str(path)]) == 0
    out = capsys.readouterr().out
    assert "Model Exchange, as hs_hostile_at_load: keeps and restores its state" in out
    assert "hs_hostile_at_load.so" not in before


def test_info_of_malicious_files_is_one_line_and_unpacks_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><fmiModelDescription fmiVersion="2.0" modelName="&e;"/>'
    )
    cases = {"modelDescription.xml": text, "../../evil": "x", "extra/org.heatsim/manifest.json": "[1, 2"}
    for name, content in cases.items():
        path = tmp_path / "x.fmu"
        with zipfile.ZipFile(path, "w") as file:
            if name != "modelDescription.xml":
                file.writestr("modelDescription.xml", '<fmiModelDescription fmiVersion="2.0" modelName="m"/>')
            file.writestr(name, content)
        assert main(["info", str(path)]) == 1
        error = capsys.readouterr().err
        assert re.fullmatch(r"heatsim: error: .*x\.fmu.*; .*\n", error)
        assert "root:" not in error


def test_info_leaves_out_what_a_strange_manifest_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.fmu"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("modelDescription.xml", '<fmiModelDescription fmiVersion="2.0" modelName="m&#x9b;2J"/>')
        file.writestr("extra/org.heatsim/manifest.json", '{"versions": [1], "warnings": 3, "compiler": "\\u001b[2J"}')
    assert main(["info", str(path)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert re.search(r"^  built +\[2J compiler, heatsim unknown$", out, re.MULTILINE)
