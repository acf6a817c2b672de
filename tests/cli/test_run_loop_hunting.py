"""`heatsim run loop_hunting`: wrong calls say one line and leave 2, a cure that fails leaves 1 and says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr
from tuning_rigs import foptd_rig

import heatsim as hs
from heatsim.analysis.hunting import Cause
from heatsim.cli import main, run_loop_hunting
from heatsim.control import PID
from heatsim.scenarios.hunting import SCENARIOS, Scenario
from heatsim.study import loop_hunting
from heatsim.system.loops import CONTROLLER
from heatsim.tuning import FOPTD, Settings

RUN = ["run", "loop_hunting"]
PICTURES = {"overview.png", "loops.png", "margins.png"}


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main([*arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_command_line_knows_the_scenarios_that_there_are() -> None:
    assert tuple(SCENARIOS) == run_loop_hunting.NAMES


def test_the_help_tells_the_defaults_of_the_study(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = called(capsys, *RUN, "--help")
    assert code == 0
    low, high, number = loop_hunting.LEVELS[0], loop_hunting.LEVELS[-1], len(loop_hunting.LEVELS)
    assert f"(default: {low:g}:{high:g}:{number})" in " ".join(text.split())
    low, high, number = loop_hunting.GAINS[0], loop_hunting.GAINS[-1], len(loop_hunting.GAINS)
    assert f"(default: {low:g}:{high:g}:{number})" in " ".join(text.split())
    for name in SCENARIOS:
        assert name in text


WRONG_CALLS = {
    "unknown scenario": (["--scenario", "stictoin"], "no scenario 'stictoin' (did you mean 'stiction'?)"),
    "levels without number": (["--levels", "0.5:1"], "--levels 0.5:1: write LOW:HIGH:N, such as 0.25:1:6"),
    "levels that are text": (["--levels", "all"], "--levels all: write LOW:HIGH:N"),
    "levels that fall": (["--levels", "1:0.5:3"], "--levels 1:0.5:3: needs 0 < LOW < HIGH"),
    "no load": (["--levels", "0:1:3"], "--levels 0:1:3: needs 0 < LOW < HIGH"),
    "one gain": (["--gains", "0.5:2:1"], "--gains 0.5:2:1: needs 0 < LOW < HIGH and 2 to 100 values"),
    "gain that is not a number": (["--gains", "0.5:nan:3"], "--gains 0.5:nan:3: needs 0 < LOW < HIGH"),
    "no processes": (["--jobs", "0"], "--jobs 0: give the number of processes, 1 or more"),
    "processes that are text": (["--jobs", "two"], "argument --jobs: invalid int value: 'two'"),
    "option of another study": (["--demand", "x.csv"], "--demand belongs to the studies load_swing, "),
    "end of the run": (["--stop", "3h"], "--stop belongs to the studies load_swing, "),
    "setting without value": (["--set", "hall"], "--set hall: write UNIT.NAME=VALUE"),
    "folder": (["--out", "/dev/null/x"], "--out /dev/null/x: the folder cannot be made"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_says_one_line_and_leaves_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, message = WRONG_CALLS[case]
    code, _, errors = called(capsys, *RUN, *arguments)
    assert code == 2
    assert errors.count("\n") == 1
    assert errors.startswith("heatsim: error: ")
    assert message in errors
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("tcs_temprature.k=3", "no unit 'tcs_temprature'"),
        ("tcs_temperature.kk=3", "no parameter, state or input 'kk' (did you mean 'k'?)"),
        ("network_supply.k=3bar", "'3bar' cannot be expressed in '1/K'"),
    ],
)
def test_a_wrong_setting_says_one_line_and_leaves_no_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, setting: str, message: str
) -> None:
    out = tmp_path / "out"
    code, _, errors = called(capsys, *RUN, "--scenario", "stiction", "--set", setting, "--out", str(out))
    assert code == 2
    assert errors.count("\n") == 1
    assert message in errors
    assert not out.exists()


def test_a_scenario_does_not_belong_to_another_study(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, errors = called(capsys, "run", "load_swing", "--scenario", "stiction")
    assert code == 2
    assert "--scenario belongs to the study loop_hunting" in errors


def rig(k: float) -> hs.Case:
    """The FOPTD process of the tuning tests, whose ultimate gain is 5.4, after a step of its load."""
    system, calm = (foptd_rig(PID(k=each, Ti=60.0), period=5.0) for each in (k, 0.5))
    load = hs.Signal.held([0.0, 100.0], [0.1, 0.2])
    return hs.Case(system, 2000.0, {"load": load}, output_step=5.0, twin=calm)


SMALL = Scenario(
    name="low_load",
    title="a rig",
    cause=Cause.TIGHT_TUNING,
    loop="pi",
    story="The gain is above the ultimate gain.",
    cure="A gain of 1.5.",
    hunting=lambda: rig(7.0),
    cured=lambda: rig(1.5),
    settle=500.0,
    over="load",
    full_load=0.2,
    flow="process.y",
)


class Small(Mapping[str, Scenario]):
    """The rig in the place of a scenario of the reference plant."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __getitem__(self, name: str) -> Scenario:
        return self.scenario

    def __iter__(self):
        return iter(["low_load"])

    def __len__(self) -> int:
        return 1


def use(monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> list[str]:
    """Put a scenario in the place of `low_load`; returns the arguments of a small run."""
    monkeypatch.setattr(loop_hunting, "SCENARIOS", Small(scenario))
    loop_hunting.scenario_case.cache_clear()
    return [*RUN, "--levels", "0.5:1:2", "--gains", "0.2:1:2", "--jobs", "1"]


@pytest.fixture(autouse=True)
def _forget_cases() -> object:
    yield
    loop_hunting.scenario_case.cache_clear()


def test_a_good_run_writes_everything_and_takes_away_what_an_earlier_one_left(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = use(monkeypatch, SMALL)
    (tmp_path / "overview.failed.png").write_bytes(b"an earlier run that failed")
    (tmp_path / "notes.txt").write_text("the user's")
    code, text, errors = called(capsys, *run, "--out", str(tmp_path))
    assert (code, errors) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {
        "notes.txt", "hunting.nc", "cured.nc", "map.nc", "loops.json", *PICTURES
    }  # fmt: skip
    for name in PICTURES:
        assert (tmp_path / name).stat().st_size > 20_000
    for shown in ("Which loop: pi: limit cycle", "tuned too tightly", "What to set: A gain of 1.5.", "4 of 4 cells"):
        assert shown in " ".join(text.split())
    record = json.loads((tmp_path / "loops.json").read_text(encoding="utf-8"))
    (row,) = record["loops"]
    assert row["before"]["verdict"] == "limit cycle"
    assert row["before"]["confirmed"] is True
    assert row["after"]["verdict"] == "calm"
    assert record["failure"] is None
    with xr.open_dataset(tmp_path / "map.nc") as cells:
        assert cells["verdict"].sel(gain=1.0).values.tolist() == ["limit cycle", "limit cycle"]
        assert cells["verdict"].sel(gain=0.2).values.tolist() == ["calm", "calm"]
        # its samples are held for 5 s, which acts like half of it as dead time
        expected = FOPTD(1.0, 60.0, 22.5).margins(Settings(7.0, 60.0)).gain_margin
        assert cells["predicted_critical_gain"].values == pytest.approx(expected, rel=0.05)


class Mute(PID):
    """A PID whose gain has another name: as with the supervisor, there is nothing to map and to tune."""

    loops = (replace(CONTROLLER, gain=None),)


def test_a_cure_that_fails_leaves_1_and_says_so_on_every_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mute(k: float) -> hs.Case:
        case = rig(k)
        return replace(case, system=case.system.copy().replace("pi", Mute(k=k, Ti=60.0)))

    run = use(monkeypatch, replace(SMALL, hunting=lambda: mute(7.0), cured=lambda: mute(6.5)))
    (tmp_path / "overview.png").write_bytes(b"an earlier run")
    code, text, errors = called(capsys, *run, "--out", str(tmp_path))
    assert code == 1
    assert errors.startswith("heatsim: failed: pi still hunts after the cure: limit cycle")
    assert errors.count("\n") == 1
    assert "note: no map: loop 'pi' has no gain" in text
    files = {path.name for path in tmp_path.iterdir()}
    names = {"hunting.failed.nc", "cured.failed.nc", "loops.failed.json", "overview.failed.png", "loops.failed.png"}
    assert files - {"margins.failed.png"} == names | {"previous"}
    assert (tmp_path / "previous" / "overview.png").read_bytes() == b"an earlier run"


def test_an_interrupted_run_leaves_130_and_keeps_the_earlier_one_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_args: object, **_keywords: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loop_hunting, "hunting", stopped)
    run = use(monkeypatch, SMALL)
    (tmp_path / "loops.json").write_text("{}")
    code, _, errors = called(capsys, *run, "--out", str(tmp_path))
    assert code == 130
    assert errors.splitlines()[-1] == "heatsim: interrupted"
    assert [path.name for path in tmp_path.iterdir()] == ["previous"]
