"""The OpenModelica way, with answers that OpenModelica 1.26.9 and OMPython 4.1.0 really gave."""

import importlib.util
import json
import logging
import os
import stat
import subprocess
import sys
import time
import types
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path
from typing import Any

import pytest
from public_data import public

from heatsim.compiler import build, choose_compiler, openmodelica
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
    file = public("openmodelica/sessions.json")
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
        self.check_seconds = 0.0
        self.fail_at: dict[str, str] = {}
        self.start_error: Exception | None = None
        self.process: Any = None
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
            _omc_process = None

            def __init__(self, timeout: float, omhome: str) -> None:
                step("session", timeout, omhome)
                if outer.start_error is not None:
                    raise outer.start_error
                self._omc_process = outer.process

            def sendExpression(self, expr: str) -> None:
                step("session send", expr)

        class ModelicaSystemOMC:
            def __init__(self, session: object, command_line_options: list[str], work_directory: str) -> None:
                step("system", *command_line_options)
                self.folder = Path(work_directory)

            def model(self, model_name: str, libraries: list[str], build: bool) -> None:
                step("model", model_name, libraries, build)

            def sendExpression(self, expr: str, parsed: bool = True) -> str:
                step("send", expr, parsed)
                time.sleep(outer.check_seconds)
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
    assert str(message) == "/w/Broken.mo:3:1: Missing token: SEMICOLON"
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
    assert one_line(parse_messages(text)) == "/w/A.mo:1:1: wrong; /w/A.mo:2:1: wrong; /w/A.mo:3:1: wrong (and 1 more)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SYNTAX, "OpenModelica refuses M: /w/Broken.mo:3:1: Missing token: SEMICOLON"),
        (MISSING, "OpenModelica refuses M: Class Pilot.Nope not found in scope <top>."),
        (
            "Missing FMU file: /w/M.fmu",
            "OpenModelica made no FMU of M and gives no reason: see whether its C compiler and make work",
        ),
        ("", "OpenModelica failed on M: no reason given"),
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
    assert [step[0] for step in ompython.asked] == ["session", "system", "model", "send", "convert", "session send"]
    assert ompython.asked[1] == ("system", "--fmiFlags=s:cvode", "-d=-disableDirectionalDerivatives")
    assert ompython.asked[2] == ("model", "Pilot.Loop", ["/lib/package.mo"], False)
    assert ompython.asked[3] == ("send", "checkModel(Pilot.Loop)", False)
    assert ompython.asked[4] == ("convert", "2.0", "me_cs")
    assert ompython.asked[5] == ("session send", "quit()")
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
    with pytest.raises(CompilerError, match=r"refuses Pilot\.Loop: /w/Broken\.mo:3:1: Missing token: SEMICOLON$"):
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


def test_omc_is_told_to_quit_also_after_an_error(ompython: FakeOMPython, tmp_path: Path) -> None:
    ompython.fail_at["model"] = SYNTAX
    with pytest.raises(CompilerError):
        compile_loop(tmp_path)
    assert ompython.asked[-1] == ("session send", "quit()")


def test_session_uses_the_home_that_was_found(omc: Path, ompython: FakeOMPython, tmp_path: Path) -> None:
    compile_loop(tmp_path)
    assert ompython.asked[0] == ("session", 30.0, str(omc.parent.parent))


def test_number_of_equations_is_recorded(ompython: FakeOMPython, tmp_path: Path) -> None:
    assert compile_loop(tmp_path).equations == {"all": 112, "trivial": 63}


def test_error_in_a_given_value_does_not_name_a_generated_file(ompython: FakeOMPython, tmp_path: Path) -> None:
    ompython.fail_at["send"] = (
        "Error executing 'checkModel(HeatsimBuild_Pilot_Loop)': OMC error occurred for 'sendExpression(...)':\n"
        "00: [translation:error:3] [/w/HeatsimBuild_Pilot_Loop.mo:false:2:22:2:28] Modified element kk not found in "
        "class Pilot.Loop, in HeatsimBuild_Pilot_Loop."
    )
    with pytest.raises(CompilerError) as caught:
        compile_loop(tmp_path, parameters={"kk": 1})
    assert str(caught.value) == (
        "OpenModelica refuses Pilot.Loop: Modified element kk not found in class Pilot.Loop, in Pilot.Loop. "
        "(in the values given at build)"
    )


def test_omc_in_a_folder_that_is_not_bin_needs_its_home(
    omc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "tools"
    other.mkdir()
    omc.rename(other / "omc")
    monkeypatch.delenv("OPENMODELICAHOME")
    monkeypatch.setenv("PATH", str(other))
    openmodelica._find_omc.cache_clear()
    assert "set OPENMODELICAHOME to the folder above bin/omc" in find_omc().problem


def test_an_omc_that_dies_is_noticed(ompython: FakeOMPython, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openmodelica, "WATCH_SECONDS", 0.01)
    said: list[str] = []
    dead = subprocess.Popen([sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"])
    dead.wait()
    ompython.process = dead
    ompython.check_seconds = 0.5
    compile_loop(tmp_path, lost=said.append)
    assert said == [
        "OpenModelica (omc) was ended by SIGSEGV on Pilot.Loop, perhaps for want of memory: make the model smaller, or "
        "build with --compiler embedded"
    ]


SILENT_OMC = """#!/bin/sh
case "$1" in --version) echo "OpenModelica 1.26.9"; exit 0;; esac
{sleep} & echo $! > {pids}
echo $$ >> {pids}
wait
"""


@pytest.mark.skipif(sys.platform == "win32", reason="uses a shell script as omc")
@pytest.mark.skipif(importlib.util.find_spec("OMPython") is None, reason="OMPython is not installed")
def test_a_compile_beyond_its_time_limit_ends_omc_and_its_children(
    omc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    omc.write_text(SILENT_OMC.format(sleep="sleep 300", pids=pids))
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import os\nos.geteuid = lambda: 1000\n")  # omc does not serve root
    monkeypatch.setenv("PYTHONPATH", str(site))
    file = tmp_path / "Decay.mo"
    file.write_text("model Decay Real x(start=1, fixed=true); equation der(x) = -x; end Decay;\n")
    openmodelica._find_omc.cache_clear()
    with pytest.raises(CompilerError, match=r"Decay did not compile within 4 s with the openmodelica compiler: raise"):
        build("Decay", library=file, compiler="openmodelica", timeout=4.0)
    started = [int(number) for number in pids.read_text().split()]
    assert len(started) == 2
    # a process that was killed needs a moment to go, on a busy machine more than one
    deadline = time.monotonic() + 10.0
    while any(is_alive(number) for number in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    for number in started:
        assert not is_alive(number)


def is_alive(number: int) -> bool:
    """True for a process that runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_recorded_answers_give_balance_and_places() -> None:
    content = recorded()
    answers = {entry["expression"]: entry["answer"] for entry in content["session"]}
    loop = answers["checkModel(Pilot.Loop)"]
    assert openmodelica._balance("Pilot.Loop", loop) == {"all": 112, "trivial": 63}
    with pytest.raises(CompilerError, match="1 equations for 2 variables"):
        openmodelica._balance("Unbalanced", answers["checkModel(Unbalanced)"])
    said = {name: refusal("M", answer) for name, answer in answers.items() if "error" in answer}
    assert said['loadFile("{dir}/Broken.mo")'].endswith("Broken.mo:3:1: Missing token: SEMICOLON")
    typo = next(text for name, text in said.items() if "buildModelFMU(Typo" in name)
    assert typo.endswith("Typo.mo:4:3: Function frobnicate not found in scope Typo.")
    nope = next(text for name, text in said.items() if "buildModelFMU(Nope" in name)
    assert "Class Nope not found in scope <top>" in nope
    messages = [entry["answer"].partition(": ")[2] for entry in content["start_up"]]
    told = [start_failure(text) for text in messages]
    assert "not on this machine" in told[0]
    assert "cannot be started" in told[1]
    assert "run heatsim as a user who is not root" in told[2]


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
