"""`heatsim run storage_dispatch`: a short run writes everything, a wrong call leaves 2 with one line, a failure 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr
from synthetic_dispatch import made_up_result

from heatsim.cli import main, run_storage_dispatch
from heatsim.errors import SimulationError
from heatsim.study import storage_dispatch
from heatsim.study.dispatch_runs import Job

pytestmark = pytest.mark.xdist_group("day")

RUN = ["run", "storage_dispatch"]
SHORT = [*RUN, "--stop", "5h", "--jobs", "1"]


@pytest.fixture(autouse=True)
def _no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSIM_DATA", raising=False)


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = main([*arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_help_tells_policies_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = called(capsys, *RUN, "--help")
    said = " ".join(text.split())
    assert code == 0
    for name in run_storage_dispatch.POLICIES:
        assert name in said
    assert f"receding_horizon {run_storage_dispatch.DEFAULTS['replan']}" in said
    for name in ("horizon", "start_cost", "calibrations"):
        assert f"(default: {run_storage_dispatch.DEFAULTS[name]})" in said


@pytest.mark.slow
def test_a_day_is_planned_and_proven(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    chosen = ["--stop", "24h", "--policies", "no_tank,perfect_foresight", "--set", "storage.V=500", "--out", str(out)]
    code, text, errors = called(capsys, *RUN, "--jobs", "2", *chosen)
    assert "built-in series for demand" in text
    assert "built-in daily pattern" in text
    assert "calibration: plan with perfect foresight" in text
    assert "3 of 3 runs of the plant" in text
    assert "the tank of 500 m³" in text
    assert (code, errors) == (0, "")
    found = json.loads((out / "storage_dispatch.json").read_text())
    assert found["plant"]["tank"]["volume"] == 500.0
    for name in ("no_tank", "perfect_foresight"):
        assert found["policies"][name]["energy_residual"]["value"] < 1e-3
        assert found["policies"][name]["figures"]["chip_violation"] == {"value": 0.0, "unit": "K.h"}
    with xr.open_dataset(out / "schedules.nc") as ds:
        assert ds.sizes["time"] == 24
        planned, realised = (ds.sel(policy="perfect_foresight", kind=kind) for kind in ("planned", "realised"))
        # The plant gives the heat of the plan, and its tank goes where the plan says.
        heat = [float(one["Q_flow_heat_pump"].mean()) for one in (planned, realised)]
        assert heat[1] == pytest.approx(heat[0], rel=0.05)
        assert float(abs(realised["state_of_charge"] - planned["state_of_charge"]).max()) < 0.1
    with xr.open_dataset(out / "run_no_tank.nc") as ds:
        assert ds["time"].values[[0, 1, -1]].tolist() == [0.0, 300.0, 86400.0]
        assert ds.attrs["policy"] == "no_tank"


def test_a_policy_whose_run_fails_leaves_1_and_the_others_are_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = made_up_result(5, policies=("no_tank", "follow_demand"))

    def run_policy(job: Job) -> object:
        if job.policy == "follow_demand":
            raise SimulationError("the integrator stopped at t = 3600 s")
        return made_up.runs[job.policy]

    monkeypatch.setattr(storage_dispatch, "run_policy", run_policy)
    monkeypatch.setattr(storage_dispatch, "plant_of", lambda system, **_: made_up.plant)
    monkeypatch.setattr(storage_dispatch, "dynamic_plant", lambda *_: None)
    chosen = ["--policies", "no_tank,follow_demand", "--calibrations", "0", "--out", str(tmp_path)]
    code, text, errors = called(capsys, *SHORT, *chosen)
    assert code == 1
    assert errors == "heatsim: failed: follow_demand: the integrator stopped at t = 3600 s\n"
    assert "follow_demand: failed" in text
    names = {path.name for path in tmp_path.iterdir()}
    assert {"run_no_tank.failed.nc", "storage_dispatch.failed.json", "overview.failed.png"} <= names
    assert not any("follow_demand" in name for name in names)


WRONG_CALLS = {
    "unknown policy": (
        ["--policies", "no_tank,price_treshold"],
        "no policy 'price_treshold' (did you mean 'price_threshold'?)",
    ),
    "policy twice": (["--policies", "no_tank,no_tank"], "name at least one policy, each once"),
    "no policy": (["--policies", ","], "name at least one policy"),
    "no whole hours": (["--stop", "90min"], "stop is 1.5 h; plans have intervals of one hour"),
    "horizon": (["--horizon", "1h", "--replan", "3h"], "horizon is 1 h, less than the 3 h between plans"),
    "negative charge": (["--grid-charge=-5EUR/MWh"], "--grid-charge -5EUR/MWh: give a price of 0 or more"),
    "charge without unit": (
        ["--grid-charge", "60"],
        "--grid-charge 60: give the price with its unit, such as 60EUR/MWh",
    ),
    "unit of a price": (["--co2-price", "25EUR/MWh"], "--co2-price: '25EUR/MWh' cannot be expressed in 'EUR/kg'"),
    "unit of a start": (["--start-cost", "20MW"], "--start-cost: '20MW' cannot be expressed in 'EUR'"),
    "negative calibrations": (["--calibrations", "-1"], "calibrations is -1; give 0 or more"),
    "no processes": (["--jobs", "0"], "--jobs 0: give the number of processes, 1 or more"),
    "date": (["--start", "2020-13-01"], "--start 2020-13-01: write a date"),
    "folder of data": (["--data", "none"], "--data none: none of district_2020.csv"),
    "missing file": (["--price", "none.csv"], "none.csv: no such file"),
    "peak without unit": (["--demand-peak", "14"], "give the peak with its unit, such as 14MW"),
    "option of another study": (["--trip", "3h/1h"], "--trip belongs to the study load_swing"),
    "folder": (["--out", "/dev/null/x"], "--out /dev/null/x: the folder cannot be made"),
    "setting": (["--set", "storag.V=3"], "no unit 'storag'"),
    "tank of nothing": (["--set", "storage.V=0"], "storage.V is 0 m3; give a tank with a volume"),
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


def test_its_options_do_not_belong_to_another_study(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, errors = called(capsys, "run", "load_swing", "--policies", "no_tank")
    assert code == 2
    assert "--policies belongs to the study storage_dispatch; the study load_swing does not take it" in errors
