"""The examples of docs/sweeps.md run as they stand; stand-ins take the place of cluster tools that are not there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import heatsim as hs
from heatsim.cli import main
from heatsim.sweeps.keeping.folder import SweepFolder
from heatsim.sweeps.keeping.records import REASONS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "sweeps.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = [
    (m[1], m[2].strip(), m[3]) for m in re.finditer(r"^```(\w+)([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
]

SBATCH = """#!{python}
import os, re, subprocess, sys
if "--wrap" in sys.argv:
    sys.exit(subprocess.call(["sh", "-c", sys.argv[sys.argv.index("--wrap") + 1]]))
array = next(re.search(r"(\\d+)-(\\d+)", a) for a in sys.argv if a.startswith("--array"))
tasks = [
    subprocess.Popen(["sh", sys.argv[-1]], env={{**os.environ, "SLURM_ARRAY_TASK_ID": str(i)}})
    for i in range(int(array[1]), int(array[2]) + 1)
]
sys.exit(max(task.wait() for task in tasks))
"""
PARALLEL = """#!{python}
import subprocess, sys
words = sys.argv[1:]
file = words[words.index("::::") + 1]
command = words[words.index("heatsim"):words.index("::::")]
lines = open(file).read().split()
sys.exit(sum(subprocess.call([line if w == "{{}}" else w for w in command]) != 0 for line in lines))
"""
SNAKEMAKE = """#!{python}
import os, re, subprocess, sys
from types import SimpleNamespace
text = open("Snakefile").read()
scope = {{}}
exec(text.partition("rule")[0], scope)
name = re.search(r'input: expand\\("(.*?)", id=CASES\\)', text)[1]
output = re.search(r'output: touch\\("(.*?)"\\)', text)[1]
shell = re.search(r'shell: "(.*)"', text)[1]
assert name == output
for one in scope["CASES"]:
    subprocess.check_call(["bash", "-euc", shell.format(wildcards=SimpleNamespace(id=one))])
    os.makedirs("done", exist_ok=True)
    open(name.format(id=one), "w").close()
"""


def there(tool: str) -> bool:
    """Whether this machine has the tool itself; a SLURM when it answers and has no node but this machine."""
    if shutil.which(tool) is None:
        return False
    if tool != "sbatch":
        return True
    try:
        nodes = subprocess.run(
            ["sinfo", "--noheader", "--format=%n"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return nodes.stdout.split() == [socket.gethostname().partition(".")[0]]


def written(folder: Path) -> None:
    """Write the files of the page."""
    for _, mark, text in BLOCKS:
        if mark.startswith("file="):
            (folder / mark.removeprefix("file=")).write_text(text, encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Return the commands of a shell block."""
    return [shlex.split(line) for line in text.replace("\\\n", " ").splitlines() if line.startswith("heatsim")]


def test_commands_of_the_page_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sweep of the page is planned: names, values, constraints, options."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    sizes = {}
    for kind, mark, text in BLOCKS:
        for words in commands(text) if kind == "sh" and not mark.startswith("file=") else []:
            if words[1] != "sweep" or words[2].startswith("--out") or "{}" in words:
                continue
            options = [word for word in words[2:] if word not in ("--dry-run", "--resume", "--prepare")]
            if "--dask" in options:
                del options[options.index("--dask") : options.index("--dask") + 2]
            out = options[options.index("--out") + 1]
            assert main(["sweep", *options, "--prepare", *(["--resume"] if Path(out).exists() else [])]) == 0, words
            sizes[out] = len(SweepFolder(Path(out)).read().design)
    assert sizes["results/sizes"] == 4
    assert sizes["results/tank"] == 15  # with the values that the resume adds
    # of 40 volumes from 50 m3 on, those from 0, 250, 500, 750 and 1000 m3 on
    assert sizes["results/likely"] == 40 + 36 + 31 + 26 + 21
    assert sizes["results/sobol"] == 32 * (2 * 3 + 2)
    assert sizes["results/queue"] == 4


def test_reasons_of_the_page_are_those_that_there_are() -> None:
    table = TEXT.partition("## Failures are data")[2].partition("\n\nFigures")[0]
    assert set(re.findall(r"`([a-z ]+)`(?=[,| ])", table)) == set(REASONS)


def test_files_that_the_page_names_are_there() -> None:
    for target in set(re.findall(r"\]\(((?!http|#)[^)]+)\)", TEXT)):
        assert (PAGE.parent / target).is_file(), target


def test_python_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example that sweeps; the slow test runs all."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    first = next(text for kind, mark, text in BLOCKS if kind == "python" and not mark)
    assert "hs.sweep" in first
    exec(compile(first, str(PAGE), "exec"), {"__name__": "page"})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "12 cases"
    loss = [float(number) for number in re.findall(r"\d+\.\d*", lines[-1])]
    # half as much with twice the insulation
    assert loss == pytest.approx([loss[0], loss[0] / 2, loss[0] / 4])
    # 6 pi r^2 of surface around 1000 m3, 0.04 W/(m.K), 70 K
    assert loss[0] == pytest.approx(0.04 * 6 * 3.14159265 * (1000 / 6.2831853) ** (2 / 3) * 70.0 / 0.1, rel=1e-6)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the files of the page, and a search path with heatsim and the tools of clusters."""
    tools = tmp_path / "tools"
    tools.mkdir()
    own = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m heatsim "$@"\n'
    dask = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dask "$@"\n'
    for name, text in {
        "heatsim": own,
        "dask": dask,
        "sbatch": SBATCH,
        "parallel": PARALLEL,
        "snakemake": SNAKEMAKE,
    }.items():
        if name in ("heatsim", "dask") or not there(name):
            (tools / name).write_text(text if name in ("heatsim", "dask") else text.format(python=sys.executable))
            (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("SBATCH_WAIT", "1")  # a real sbatch then comes back when its job has ended
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    written(work)
    return work


def shell(text: str) -> tuple[int, str]:
    """Run a block of the page."""
    done = subprocess.run(
        ["bash", "-c", text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the page uses a POSIX shell")
def test_everything_on_the_page_runs(place: Path) -> None:
    """One after the other, as a reader does; what the page says that is printed is printed."""
    printed = ""
    for kind, mark, text in BLOCKS:
        if mark.startswith("file=") or mark in ("recipe", "dask"):
            continue
        if kind == "sh":
            code, printed = shell("set -e\n" + text)
            assert code == (1 if mark == "fails" else 0), f"{text}\n{printed}"
        elif kind == "python":
            code, printed = shell(f"{shlex.quote(sys.executable)} - <<'EOF'\n{text}\nEOF")
            assert code == 0, f"{text}\n{printed}"
        elif kind == "text":
            for line in text.strip().splitlines():
                # how long it takes, and which case fails first of two that run at once, differ
                expected = re.sub(r" in [\d.]+ s$|(?<=\(first: )\w+\)$", "", line.strip())
                assert expected in printed
    for name in ("sizes", "tank", "sobol", "small"):
        assert (place / "results" / name / "report.html").stat().st_size > 10_000
    assert not (place / "results/likely").exists()
    assert hs.open_sweep("results/tank").sizes == {"volume": 5, "insulation": 3}
    assert (place / "results/tank.csv").is_file()


def recipes() -> tuple[str, dict[str, str]]:
    """Return what prepares the sweep, and the recipe of each tool."""
    prepare, *others = [text for _, mark, text in BLOCKS if mark == "recipe"]
    found: dict[str, str] = {}
    for text in others:
        tool = text.split()[0]
        found[tool] = found.get(tool, "") + text
    assert list(found) == ["sbatch", "snakemake", "parallel"]
    return prepare, found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the page uses a POSIX shell")
def test_recipes_of_the_page_give_the_same_results(place: Path) -> None:
    """SLURM, Snakemake and GNU parallel: each from an empty folder, and all to the same Dataset."""
    prepare, tools = recipes()
    found = []
    for recipe in tools.values():
        shutil.rmtree(place / "results", ignore_errors=True)
        code, printed = shell("set -e\n" + prepare + recipe)
        assert code == 0, printed
        found.append(hs.open_sweep("results/queue").load())
        assert set(found[-1].status.values.ravel().tolist()) == {"ok"}
        # each case ran in a command of its own, and the resume at the end ran none
        state = json.loads((place / "results/queue/status.json").read_text(encoding="utf-8"))
        assert state["cases"]["ended_before"] == 4
        assert (place / "results/queue/report.html").stat().st_size > 10_000
    assert all(one.identical(found[0]) for one in found[1:])
    hundredth = next(text for _, mark, text in BLOCKS if mark == "file=hundredth.sbatch")
    shutil.rmtree(place / "results")
    code, printed = shell("set -e\n" + prepare + "SLURM_ARRAY_TASK_ID=2 sh hundredth.sbatch")
    assert code == 0, printed
    assert "sed" not in hundredth
    assert hs.open_sweep("results/queue").status.values.ravel().tolist() == ["missing", "ok", "missing", "missing"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the page uses a POSIX shell")
def test_recipes_of_the_page_take_failed_cases_for_results(place: Path) -> None:
    """One case of four fails: the others run; only a case that has no result at all stops Snakemake."""
    prepare, tools = recipes()
    prepare = prepare.replace("choices(500m3,1000m3)", "choices(0.1m3,1m3)").replace("20cm", "10cm")
    for tool, recipe in tools.items():
        shutil.rmtree(place / "results", ignore_errors=True)
        shutil.rmtree(place / "done", ignore_errors=True)
        assert shell(prepare)[0] == 0
        # all lines but the last, which is the summary: a task of SLURM and a job of parallel fail, one of Snakemake not
        *jobs, summary = recipe.splitlines()
        code, printed = shell("\n".join(jobs))
        assert code == (0 if tool == "snakemake" else 1), f"{tool}\n{printed}"
        code, printed = shell(summary)
        assert code == 1, f"{tool}\n{printed}"
        assert hs.open_sweep("results/queue").status.values.tolist() == [["ok", "failed"], ["ok", "ok"]]
        if tool == "snakemake":
            assert len(list((place / "done").iterdir())) == 4
            assert shell(jobs[0])[0] == 0
            shutil.rmtree(place / "done")
            shutil.rmtree(place / "results/queue/cases")
            (place / "tank.py").rename("gone.py")
            code, printed = shell(jobs[0])
            (place / "gone.py").rename("tank.py")
            assert code != 0, printed
            assert not (place / "done").exists() or list((place / "done").iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the page uses a POSIX shell")
def test_dask_of_the_page_runs(place: Path) -> None:
    """The script starts workers by importing itself, so it is a file; the cluster of the shell ends with it."""
    script, block = (text for _, mark, text in BLOCKS if mark == "dask")
    (place / "cluster.py").write_text(script, encoding="utf-8")
    code, printed = shell(f"{shlex.quote(sys.executable)} cluster.py")
    assert code == 0, printed
    assert printed.count("'ok'") == 8
    ends = textwrap.dedent("""
        set -e
        trap 'kill $(jobs -p); wait' EXIT
        """)
    code, printed = shell(ends + block)
    assert code == 0, printed
    assert hs.open_sweep("results/shared").status.values.tolist() == 4 * [["ok"]]
