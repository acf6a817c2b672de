"""Table of what a tank earned in a year: what is compared, and what is read instead of run again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from heatsim.errors import UsageError
from heatsim.study import annual
from heatsim.study.annual import Annual
from studies import annual_policies


def year(cost: float, stored: float, delivered: float = 1000.0) -> dict:
    names = ("seasonal_cop", "energy_reuse_factor", "peak_heat", "co2_total")
    figures = dict.fromkeys(names, 1.0) | {"unmet_daily": 0.5, "heat_demand": delivered}
    figures |= {"cost_total": cost, "stored_heat_change": stored, "heat_delivered": delivered}
    figures |= {"cost_electricity": 0.4 * cost, "cost_gas": 0.6 * cost}
    figures |= {"heat_pump_starts[1]": 3.0, "heat_pump_starts[2]": 4.0}
    return {"year": figures, "status": "ok"}


def test_heat_left_in_the_tank_counts_at_the_cost_of_heat_without_a_tank() -> None:
    found = {"no_tank": year(20e3, 0.0), "rule": year(17e3, 50.0), "empties": year(17e3, -50.0)}
    rows = {row["policy"]: row for row in annual_policies.compare(found)}
    # 20 EUR/MWh without a tank: 50 MWh more in the tank are worth 1000 EUR
    assert rows["rule"]["cost"] == pytest.approx(16.0)
    assert rows["rule"]["earned"] == pytest.approx(4.0)
    assert rows["rule"]["share"] == pytest.approx(20.0)
    assert rows["empties"]["earned"] == pytest.approx(2.0)
    assert rows["no_tank"]["earned"] == 0.0
    assert (rows["rule"]["starts"], rows["rule"]["unmet"]) == (7.0, pytest.approx(0.05))


def test_a_year_that_costs_next_to_nothing_has_no_share_of_it_and_no_stock_of_negative_worth() -> None:
    base = year(100.0, 0.0)
    base["year"] |= {"cost_electricity": -50e3, "cost_gas": 50.1e3}
    rows = {row["policy"]: row for row in annual_policies.compare({"no_tank": base, "rule": year(-900.0, 0.0)})}
    assert rows["rule"]["earned"] == pytest.approx(1.0)
    assert rows["rule"]["share"] is None  # not 1000 %
    found = {"no_tank": year(-20e3, 0.0), "rule": year(-20e3, 50.0)}
    assert annual_policies.compare(found)[1]["earned"] == pytest.approx(0.0)
    assert annual_policies.compare({"no_tank": year(1.0, 0.0, delivered=0.0)})[0]["cost"] == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--policies", "no_tnk"], 2, "no policy 'no_tnk' (did you mean 'no_tank'?)"),
        (["--policies", ","], 2, "name at least one policy"),
        (["--jobs", "0"], 2, "--jobs 0: give the number of processes"),
        ([], 1, "rule: failed: unmet demand is 2 %"),
    ],
)
def test_wrong_calls_and_years_that_failed_have_their_exit_code(
    options: list[str], code: int, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"no_tank": year(1.0, 0.0), "rule": year(1.0, 0.0) | {"status": "failed: unmet demand is 2 %"}}
    monkeypatch.setattr(annual_policies, "_all", lambda *_: found)
    monkeypatch.setattr("sys.argv", ["annual_policies.py", *options])
    with pytest.raises(SystemExit) as stopped:
        annual_policies.main()
    assert stopped.value.code == code
    assert message in capsys.readouterr().err


def test_without_a_plant_without_a_tank_nothing_is_said_of_earnings(capsys: pytest.CaptureFixture[str]) -> None:
    rows = annual_policies.compare({"rule": year(17e3, 50.0)})
    assert "earned" not in rows[0]
    annual_policies.show(rows)
    text = capsys.readouterr().out
    assert "17.0" in text
    assert "–" in text


def test_a_year_that_is_there_is_read_unless_it_was_run_with_other_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = Annual(policy="recover_all", settings={"storage.V": "500"})
    (tmp_path / "annual.failed.json").write_text(
        json.dumps({"options": dataclasses.asdict(options), **year(1.0, 0.0), "status": "failed: unmet"})
    )
    monkeypatch.setattr(annual, "run", lambda *_: pytest.fail("it was run again"))
    assert annual_policies.run(options, tmp_path)["status"] == "failed: unmet"
    with pytest.raises(UsageError, match="was run with another 'horizon'"):
        annual_policies.run(dataclasses.replace(options, horizon=3 * 86400.0), tmp_path)
