"""Functions as studies: what their fingerprint covers, and how they get to other processes."""

from __future__ import annotations

import functools
import linecache
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_units import integrator_fmu

from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.studies import fingerprint
from heatsim.sweeps.studies import study as study_module
from heatsim.sweeps.studies.fingerprint import fingerprint_of
from heatsim.sweeps.studies.function_study import FunctionStudy
from heatsim.sweeps.studies.study import find_study, from_bytes, to_bytes

FACTOR = 2.0


def of_module(case: SweepCase) -> dict[str, Any]:
    return {"y": FACTOR * case["a"]}


class Model:
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, case: SweepCase) -> dict[str, Any]:
        return {"y": self.factor * case["a"]}

    def method(self, case: SweepCase) -> dict[str, Any]:
        return {"y": self.factor * case["a"]}


def closure(factor: float) -> Callable[[SweepCase], dict[str, Any]]:
    def study(case: SweepCase) -> dict[str, Any]:
        return {"y": factor * case["a"]}

    return study


def with_factor(factor: float, case: SweepCase) -> dict[str, Any]:
    return {"y": factor * case["a"]}


def with_default(case: SweepCase, factor: float) -> dict[str, Any]:
    return {"y": factor * case["a"]}


MAKERS: dict[str, Callable[[float], Callable[[SweepCase], Any]]] = {
    "closure": closure,
    "object": Model,
    "method": lambda factor: Model(factor).method,
    "partial": lambda factor: functools.partial(with_factor, factor),
    "keyword": lambda factor: functools.partial(with_default, factor=factor),
    "lambda": lambda factor: lambda case: {"y": factor * case["a"]},
}


def value(study: Any, a: float = 3.0) -> float:
    return float(study.run(SweepCase(study.name, {"a": a}))["y"])


@pytest.mark.parametrize("kind", MAKERS)
def test_values_that_a_function_carries_are_in_its_fingerprint(kind: str) -> None:
    make = MAKERS[kind]
    first, same, other = (FunctionStudy(make(factor)) for factor in (2.0, 2.0, 5.0))
    assert first.fingerprint() == same.fingerprint()
    assert first.fingerprint() != other.fingerprint()
    assert value(from_bytes(to_bytes(other))) == 15.0


def test_a_value_of_the_module_is_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(FunctionStudy(of_module).fingerprint())
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 4.0)
    after = FunctionStudy(of_module).fingerprint()
    assert [name for name in before if before[name] != after[name]] == ["values of of_module"]


def test_what_was_read_from_files_when_a_script_was_imported_counts(tmp_path: Path) -> None:
    """An FMU and a signal from a CSV file at the top of a script, and an FMU in a system there."""
    path, prices = integrator_fmu(tmp_path).path, tmp_path / "prices.csv"
    texts = {
        "unit": f"from heatsim import Fmu\nIT = [Fmu({str(path)!r})]\n",
        "system": f"from heatsim import Fmu, System\nIT = System('s').add('u', Fmu({str(path)!r}))\n",
        "signal": f"from heatsim import Signal\nIT = Signal.from_csv({str(prices)!r}, 'price_EUR')\n",
    }
    seen: dict[str, list[str]] = {name: [] for name in texts}
    for turn in range(3):
        prices.write_text(f"time,price_EUR\n0,1\n3600,{5 if turn == 2 else 4}\n")
        if turn == 2:  # another file, the same model
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("resources/note.txt", "of another release")
        for name, text in texts.items():
            script = tmp_path / f"{name}_{turn}" / "study.py"
            script.parent.mkdir()
            script.write_text(text + "\ndef study(case):\n    return {'y': len(str(IT))}\n")
            seen[name].append(find_study(script).fingerprint()["values of study"])
    for name, (first, again, other) in seen.items():
        assert first == again != other, name


def test_a_function_of_a_notebook_is_known_by_its_source_and_goes_by_value() -> None:
    def cells(text: str, number: int) -> dict[str, Any]:
        """Run a cell as a kernel does: in `__main__`, its source known to linecache under a name of its own."""
        name = f"<ipython-input-{number}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        space: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(text, name, "exec"), space)
        return space

    text = "def helper(x):\n    return 2 * x\n\ndef study(case):\n    return {'y': helper(case['a'])}\n"
    study = FunctionStudy(cells(text, 1)["study"])
    assert study.reference() is None
    assert value(from_bytes(to_bytes(study))) == 6.0
    sent, fingerprint = to_bytes(study), dict(study.fingerprint())
    del linecache.cache["<ipython-input-1>"]  # as in another process, which knows no cells
    assert from_bytes(sent).fingerprint() == fingerprint, "else all cases would seem to be of another state"
    assert from_bytes(to_bytes(from_bytes(sent))).fingerprint() == fingerprint
    study = FunctionStudy(cells(text, 1)["study"])
    again = FunctionStudy(cells(text, 2)["study"])
    assert study.fingerprint() == again.fingerprint(), "running a cell again changes nothing"
    changed = FunctionStudy(cells(text.replace("2 * x", "3 * x"), 3)["study"])
    assert study.fingerprint() != changed.fingerprint(), "the helper of another cell counts"


def scaled(factor: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(case: SweepCase) -> dict[str, Any]:
            return {"y": factor * function(case)["y"]}

        return inner

    return decorator


def nested(kind: str) -> Callable[[SweepCase], dict[str, Any]]:
    if kind == "one":

        def study(case: SweepCase) -> dict[str, Any]:
            return {"y": case["a"]}

    else:

        def study(case: SweepCase) -> dict[str, Any]:
            return {"y": -case["a"]}

    return study


ON_A_LINE = (lambda case: {"y": case["a"]}, lambda case: {"y": -case["a"]})
NAMESAKES = {
    "lambdas of a line": ON_A_LINE,
    "nested": (nested("one"), nested("other")),
    "decorated": (scaled(2.0)(of_module), scaled(3.0)(of_module)),
    "decorated in another order": (scaled(2.0)(Model(3.0).method), scaled(3.0)(Model(2.0).method)),
    "partial objects": (functools.partial(Model.method, Model(1.0)), functools.partial(Model.method, Model(2.0))),
}


@pytest.mark.parametrize("kind", NAMESAKES)
def test_functions_of_one_file_that_have_one_name_are_told_apart(kind: str) -> None:
    """Cases have equal identifiers, so that a resume would take the results of one for those of the other."""
    one, other = map(FunctionStudy, NAMESAKES[kind])
    assert one.name == other.name
    assert one.fingerprint() == FunctionStudy(one.function).fingerprint()
    assert one.fingerprint() != other.fingerprint()


CALLABLES = """
import functools

def scaled(factor):
    def decorator(function):
        @functools.wraps(function)
        def inner(case):
            return {"y": factor * function(case)["y"]}
        return inner
    return decorator

class Model:
    def __init__(self, factor):
        self.factor = factor
    def __call__(self, case):
        return {"y": self.factor * case["a"]}

def study(case):
    return {"y": case["a"]}

def add(what, case):
    return {"y": what + case["a"]}

decorated = scaled(3.0)(study)
short = lambda case: {"y": 5.0 * case["a"]}
partial = functools.partial(add, 100.0)
model = Model(7.0)
method = Model(8.0).__call__
"""


@pytest.mark.parametrize(
    ("name", "expected"), [("decorated", 9.0), ("short", 15.0), ("partial", 103.0), ("model", 21.0), ("method", 24.0)]
)
def test_a_name_of_a_script_runs_what_it_stands_for(tmp_path: Path, name: str, expected: float) -> None:
    """What it stands for may carry another name, which is that of something else."""
    file = tmp_path / "callables.py"
    file.write_text(CALLABLES)
    study = find_study(f"{file}:{name}")
    assert (study.name, study.reference()) == (name, f"{file}:{name}")
    content, fingerprint = to_bytes(study), study.fingerprint()
    for module in [one for one in sys.modules if one.startswith("heatsim_script_")]:
        del sys.modules[module]  # another process has none
    again = from_bytes(content)
    assert (value(study), value(again)) == (expected, expected)
    assert (again.name, again.reference(), again.fingerprint()) == (name, study.reference(), fingerprint)


def test_scripts_with_helpers_of_one_name_keep_their_own(tmp_path: Path) -> None:
    """A session that compares two states of a project has the folders of both to import from."""
    for name, factor in (("old", 2.0), ("new", 3.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "helpers.py").write_text(f"FACTOR = {factor}\n")
        text = "def study(case):\n    import helpers\n    return {'y': helpers.FACTOR * case['a']}\n"
        (tmp_path / name / "run.py").write_text(text)
    for name in ("old", "new"):
        find_study(tmp_path / name / "run.py")
    content = to_bytes(find_study(tmp_path / "old" / "run.py"))
    sys.modules.pop("helpers", None)
    assert value(from_bytes(content)) == 6.0


@pytest.mark.parametrize("how", ["from the top", "inside"])
def test_modules_that_a_cell_of_a_notebook_imports_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "prices.csv").write_text("price\n1\n")
    helpers = tmp_path / "helpers.py"
    helpers.write_text("import pandas as pd\nTABLE = pd.read_csv('prices.csv')\ndef price(): return TABLE.price[0]\n")
    body = "    return {'y': helpers.price() * case['a']}\n"
    top, inside = ("import helpers\n", "") if how == "from the top" else ("", "    import helpers\n")
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(f"{top}def study(case):\n{inside}{body}", "<ipython-input-9>", "exec"), space)
    study = FunctionStudy(space["study"])
    before = dict(study.fingerprint())
    assert value(study) == 3.0
    if how == "from the top":
        sys.modules["helpers"].TABLE.loc[0, "price"] = 2.0  # type: ignore[attr-defined]
        after = study.fingerprint()
        assert [key for key in before if before[key] != after[key]] == ["values of study"]
    helpers.write_text(helpers.read_text() + "# changed\n")
    after = study.fingerprint()
    assert [key for key in before if before[key] != after[key] and key.endswith("helpers.py")]


SCRIPT = """
import helpers
FACTOR = 2.0

def study(case):
    import late
    return {"y": FACTOR * helpers.square(case["a"]) + late.OFFSET}

def other(case):
    return {"y": 1.0}
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "helpers.py").write_text("from own.deep import power\n\ndef square(x):\n    return power(x, 2)\n")
    (tmp_path / "own" / "__init__.py").write_text("")
    (tmp_path / "own" / "deep.py").write_text("import math\n\ndef power(x, n):\n    return math.pow(x, n)\n")
    (tmp_path / "late.py").write_text("OFFSET = 1.0\n")
    (tmp_path / "unused.py").write_text("X = 1\n")
    file = tmp_path / "my_study.py"
    file.write_text(SCRIPT)
    return file


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name in ("helpers", "late", "own", "own.deep") or name.startswith("heatsim_script_"):
            del sys.modules[name]


@pytest.mark.parametrize("name", ["my_study.py", "helpers.py", "own/deep.py", "late.py"])
def test_each_file_that_a_script_imports_counts(script: Path, name: str) -> None:
    before = dict(find_study(f"{script}:study").fingerprint())
    assert name in before
    assert "unused.py" not in before
    file = script.parent / name
    file.write_text(file.read_text() + "# changed\n")
    after = find_study(f"{script}:study").fingerprint()
    assert [key for key in before if before[key] != after[key]] == [name]


def test_a_file_that_changes_while_a_sweep_runs_stops_it(script: Path) -> None:
    """A worker that begins later would read the new file, and the sweep would be of two studies."""
    content = to_bytes(find_study(f"{script}:study"))
    assert value(from_bytes(content)) == 19.0
    (script.parent / "late.py").write_text("OFFSET = 2.0\n")
    with pytest.raises(UsageError, match=r"late\.py has changed since the sweep began"):
        from_bytes(content)


def test_a_script_is_found_again_in_another_process(script: Path, tmp_path: Path) -> None:
    study = find_study(f"{script}:study")
    assert study.reference() == f"{script}:study"
    (tmp_path / "study.bytes").write_bytes(to_bytes(study))
    code = (
        "import pathlib, sys; from heatsim.sweeps.studies.study import from_bytes; "
        "from heatsim.sweeps.case import SweepCase; "
        "study = from_bytes(pathlib.Path(sys.argv[1]).read_bytes()); "
        "print(study.run(SweepCase('study', {'a': 3.0})), study.reference())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "study.bytes")], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"{{'y': 19.0}} {script}:study"


def test_a_script_that_is_edited_is_read_again(script: Path) -> None:
    assert value(find_study(f"{script}:study")) == 19.0
    script.write_text(SCRIPT.replace("FACTOR = 2.0", "FACTOR = 10.0"))
    assert value(find_study(f"{script}:study")) == 91.0


def test_the_function_of_a_script(script: Path) -> None:
    assert find_study(script).name == "study"
    assert find_study(f"{script}:other").name == "other"
    with pytest.raises(UsageError, match=r"no function 'othr' \(did you mean 'other'\?\); it has study, other"):
        find_study(f"{script}:othr")
    with pytest.raises(UsageError, match="'FACTOR' is no function but float"):
        find_study(f"{script}:FACTOR")
    with pytest.raises(UsageError, match=r"no such file \(did you mean 'my_study.py'\?\)"):
        find_study(script.with_name("my_stud.py"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def study(case):\n    return {}\n1/0\n", r"my_study.py:3: cannot be loaded: ZeroDivisionError"),
        ("def study(case:\n", r"my_study.py:1: cannot be loaded: SyntaxError"),
        ("import nothing_of_this_name\n", r"my_study.py:1: cannot be loaded: ModuleNotFoundError"),
        ("raise SystemExit(0)\n", r"ends the process while it is loaded"),
        (
            "import heatsim as hs\ndef study(case):\n    return {}\nhs.sweep(study, {'a': [1.0]}, out='x')\n",
            r"calls hs.sweep while it is loaded; put the call under",
        ),
        ("X = 1\n", "no function 'study'; it defines no function"),
    ],
)
def test_a_script_that_cannot_be_used_says_where(script: Path, text: str, message: str) -> None:
    script.write_text(text)
    with pytest.raises(UsageError, match=message):
        find_study(script)


def test_arguments_of_the_command_line_do_not_reach_a_script(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They differ from process to process, and so would the study."""
    script.write_text("import sys\nARGUMENTS = tuple(sys.argv)\ndef study(case):\n    return {'y': len(ARGUMENTS)}\n")
    monkeypatch.setattr(sys, "argv", ["heatsim", "sweep", "my_study.py"])
    assert value(find_study(script)) == 1.0
    assert sys.argv == ["heatsim", "sweep", "my_study.py"]


def test_files_that_cases_name_count_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text("time,price\n0,1\n")
    study = FunctionStudy(of_module)
    cases = [{"prices": "prices.csv", "a": 1.0}, {"prices": "none", "a": 1.0}]
    before = fingerprint_of(study, {}, cases)
    key = "file prices = prices.csv"
    assert key in before
    # wherever the project lies
    moved = shutil.copytree(tmp_path, tmp_path / "moved")
    monkeypatch.chdir(moved)
    assert fingerprint_of(FunctionStudy(of_module), {}, cases) == before
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.csv").write_text("time,price\n0,2\n")
    after = fingerprint_of(study, {}, cases)
    assert [name for name in before if before[name] != after[name]] == [key]


def test_inputs_that_a_function_names_count(tmp_path: Path) -> None:
    study = closure(1.0)
    study.inputs = [str(tmp_path / "data.csv")]  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match=r"data\.csv: cannot be read .*and the cases depend on it"):
        FunctionStudy(study).fingerprint()
    (tmp_path / "data.csv").write_text("1")
    before = FunctionStudy(study).fingerprint()
    (tmp_path / "data.csv").write_text("2")
    assert FunctionStudy(study).fingerprint() != before


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (3, "int is no study"),
        (Model, "the study Model is a class"),
        (lambda: None, "must take one argument, the case"),
        ("load_swin", r"there is no study 'load_swin' \(did you mean 'load_swing'\?\)"),
        ("nowhere.module:study", "module 'nowhere.module' cannot be imported"),
        ("math:squareroot", "module 'math' has no function 'squareroot'"),
    ],
)
def test_what_is_no_study_is_named(study: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_study(study)


def test_what_cannot_be_sent_is_named() -> None:
    lock = __import__("threading").Lock()

    def study(case: SweepCase) -> dict[str, Any]:
        return {"y": float(lock.locked())}

    with pytest.raises(UsageError, match="the study refers to lock, which cannot be sent to another process"):
        to_bytes(FunctionStudy(study))


def test_other_versions_on_another_machine_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = to_bytes(find_study("load_swing"))
    here = study_module.of_heatsim()
    monkeypatch.setattr(study_module, "of_heatsim", lambda: {**here, "casadi": "1.0"})
    with pytest.raises(UsageError, match=r"casadi is 1\.0 on .*, and \d.* where the sweep began"):
        from_bytes(content)


def test_a_study_is_pickled_without_its_caches() -> None:
    assert len(pickle.dumps(find_study("load_swing"))) < 1000


def test_another_process_works_in_the_folder_of_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files in values refer to it, wherever a worker of a cluster was started."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    content = to_bytes(FunctionStudy(of_module))
    monkeypatch.chdir(tmp_path / "there")
    from_bytes(content)
    assert Path.cwd() == tmp_path / "here"
    monkeypatch.chdir(tmp_path / "there")
    (tmp_path / "here").rmdir()  # of another machine
    from_bytes(content)
    assert Path.cwd() == tmp_path / "there"


def test_versions_of_the_packages_that_a_study_imports_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cold.py"
    file.write_text(
        "import json\nimport pandas as pd\ndef study(case):\n    import scipy.optimize\n    return {'y': 1}\n"
    )
    study = find_study(file)
    before = dict(study.fingerprint())
    assert {name for name in before if name.startswith("package ")} == {"package pandas", "package scipy"}
    versions = {"pandas": "9.9", "scipy": before["package scipy"]}
    monkeypatch.setattr(fingerprint, "_version", lambda name: versions.get(name, ""))
    after = study.fingerprint()
    assert [name for name in before if before[name] != after.get(name)] == ["package pandas"]
