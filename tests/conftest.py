"""A compiler that answers at once, for tests of everything around compilers.

Worker processes are real; a `sitecustomize.py` on their path puts a small module in the place of the embedded compiler.
It writes a valid little FMU and misbehaves for models that are named so.
"""

import signal
import textwrap
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Let Ctrl-C be heard: who starts the tests in the background has it ignored here and in all that tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


FAKE_COMPILER = '''
import dataclasses, os, sys, time, types, zipfile

@dataclasses.dataclass(frozen=True)
class CompileInfo:
    states: int = 2
    seconds: dict = dataclasses.field(default_factory=lambda: {"front end": 0.1})

def compile_model(model, *, library, out, needs=(), parameters=None, expose=(), c_compiler, report=None):
    from heatsim.errors import UnsupportedModelicaError
    with open(os.environ["FAKE_LOG"], "a") as log:
        log.write(f"{model} {dict(parameters)}\\n")
    print("noise of a library on stdout")
    report("flatten")
    kind = model.rpartition(".")[2]
    if kind == "Sleeps":
        time.sleep(60.0)
    if kind == "Crashes":
        print("about to crash", file=sys.stderr, flush=True)
        os.kill(os.getpid(), 9)
    if kind == "Refused":
        raise UnsupportedModelicaError("Lib.mo:3:5: when is not supported: use noEvent")
    indicators = '<EventIndicator valueReference="4"/>' if kind == "Jumps" else ""
    text = f"""<fmiModelDescription fmiVersion="3.0" modelName="{model}" instantiationToken="t" generationTool="fake">
      <ModelExchange modelIdentifier="hs_x" providesDirectionalDerivatives="true"/>
      <ModelVariables>
        <Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
        <Float64 name="u" valueReference="1" causality="input" unit="K" start="300" description="Inlet temperature"/>
        <Float64 name="T[1]" valueReference="2" causality="output" unit="K" start="310" description="Water, per layer"/>
        <Float64 name="T[2]" valueReference="3" causality="output" unit="K" start="320" description="Water, per layer"/>
        <Float64 name="der(T[1])" valueReference="4" derivative="2"/>
        <Float64 name="der(T[2])" valueReference="5" derivative="3"/>
        <Float64 name="k" valueReference="6" causality="parameter" variability="tunable" start="2" description="Gain"/>
      </ModelVariables>
      <ModelStructure><ContinuousStateDerivative valueReference="4"/><ContinuousStateDerivative valueReference="5"/>
      {indicators}</ModelStructure></fmiModelDescription>"""
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("modelDescription.xml", text)
        archive.writestr("binaries/x86_64-linux/hs_x.so", b"not a library")
    return CompileInfo()

module = types.ModuleType("heatsim.compiler.embedded")
module.compile_model = compile_model
sys.modules["heatsim.compiler.embedded"] = module
'''

LIBRARY = {
    "package.mo": """
        within ;
        package Lib "A library for tests"
          // model Commented end Commented;
          package Inner
            model Jumps "has events" Real x; equation der(x) = if x > 0 then -1 else 1; end Jumps;
            partial model Base Real y; end Base;
          end Inner;
        end Lib;
        """,
    "package.order": "Inner\nPlant\nOther\nSleeps\nCrashes\nRefused\n",
    "Plant.mo": """
        within Lib;
        model Plant "model Fake = nothing; end Plant;"
          extends Inner.Base;
          replaceable model Part = Inner.Jumps;
          parameter Real k = 2;
          Real x(start = 1, fixed = true);
        equation
          for i in 1:2 loop
          end for;
          der(x) = -k*x;
        end Plant;
        """,
    **{f"{name}.mo": f"within Lib;\nblock {name}\nend {name};\n" for name in ("Other", "Sleeps", "Crashes", "Refused")},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Choose the compiler of the conformance suite in `tests/modelica/conformance`."""
    parser.addoption(
        "--compiler", default="embedded", choices=("embedded", "openmodelica"), help="of conformance models"
    )


@pytest.fixture
def toy_library(tmp_path: Path) -> Path:
    """A Modelica package folder."""
    folder = tmp_path / "modelica" / "Lib"
    folder.mkdir(parents=True)
    for name, text in LIBRARY.items():
        (folder / name).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return folder


@pytest.fixture
def fake_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the fake compiler into workers and keep FMUs in a temporary folder; gives the log of compilations."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FAKE_COMPILER, encoding="utf-8")
    log = tmp_path / "compiled.txt"
    log.touch()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("FAKE_LOG", str(log))
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path / "cache"))
    return log
