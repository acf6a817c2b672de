"""The dispatch study: what it refuses, its verdict, its files; a short run on the plant is in tests/cli."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from synthetic_dispatch import made_up_result

from heatsim.cli import run_storage_dispatch
from heatsim.dispatch.gap import gap, turnover
from heatsim.dispatch.schedule import total_cost
from heatsim.errors import UsageError
from heatsim.plot.style import new_figure
from heatsim.study import dispatch_files, dispatch_page, storage_dispatch
from heatsim.study.dispatch_runs import thinned
from heatsim.study.storage_dispatch import DispatchResult, StorageDispatch


@pytest.fixture(scope="module")
def result() -> DispatchResult:
    """A made-up result of two days."""
    return made_up_result()


@pytest.fixture
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a single small figure: the others are tested in tests/plot."""
    monkeypatch.setattr(dispatch_page, "figures", lambda result: {"overview": new_figure(2.0, 1.0)})


def changed(result: DispatchResult, **changes: Any) -> DispatchResult:
    """Return the result with fields of the run of perfect foresight changed."""
    run = replace(result.runs["perfect_foresight"], **changes)
    return replace(result, runs={**result.runs, "perfect_foresight": run})


def test_the_command_line_knows_the_policies_that_there_are() -> None:
    assert tuple(storage_dispatch.POLICIES) == run_storage_dispatch.POLICIES


def test_the_defaults_of_the_command_line_are_those_of_the_study() -> None:
    defaults, study = run_storage_dispatch.DEFAULTS, StorageDispatch()
    assert defaults["start"] == study.start
    assert (defaults["stop"], study.stop) == ("7d", 7 * 86400.0)
    assert (defaults["replan"], defaults["horizon"], study.replan, study.horizon) == ("1h", "48h", 3600.0, 172800.0)
    assert (defaults["start_cost"], study.start_cost) == ("20EUR", 20.0)
    assert (defaults["output_step"], study.output_step) == ("5min", 300.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"policies": ("price_treshold",)}, r"no policy 'price_treshold' \(did you mean 'price_threshold'\?\)"),
        ({"policies": ()}, "name at least one, each once"),
        ({"policies": ("no_tank", "no_tank")}, "name at least one, each once"),
        ({"stop": 5000.0}, r"stop is 1\.38889 h; plans have intervals of one hour"),
        ({"replan": 1800.0}, r"replan is 0\.5 h"),
        ({"horizon": 3600.0, "replan": 7200.0}, "horizon is 1 h, less than the 2 h between plans"),
        ({"calibrations": -1}, "calibrations is -1"),
        ({"stop": 3600.0}, "stop is 1 h; a calibration needs a run of 2 h or more"),
        ({"output_step": 7200.0}, "output_step is 7200 s; give 20 min or less"),
    ],
)
def test_options_that_cannot_be_run_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        storage_dispatch.check(StorageDispatch(**options))


def test_a_good_result_passes(result: DispatchResult) -> None:
    assert storage_dispatch.failure(result) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"energy_residual": 2e-3}, "perfect_foresight: 2.0e-03 of the exchanged energy is missing"),
        ({"energy_residual": float("nan")}, "perfect_foresight: nan of the exchanged energy is missing"),
        ({"unmet": 0.002}, "0.20 % of the demand is not met within a day (limit 0.1 %)"),
        ({"figures": {"chip_violation": (0.3, "K.h")}}, "chip_violation is 0.3 K.h"),
        ({"figures": {"tcs_supply_violation": (None, "K.h")}}, "tcs_supply_violation is not known"),
        ({"failures": {7200.0: "no plan: infeasible"}}, "1 of its plans failed: no plan: infeasible"),
    ],
)
def test_what_does_not_hold_is_named(result: DispatchResult, changes: dict[str, Any], message: str) -> None:
    if "figures" in changes:
        changes = {"figures": {**result.runs["perfect_foresight"].figures, **changes["figures"]}}
    found = storage_dispatch.failure(changed(result, **changes))
    assert found is not None
    assert message in found


def test_a_short_run_that_lacks_heat_says_that_it_is_short(result: DispatchResult) -> None:
    short = replace(result, options=replace(result.options, stop=3 * 3600.0))
    assert "the run ends before that" in str(storage_dispatch.failure(changed(short, unmet=0.002)))
    assert "the run ends before that" not in str(storage_dispatch.failure(changed(result, unmet=0.002)))


def test_a_plant_that_costs_more_than_the_plan_fails(result: DispatchResult) -> None:
    one = result.runs["perfect_foresight"]
    for share, fails in ((0.02, False), (0.05, True), (-0.05, True)):
        realised = one.realised.copy(deep=True)
        cost = result.gaps["perfect_foresight"]["cost_compared"].planned
        assert cost is not None
        realised["cost_electricity"][0] += share * abs(cost)
        apart = gap(one.planned, realised, plant=one.plant, forecasts=result.forecasts)
        other = replace(result, gaps={**result.gaps, "perfect_foresight": apart})
        assert storage_dispatch.plan_gap(other) == pytest.approx(share)
        assert (storage_dispatch.failure(other) is not None) == fails


def test_a_week_that_costs_next_to_nothing_has_no_percentages_of_it(result: DispatchResult) -> None:
    """Negative prices pay for the dear hours: shares of a few euros say nothing, and the plant is still judged."""

    def free(schedule: xr.Dataset, cost: float) -> xr.Dataset:
        other = schedule.copy(deep=True)
        other["cost_electricity"][0] += cost - total_cost(schedule)
        return other

    for apart, fails in ((0.1, False), (3.0, True)):  # % of the turnover
        runs = {}
        for name, one in result.runs.items():
            size = turnover(free(one.planned, 0.0))
            cost = 1.0 if name == "perfect_foresight" else 2.0
            planned = free(one.planned.assign(state_of_charge=0.5 + 0.0 * one.planned["state_of_charge"]), cost)
            runs[name] = replace(one, planned=planned, realised=free(planned, cost + apart / 100.0 * size))
        gaps = {n: gap(r.planned, r.realised, plant=r.plant, forecasts=result.forecasts) for n, r in runs.items()}
        other = replace(result, runs=runs, gaps=gaps)
        rows = {row[0]: row for row in dispatch_page.table_rows(other)}
        assert rows["perfect foresight"][3] == "–"
        assert rows["perfect foresight"][5] == "–"
        said = dispatch_page.answers(other)
        assert "% of that cost" not in said["What it earned"]
        assert "How close" not in said
        found = storage_dispatch.failure(other)
        assert (found is not None and "against the plan" in found) == fails, found


def test_a_policy_whose_run_failed_is_in_verdict_page_and_json(result: DispatchResult) -> None:
    other = replace(result, errors={"time_of_day": "integrator stopped at t = 3600 s"})
    other = replace(other, failure=storage_dispatch.failure(other))
    assert other.failure == "time_of_day: integrator stopped at t = 3600 s"
    assert dispatch_page.table_rows(other)[-1][:2] == ("time of day", "run failed")
    assert dispatch_files.record(other)["errors"] == {"time_of_day": "integrator stopped at t = 3600 s"}


def test_what_the_tank_earns_is_the_difference_to_no_tank_with_its_heat_valued(result: DispatchResult) -> None:
    costs = {name: table["cost_compared"].realised for name, table in result.gaps.items()}
    assert result.earned("perfect_foresight") == pytest.approx(costs["no_tank"] - costs["perfect_foresight"])
    assert result.earned("no_tank") == 0.0
    assert result.earned("time_of_day") is None
    alone = made_up_result(6, policies=("perfect_foresight",))
    assert alone.earned("perfect_foresight") is None
    assert "What it earned" not in dispatch_page.answers(alone)


def test_the_answers_tell_what_was_found(result: DispatchResult) -> None:
    said = dispatch_page.answers(result)
    gain = f"{result.earned('perfect_foresight'):,.0f} EUR".replace(",", " ")
    assert f"{gain} with perfect foresight" in said["What it earned"]
    assert "2 000 m³" in said["What it earned"]
    assert "(+0.0 %)" in said["Plan and plant"]
    assert "no limit was violated" in said["Safe"]
    figures = {**result.runs["no_tank"].figures, "network_supply_violation": (0.2, "K.h")}
    cold = replace(result, runs={**result.runs, "no_tank": replace(result.runs["no_tank"], figures=figures)})
    assert "limits violated: no tank" in dispatch_page.answers(cold)["Safe"]


@pytest.mark.usefixtures("one_figure")
def test_files_hold_schedules_runs_and_tables_with_units(result: DispatchResult, tmp_path: Path) -> None:
    (tmp_path / "overview.failed.png").write_bytes(b"of an earlier study that failed")
    files = storage_dispatch.write(result, tmp_path)
    names = {path.name for path in files}
    assert names == {path.name for path in tmp_path.iterdir()}
    assert names <= set(storage_dispatch.FILES)
    assert {"storage_dispatch.json", "schedules.nc", "run_no_tank.nc", "overview.png"} <= names
    with xr.open_dataset(tmp_path / "schedules.nc") as ds:
        assert ds["Q_flow_heat_pump"].dims == ("policy", "kind", "time")
        assert ds["policy"].values.tolist() == ["no_tank", "perfect_foresight"]
        assert ds["kind"].values.tolist() == ["planned", "realised"]
        assert all("units" in ds[name].attrs and "long_name" in ds[name].attrs for name in ds.data_vars)
        planned = ds.sel(policy="perfect_foresight", kind="planned")
        np.testing.assert_allclose(
            planned["Q_flow_heat_pump"], result.runs["perfect_foresight"].planned["Q_flow_heat_pump"]
        )
        assert ds.attrs["status"] == "ok"
    found = json.loads((tmp_path / "storage_dispatch.json").read_text())
    table = found["policies"]["perfect_foresight"]
    assert table["planned_and_realised"]["cost_compared"]["unit"] == "EUR"
    assert table["earned"]["realised"] == pytest.approx(result.earned("perfect_foresight"))
    assert found["failure"] is None
    assert found["options"]["stop"] == 172800.0


@pytest.mark.usefixtures("one_figure")
def test_files_of_a_failed_study_say_so_and_earlier_ones_are_set_aside(result: DispatchResult, tmp_path: Path) -> None:
    for name in ("storage_dispatch.json", "overview.png", "mine.txt"):
        (tmp_path / name).write_text("earlier")
    files = storage_dispatch.write(replace(result, failure="no_tank: chip_violation is 2 K.h"), tmp_path)
    assert all(".failed." in path.name for path in files)
    assert sorted(path.name for path in (tmp_path / "previous").iterdir()) == ["overview.png", "storage_dispatch.json"]
    assert (tmp_path / "mine.txt").read_text() == "earlier"
    with xr.open_dataset(tmp_path / "run_no_tank.failed.nc") as ds:
        assert ds.attrs["status"] == "failed: no_tank: chip_violation is 2 K.h"


def test_thinning_keeps_first_last_and_multiples_of_the_step() -> None:
    ds = xr.Dataset({"x": ("time", np.arange(8.0))}, coords={"time": 60.0 * np.array([0, 1, 2, 3, 4, 5, 10, 11])})
    np.testing.assert_allclose(thinned(ds, 300.0)["time"], 60.0 * np.array([0, 5, 10, 11]))


def test_the_tables_fit_a_terminal_of_80_columns(
    result: DispatchResult, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    storage_dispatch.show(result)
    text = capsys.readouterr().out
    assert "…" not in text
    assert "perfect foresight" in text
    assert max(map(len, text.splitlines())) <= 80
