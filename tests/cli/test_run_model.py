"""`heatsim run CLASS`: a class runs as its annotation says; what is wrong is said in one line."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import xarray as xr

from heatsim.cli import main

SOURCE = """package Mine "My models"
  model Tank "Two tanks cool down"
    parameter Real k(unit="1/s") = 1e-3 "Rate";
    parameter Real T_start(unit="K") = 350 "Initial temperature";
    parameter Integer n = 2 "Tanks";
    input Real T_room(unit="K", start=290) "Room";
    output Real T[n](each unit="K", each start=T_start, each fixed=true) "Water, per tank";
    output Real Q_flow(unit="W") = 1e6*k*sum(T .- T_room) "Heat lost";
    output Real U(unit="J") = 1e6*sum(T);
    output Real E_in_room(unit="J", start=0, fixed=true);
  equation
    for i in 1:n loop
      der(T[i]) = k*(T_room - T[i]);
    end for;
    der(E_in_room) = -Q_flow;
    annotation (experiment(StopTime=1000, Interval=10, Tolerance=1e-6));
  end Tank;
  model Leaky "Loses energy"
    extends Tank(U=1.01e6*sum(T));
    annotation (experiment(StopTime=1000));
  end Leaky;
  model Endless "Does not say for how long"
    Real x(start=1, fixed=true) "Something";
  equation
    der(x) = -x;
  end Endless;
  partial model Base Real x; end Base;
end Mine;
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("mine") / "Mine.mo"
    file.write_text(SOURCE)
    return file


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    monkeypatch.setenv("HEATSIM_CACHE", str(library.parent / "cache"))
    monkeypatch.setenv("COLUMNS", "120")


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    try:
        code = main(["run", *map(str, arguments)])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_class_runs_as_its_annotation_says(capsys: pytest.CaptureFixture[str], library: Path, tmp_path: Path) -> None:
    code, text, errors = called(capsys, "Tank", "--library", library, "--out", tmp_path, "--compiler", "embedded")
    assert (code, errors) == (0, "")
    assert "Mine.Tank has inputs, which stay at T_room = 290" in text
    assert {file.name for file in tmp_path.iterdir()} == {"Tank.nc", "Tank.png"}
    with xr.open_dataset(tmp_path / "Tank.nc") as ds:
        assert (ds.attrs["status"], ds.attrs["study"]) == ("ok", "Mine.Tank")
        assert ds["time"].values == pytest.approx(np.arange(0.0, 1001.0, 10.0))
        assert float(ds["T"][-1, 0]) == pytest.approx(290 + 60 * np.exp(-1), abs=1e-3)
    row = next(line.split() for line in text.splitlines() if line.startswith("T "))
    assert row[:8] == ["T", "°C", "38.92", "76.85", "38.92", "Water,", "per", "tank"]
    assert "energy balance: off by" in text
    assert "E_in_room" not in text
    assert matplotlib.image.imread(tmp_path / "Tank.png").std() > 0.05


def test_settings_reach_parameters_inputs_and_structure(
    capsys: pytest.CaptureFixture[str], library: Path, tmp_path: Path
) -> None:
    settings = ("k=2e-3", "T_start=80degC", "T_room=20degC", "n=3")
    options = [item for text in settings for item in ("--set", text)]
    code, text, _ = called(
        capsys,
        "Mine.Tank",
        "--library",
        library,
        "--out",
        tmp_path,
        "--stop",
        "10min",
        "--output-step",
        "1min",
        *options,
    )
    assert code == 0
    assert "building again with n" in text
    with xr.open_dataset(tmp_path / "Tank.nc") as ds:
        assert ds["T"].shape == (11, 3)
        assert float(ds["T"][-1, 2]) == pytest.approx(293.15 + 60 * np.exp(-1.2), abs=1e-3)


def test_a_model_that_loses_energy_leaves_1_and_no_result_that_looks_complete(
    capsys: pytest.CaptureFixture[str], library: Path, tmp_path: Path
) -> None:
    (tmp_path / "Leaky.png").write_bytes(b"an earlier run")
    code, text, errors = called(capsys, "Leaky", "--library", library, "--out", tmp_path)
    assert code == 1
    assert "failed: Mine.Leaky: its energy balance is off by" in errors
    assert {file.name for file in tmp_path.iterdir()} == {"Leaky.failed.nc", "previous"}
    assert "off by" in text


def test_states_stand_in_for_outputs_and_stop_may_be_given(
    capsys: pytest.CaptureFixture[str], library: Path, tmp_path: Path
) -> None:
    code, _, errors = called(capsys, "Endless", "--library", library, "--out", tmp_path)
    assert (code, errors.count("\n")) == (2, 1)
    assert "Mine.Endless does not say how long to run (annotation experiment, StopTime); give --stop" in errors
    assert not list(tmp_path.iterdir())
    code, text, _ = called(capsys, "Endless", "--library", library, "--out", tmp_path, "--stop", "1s")
    assert code == 0
    assert "36.79" in text
    with xr.open_dataset(tmp_path / "Endless.nc") as ds:
        assert ds["time"].size == 501


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("HeatReuse.Examples.ChipLossOfFlwo",), "did you mean 'HeatReuse.Examples.ChipLossOfFlow'"),
        (("ChipLossOfFlwo",), "there is no study or class 'ChipLossOfFlwo' (did you mean 'ChipLossOfFlow'?)"),
        (("load_swign",), "there is no study 'load_swign' (did you mean 'load_swing'?)"),
        (("HeatReuse.Interfaces.TwoPort",), "HeatReuse.Interfaces.TwoPort is a partial model"),
        (("HeatReuse.Plants.PeakPlant", "--trip", "1h/1h"), "--trip belongs to the study load_swing"),
        (("HeatReuse.Plants.PeakPlant", "--preset", "odense"), "--preset belongs to the studies load_swing, "),
        (("HeatReuse.Plants.PeakPlant", "--stop=-1h"), "stop = -3600 s must come after start = 0 s"),
        (("HeatReuse.Plants.PeakPlant", "--set", "V"), "--set V: write NAME=VALUE"),
    ],
)
def test_a_wrong_call_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, _, errors = called(capsys, *arguments, "--out", tmp_path / "out")
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_wrong_setting_is_one_line(capsys: pytest.CaptureFixture[str], library: Path, tmp_path: Path) -> None:
    for text, message in (
        ("T_start=5MW", "--set T_start=5MW: '5MW' cannot be expressed in 'K'"),
        ("kk=3", "--set: the model has no parameter 'kk' (did you mean 'k'?); heatsim info Mine.Tank"),
        ("T_star=300", "did you mean 'T_start'"),
    ):
        code, _, errors = called(capsys, "Tank", "--library", library, "--out", tmp_path, "--set", text)
        assert code != 0
        assert message in errors
        assert errors.count("\n") == 1


def test_help_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = called(capsys, "--help")
    assert code == 0
    assert "%%" not in text
    assert "STUDY|CLASS" in text
    assert max(map(len, text.splitlines())) <= 120
