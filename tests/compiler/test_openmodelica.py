"""The OpenModelica way, with answers that OpenModelica 1.26.9 and OMPython 4.1.0 really gave."""

import json
import logging
import os
import stat
import sys
import types
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path
from typing import Any

import pytest

from heatsim.compiler import choose_compiler, openmodelica
from heatsim.compiler.folders import checkout_folder
from heatsim.compiler.omc_messages import one_line, parse_messages
from heatsim.compiler.openmodelica import find_omc, literal, refusal, start_failure, wrapper_source
from heatsim.errors import CompilerError, UsageError

SYNTAX = (
    'OMC error occurred for \'sendExpression(expr=loadFile("/w/Broken.mo"), parsed=False):\n'
    "00: [syntax:error:2] [/w/Broken.mo:false:3:1:3:1] Missing token: SEMICOLON"
)
UNDERDETERMINED = (
    "OMC error occurred for 'sendExpression(expr=buildModelFMU(Unbalanced), parsed=False):\n"
    "00: [symbolic:error:32] [:false:0:0:0:0] Too few equations, under-determined system. The model has 1 equation(s) "
    "and 2 variable(s).\n"
    "01: [symbolic:warning:582] [/w/Unbalanced.mo:false:2:3:2:29] Variable x does not have any remaining equation "
    "to be solved in.\n  The original equations were:\n  Equation 1: der(x) = 1.0 + q, which needs to solve for q"
)
MISSING = (
    "Error executing 'buildModelFMU(Pilot.Nope, version=\"2.0\")': OMC error occurred for 'sendExpression(...)':\n"
    "00: [translation:error:3] [:false:0:0:0:0] Class Pilot.Nope not found in scope <top>."
)
BALANCED = (
    '"Check of Pilot.Loop completed successfully.\nClass Pilot.Loop has 112 equation(s) and 112 variable(s).\n'
    '63 of these are trivial equation(s)."\n'
)
UNBALANCED = (
    '"Check of Unbalanced completed successfully.\nClass Unbalanced has 1 equation(s) and 2 variable(s).\n'
    '0 of these are trivial equation(s)."\n'
)

DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<fmiModelDescription fmiVersion="2.0" modelName="Wrapped" guid="{1}" numberOfEventIndicators="0">
  <ModelExchange modelIdentifier="Pilot_Loop" providesDirectionalDerivative="true"/>
  <CoSimulation modelIdentifier="Pilot_Loop"/>
  <ModelVariables>
    <ScalarVariable name="x" valueReference="0" initial="exact"><Real start="1"/></ScalarVariable>
    <ScalarVariable name="der(x)" valueReference="1"><Real derivative="1"/></ScalarVariable>
    <ScalarVariable name="y" valueReference="2" causality="output"><Real/></ScalarVariable>
    <ScalarVariable name="T[1]" valueReference="3" initial="calculated"><Real/></ScalarVariable>
    <ScalarVariable name="T[2]" valueReference="4" initial="calculated"><Real/></ScalarVariable>
  </ModelVariables>
  <ModelStructure>
    <Outputs><Unknown index="3"/></Outputs>
    <Derivatives><Unknown index="2"/></Derivatives>
    <InitialUnknowns><Unknown index="3"/></InitialUnknowns>
  </ModelStructure>
</fmiModelDescription>
"""


def recorded() -> dict[str, Any]:
    """The whole record of a real session, where it is at hand."""
    top = checkout_folder()
    folder = os.environ.get("HEATSIM_DATA") or (top and top.parent / "shared" / "data")
    file = Path(str(folder), "openmodelica", "sessions.json")
    if not file.is_file():
        pytest.skip("the recorded session is not here: set HEATSIM_DATA to the folder that holds openmodelica/")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


@pytest.fixture
def omc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called omc that knows its version, for a user who is not root."""
    home = tmp_path / "openmodelica"
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "omc"
    program.write_text('#!/bin/sh\necho "OpenModelica 1.26.9"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("OPENMODELICAHOME", str(home))
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    openmodelica._find_omc.cache_clear()
    yield program
    openmodelica._find_omc.cache_clear()


class FakeOMPython(types.ModuleType):
    """The part of OMPython that is used, answering from a script and keeping what it was asked."""

    def __init__(self) -> None:
        super().__init__("OMPython")
        self.asked: list[tuple[Any, ...]] = []
        self.check = BALANCED
        self.fail_at: dict[str, str] = {}
        self.start_error: Exception | None = None
        outer = self

        class OMSessionException(Exception):
            pass

        class ModelicaSystemError(Exception):
            pass

        class ModelExecutionException(Exception):
            pass

        def step(name: str, *arguments: Any) -> None:
            outer.asked.append((name, *arguments))
            if name in outer.fail_at:
                raise ModelicaSystemError(outer.fail_at[name])

        class OMCSessionLocal:
            def __init__(self, timeout: float) -> None:
                step("session", timeout)
                if outer.start_error is not None:
                    raise outer.start_error

        class ModelicaSystemOMC:
            def __init__(self, session: object, command_line_options: list[str], work_directory: str) -> None:
                step("system", *command_line_options)
                self.folder = Path(work_directory)

            def model(self, model_name: str, libraries: list[str], build: bool) -> None:
                step("model", model_name, libraries, build)

            def sendExpression(self, expr: str, parsed: bool = True) -> str:
                step("send", expr, parsed)
                return outer.check

            def convertMo2Fmu(self, version: str, fmuType: str) -> Path:
                step("convert", version, fmuType)
                logging.getLogger("OMPython.om_session_omc").warning(
                    "[OMC log for 'sendExpression(expr=buildModelFMU(Pilot.Loop), parsed=True)']: "
                    "[translation:warning:12] Parameter k has no value,\n  using 1."
                )
                with zipfile.ZipFile(self.folder / "Pilot.Loop.fmu", "w") as archive:
                    archive.writestr("modelDescription.xml", DESCRIPTION)
                    archive.writestr("binaries/linux64/Pilot_Loop.so", b"binary")
                return self.folder / "Pilot.Loop.fmu"

        self.OMSessionException = OMSessionException
        self.ModelicaSystemError = ModelicaSystemError
        self.ModelExecutionException = ModelExecutionException
        self.OMCSessionLocal = OMCSessionLocal
        self.ModelicaSystemOMC = ModelicaSystemOMC


@pytest.fixture
def ompython(omc: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOMPython:
    fake = FakeOMPython()
    monkeypatch.setitem(sys.modules, "OMPython", fake)
    return fake


def compile_loop(tmp_path: Path, **options: Any) -> openmodelica.OpenModelicaInfo:
    work = tmp_path / "work"
    work.mkdir()
    return openmodelica.compile_model(
        "Pilot.Loop", libraries=[Path("/lib/package.mo")], out=tmp_path / "out" / "loop.fmu", workdir=work, **options
    )


def test_messages_are_taken_apart() -> None:
    (message,) = parse_messages(SYNTAX)
    assert (message.level, message.file, message.line, message.column) == ("error", "/w/Broken.mo", 3, 1)
    assert str(message) == "/w/Broken.mo:3: Missing token: SEMICOLON"
    error, warning = parse_messages(UNDERDETERMINED)
    assert (error.level, warning.level) == ("error", "warning")
    assert warning.text.endswith("which needs to solve for q")


def test_windows_paths_in_messages_keep_their_drive() -> None:
    (message,) = parse_messages("00: [syntax:error:2] [C:/w/Broken.mo:false:3:1:3:1] Missing token")
    assert (message.file, message.line) == ("C:/w/Broken.mo", 3)


def test_many_messages_become_one_line_with_places_first() -> None:
    text = "\n".join(
        ["00: [a:error:1] [:false:0:0:0:0] no place"]
        + [f"0{n}: [a:error:1] [/w/A.mo:false:{n}:1:1:1] wrong" for n in (1, 2, 3)]
    )
    assert one_line(parse_messages(text)) == "/w/A.mo:1: wrong; /w/A.mo:2: wrong; /w/A.mo:3: wrong (and 1 more)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SYNTAX, "OpenModelica refuses M: /w/Broken.mo:3: Missing token: SEMICOLON"),
        (MISSING, "OpenModelica refuses M: Class Pilot.Nope not found in scope <top>."),
        ("Missing FMU file: /w/M.fmu", "OpenModelica failed on M: Missing FMU file: /w/M.fmu"),
    ],
)
def test_refusal_shows_place_and_reason_only(text: str, expected: str) -> None:
    assert refusal("M", text) == expected


def test_every_recorded_failure_becomes_one_short_line() -> None:
    content = recorded()
    failures = [entry["answer"] for entry in content["session"] + content["modelica_system"] if not entry["ok"]]
    assert len(failures) >= 6
    for answer in failures:
        line = refusal("M", answer)
        assert "\n" not in line
        assert "sendExpression" not in line
    for entry in content["start_up"]:
        assert "\n" not in start_failure(entry["answer"])


def test_build_asks_exactly_what_openmodelica_needs(ompython: FakeOMPython, tmp_path: Path) -> None:
    phases: list[str] = []
    info = compile_loop(tmp_path, report=phases.append)
    assert [step[0] for step in ompython.asked] == ["session", "system", "model", "send", "convert"]
    assert ompython.asked[1] == ("system", "--fmiFlags=s:cvode", "-d=-disableDirectionalDerivatives")
    assert ompython.asked[2] == ("model", "Pilot.Loop", ["/lib/package.mo"], False)
    assert ompython.asked[3] == ("send", "checkModel(Pilot.Loop)", False)
    assert ompython.asked[4] == ("convert", "2.0", "me_cs")
    assert phases == ["start OpenModelica", "check", "build FMU"]
    assert info.version == "OpenModelica 1.26.9"
    assert set(info.seconds) == {"start", "check", "build"}


def test_warnings_are_collected_not_printed(
    ompython: FakeOMPython, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compile_loop(tmp_path).warnings == ("Parameter k has no value, using 1.",)
    assert capsys.readouterr() == ("", "")


def test_parameters_go_through_a_class_that_extends_and_the_name_stays(ompython: FakeOMPython, tmp_path: Path) -> None:
    compile_loop(tmp_path, parameters={"n": 5, "tank.k": 2.5, "on": True, "R": [1.0, 2.0]})
    _, target, libraries, _ = ompython.asked[2]
    assert target == "HeatsimBuild_Pilot_Loop"
    assert Path(libraries[-1]).read_text() == (
        "model HeatsimBuild_Pilot_Loop\n  extends Pilot.Loop(n=5, tank.k=2.5, on=true, R={1.0, 2.0});\n"
        "end HeatsimBuild_Pilot_Loop;\n"
    )
    assert description(tmp_path).get("modelName") == "Pilot.Loop"


def test_exposed_variables_become_outputs(ompython: FakeOMPython, tmp_path: Path) -> None:
    compile_loop(tmp_path, expose=["T", "x"])
    root = description(tmp_path)
    causality = {variable.get("name"): variable.get("causality") for variable in root.findall(".//ScalarVariable")}
    assert causality == {"x": "output", "der(x)": None, "y": "output", "T[1]": "output", "T[2]": "output"}

    def indices(section: str) -> list[str | None]:
        return [unknown.get("index") for unknown in root.findall(f"ModelStructure/{section}/Unknown")]

    assert indices("Outputs") == ["1", "3", "4", "5"]
    assert indices("InitialUnknowns") == ["3", "4", "5"]  # x starts from an exact value


def test_exposing_an_unknown_variable_is_an_error(ompython: FakeOMPython, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no variable 'Q' to expose"):
        compile_loop(tmp_path, expose=["Q"])


def test_unbalanced_model_is_refused_with_both_numbers(ompython: FakeOMPython, tmp_path: Path) -> None:
    ompython.check = UNBALANCED
    with pytest.raises(CompilerError, match=r"not balanced: 1 equations for 2 variables \(too few equations"):
        compile_loop(tmp_path)


@pytest.mark.parametrize("step", ["model", "send", "convert"])
def test_errors_of_any_step_are_shown_with_their_place(ompython: FakeOMPython, tmp_path: Path, step: str) -> None:
    ompython.fail_at[step] = SYNTAX
    with pytest.raises(CompilerError, match=r"refuses Pilot\.Loop: /w/Broken\.mo:3: Missing token: SEMICOLON$"):
        compile_loop(tmp_path)


def test_server_that_does_not_start_points_to_user_and_home(ompython: FakeOMPython, tmp_path: Path) -> None:
    ompython.start_error = ompython.OMSessionException("OMC Server did not start (timeout=20.00s, logfile=...).")
    with pytest.raises(CompilerError, match="not root and whose home"):
        compile_loop(tmp_path)


def test_wrong_home_names_the_variable(ompython: FakeOMPython, tmp_path: Path) -> None:
    ompython.start_error = FileNotFoundError(2, "No such file or directory", "/nowhere/bin/omc")
    with pytest.raises(CompilerError, match=r"/nowhere/bin/omc.*OPENMODELICAHOME"):
        compile_loop(tmp_path)


def test_auto_takes_openmodelica_when_it_can_be_used(omc: Path) -> None:
    assert find_omc().version == "OpenModelica 1.26.9"
    assert choose_compiler("auto").compiler == "openmodelica"


def test_root_cannot_use_omc_and_is_told_so(omc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    openmodelica._find_omc.cache_clear()
    with pytest.raises(CompilerError, match="refuses to serve as root: run heatsim as another user"):
        choose_compiler("openmodelica")
    choice = choose_compiler("auto")
    assert choice.compiler == "embedded"
    assert "root" in choice.reason


def test_openmodelicahome_without_omc_is_named(omc: Path) -> None:
    omc.unlink()
    openmodelica._find_omc.cache_clear()
    with pytest.raises(CompilerError, match=r"OPENMODELICAHOME=.* holds no bin/omc: correct or unset it"):
        choose_compiler("openmodelica")


def test_no_omc_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENMODELICAHOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    openmodelica._find_omc.cache_clear()
    with pytest.raises(CompilerError, match=r"not on this machine: install it from openmodelica\.org"):
        choose_compiler("openmodelica")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (2, "2"),
        (1e-6, "1e-06"),
        ('a"b', '"a\\"b"'),
        ([[1, 2], [3, 4]], "{{1, 2}, {3, 4}}"),
        ("A.B", "A.B"),
    ],
)
def test_literals(value: object, text: str) -> None:
    assert literal(value) == text


def test_parameter_name_that_would_change_the_source_is_refused() -> None:
    with pytest.raises(UsageError, match="is not a parameter name"):
        wrapper_source("W", "M", {"a=1); Real y(start": 2})


def description(tmp_path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(tmp_path / "out" / "loop.fmu") as archive:
        assert archive.read("binaries/linux64/Pilot_Loop.so") == b"binary"
        return ElementTree.fromstring(archive.read("modelDescription.xml"))
