"""What the README says works as it stands there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import xarray as xr
from sweep_folders import kept_sweep

from heatsim.sweeps import SweepCase

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def block(part: str) -> str:
    """The Python of the README that has this in it."""
    (found,) = (text for text in blocks("python") if part in text)
    return found


@pytest.mark.xdist_group("day")
def test_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a run of 20 minutes instead of a day, which is the only change."""
    monkeypatch.chdir(tmp_path)
    code = block("profiles.dataset(").replace('duration="24h"', 'duration="20min"').replace("stop=86400", "stop=1200")
    assert "1200" in code
    assert len(code.splitlines()) <= 22
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "day.nc").is_file()
    assert (tmp_path / "day.png").stat().st_size > 20_000


def test_network_and_tank_of_the_readme_run(capsys: pytest.CaptureFixture[str]) -> None:
    network, tank = block("plants.network(None"), block("ThermalStorage")
    exec(compile(network, "README.md", "exec"), {})
    exec(compile(tank, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "network Town: consumers 2, pairs of pipes 4, rings 1" in printed
    assert "ThermalStorage" in printed


def test_sweep_of_the_readme_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command has the names that the Python reads, and its values; the cases are made up."""
    monkeypatch.chdir(tmp_path)
    (command,) = (text for text in blocks("sh") if "heatsim sweep" in text)
    over = dict(option.split("=", 1) for option in re.findall(r"--over '([^']+)'", command))

    def study(case: SweepCase) -> dict[str, xr.DataArray]:
        volume, heat = float(str(case["storage_volume"])), float(str(case["heat_capacity"]))
        return {
            "cost_compared": xr.DataArray(volume / 10.0 + heat / 1e5, attrs={"units": "EUR"}),
            "chip_max": xr.DataArray(75.0 + heat / 1e6, attrs={"units": "degC"}),
        }

    kept_sweep(Path("results/sizes"), over, study)
    exec(compile(block("open_sweep"), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "[320. 320. 320.]" in printed
    cases = [[float(word) for word in line.split()[1:]] for line in printed.splitlines()[2:]]
    assert (tmp_path / "sweep.png").stat().st_size > 10_000
    assert [case[3:] for case in cases] == [[130.0, 83.0]] * 3 + [[150.0, 85.0]] * 2


def test_coupling_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    coupling = block("class Water")
    exec(compile(coupling, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "Advice(jacobi, linear: largest stable step" in printed
    assert "limited by bond 'radiators'" in printed
    assert "worst bond radiators" in printed


def test_both_commands_of_the_readme_set_up_everything_themselves() -> None:
    for marker, last in (("run", "heatsim run load_swing"), ("tests", "pytest")):
        command = re.search(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", README, flags=re.DOTALL)
        assert command is not None
        assert "\n" not in command.group(1)
        assert command.group(1).startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert last in command.group(1)


def test_every_file_the_readme_names_is_there() -> None:
    for target in re.findall(r"\]\(((?!http|#)[^)#]+)[^)]*\)", README):
        assert (ROOT / target).is_file(), target


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert "mypy" in script
    extracted = subprocess.run(
        ["sh", "-c", script[script.index("$(sed") + 2 : script.index("'/^```/d')") + len("'/^```/d'")]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert extracted.stdout.strip().endswith("-m pytest -n auto --dist loadgroup")
