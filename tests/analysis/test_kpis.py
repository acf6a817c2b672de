"""Key figures of a run whose every number is known by hand, and of a made-up run of the whole plant."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from rich.console import Console
from synthetic_plant import synthetic_run

from heatsim.analysis import audit, kpis, print_kpis, to_json
from heatsim.analysis.kpis import shown
from heatsim.errors import UsageError

MWH = 3.6e9


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    """Ten hours of constant flows: 10 MW of IT, 8 MW recovered, 2.4 MW rejected, heat pumps with a COP of 3."""
    hours = np.arange(11.0)
    ds = xr.Dataset(coords={"time": hours * 3600.0})

    def meter(name: str, megawatt: float) -> None:
        ds[name] = ("time", megawatt * 1e6 * 3600.0 * hours)

    def put(name: str, values: object, **attrs: str) -> None:
        ds[name] = ("time", np.broadcast_to(np.asarray(values, dtype=float), hours.shape).copy(), attrs)

    meter("hall.E_in_IT", 10.0)
    meter("hall.E_in_recovery", -8.0)
    meter("hall.E_in_outdoor", -2.4)
    put("hall.P_auxiliary", 0.5e6)
    put("P_IT", np.where(hours == 4, 10.6e6, 10e6))
    put("hall.P_IT_drawn", 10e6)
    meter("heat_pump.E_in_source", 8.0)
    meter("heat_pump.E_in_sink", -12.0)
    put("heat_pump.P_el", 4e6)
    put("heat_pump.P_pumps", 0.1e6)
    on = np.array([0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1.0])
    ds["heat_pump.capacity_actual"] = (("time", "heat_pump.machine"), np.stack([np.ones(11), on], axis=1))
    put("storage.state_of_charge", [0.2, 0.4, 0.6, 0.8, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.5])
    meter("storage.E_in_ambient", -0.01)
    put("storage.U", 1e12 + hours * 1e9)
    meter("grid.E_in_supply", 14.0)
    meter("grid.E_in_consumers", -13.0)
    meter("grid.E_in_ground", -1.0)
    meter("grid.E_demand", 13.2)
    put("grid.Q_flow_unmet", 0.2e6)
    put("grid.P_pump", 0.05e6)
    meter("peak.E_in_water", -1.9)
    meter("peak.E_in_burner", 2.0)
    meter("peak.E_fuel", 2.5)
    put("price_electricity", np.where(hours < 5, 100.0, 200.0) / MWH)
    put("price_gas", 40.0 / MWH)
    put("hall.T_chip", 273.15 + np.where(hours == 3, 87.0, 83.0))
    put("hall.T_tcs_supply", 273.15 + 34.0)
    put("hall.T_tcs_return", 273.15 + 44.0)
    put("hall.m_flow_tcs", 200.0)
    put("hall.T_fws_supply", 273.15 + np.where(hours % 2 == 0, 30.0, 31.0))
    put("hall.T_air", 273.15 + 25.0)
    put("peak.T_out", 273.15 + 69.0)
    put("valve.y", [0.0, 0.5, 0.2, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6], units="1")
    put("setpoint.y", 350.0, units="K")
    put("supervisor.mode", [0, 0, 0, 1, 1, 2, 2, 2, 2, 0, 0], long_name="Operating mode: 0 recovery, 1 charging, 2 off")
    return ds


WITHOUT_BALANCE = ["data_center", "heat_pump", "storage", "network", "peak", "cost", "co2", "temperatures", "actuators"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("it_energy", 100.0),
        ("it_throttled", 0.6),
        ("recovered_heat", 80.0),
        ("rejected_heat", 24.0),
        ("hall_auxiliary_electricity", 5.0),
        ("energy_reuse_factor", 80.0 / 105.0),
        ("pue_partial", 1.05),
        ("heat_pump_heat", 120.0),
        ("heat_pump_electricity", 40.0),
        ("seasonal_cop", 3.0),
        ("seasonal_cop_with_pumps", 120.0 / 41.0),
        ("heat_pump_starts[1]", 0.0),
        ("heat_pump_hours[1]", 10.0),
        ("heat_pump_starts[2]", 2.0),
        ("heat_pump_hours[2]", 6.0),
        ("state_of_charge_start", 0.2),
        ("state_of_charge_end", 0.5),
        ("state_of_charge_max", 0.8),
        ("storage_cycles", 0.45),
        ("storage_loss", 0.1),
        ("stored_heat_change", 10.0 / 3.6),
        ("heat_supplied", 140.0),
        ("heat_delivered", 130.0),
        ("heat_demand", 132.0),
        ("unmet_demand", 2.0),
        ("unmet_share", 2.0 / 132.0),
        ("network_loss", 10.0),
        ("network_loss_share", 10.0 / 140.0),
        ("network_pump_electricity", 0.5),
        ("peak_heat", 20.0),
        ("peak_fuel", 25.0),
        ("peak_share", 20.0 / 140.0),
        ("heat_supply_electricity", 41.5),
        ("cost_electricity", 4.15 * 5 * 100.0 + 4.15 * 5 * 200.0),
        ("cost_gas", 1000.0),
        ("cost_total", 7225.0),
        ("cost_compared", 7225.0 * (1.0 - (10e9 / MWH) / 140.0)),
        ("cost_per_heat", 7225.0 / 130.0),
        ("co2_electricity", 41.5 * 0.366),
        ("co2_gas", 25.0 * 0.202),
        ("co2_total", 41.5 * 0.366 + 25.0 * 0.202),
        ("co2_per_heat", (41.5 * 366.0 + 25.0 * 202.0) / 130.0),
        # Two triangles: from 83 up to 87 and back within an hour each, above 85 for half of it with height 2.
        ("chip_violation", 2 * 0.5 * 0.5 * 2.0),
        ("chip_max", 87.0),
        ("tcs_supply_violation", 0.0),
        ("network_supply_violation", 10.0),
        ("network_supply_min", 69.0),
        ("cdu_approach_mean", 3.5),
        ("cdu_approach_min", 3.0),
        ("cdu_approach_max", 4.0),
        ("travel:valve", 1.2),
        ("reversals:valve", 2.0),
    ],
)
def test_figure_is_what_the_hand_says(plain: xr.Dataset, name: str, value: float) -> None:
    assert kpis(plain, groups=WITHOUT_BALANCE)[name] == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_modes_are_named_from_the_description_or_the_flags(plain: xr.Dataset) -> None:
    table = kpis(plain, groups=["modes"])
    assert table["mode_changes"] == 3
    assert [table[f"hours:{name}"] for name in ("recovery", "charging", "off")] == [4.0, 2.0, 4.0]
    flagged = plain.copy()
    flagged["supervisor.mode"].attrs = {"flag_values": [0, 1, 2], "flag_meanings": "a b c"}
    assert kpis(flagged, groups=["modes"])["hours:c"] == 4.0


def test_commands_with_a_unit_are_set_points(plain: xr.Dataset) -> None:
    names = [record.name for record in kpis(plain, groups=["actuators"])]
    assert names == ["travel:valve", "reversals:valve"]


def test_meter_is_preferred_to_samples(plain: xr.Dataset) -> None:
    ds = plain.assign({"grid.E_pump": plain["grid.E_in_supply"] / 140.0})
    record = kpis(ds, groups=["network"]).record("network_pump_electricity")
    assert record.value == pytest.approx(1.0)
    assert record.source == "meter grid.E_pump"
    assert kpis(plain, groups=["network"]).record("network_pump_electricity").source == "sampled grid.P_pump"


def test_factors_and_limits_are_arguments(plain: xr.Dataset) -> None:
    table = kpis(plain, groups=["co2", "temperatures"], co2_electricity="100 g/kWh", co2_gas=0.0, T_chip_limit=273.15)
    assert table["co2_total"] == pytest.approx(4.15)
    assert table["chip_violation"] == pytest.approx(10 * 83.0 + 4.0)


def test_limits_are_those_of_the_run_unless_given(plain: xr.Dataset) -> None:
    colder = plain.assign_attrs(limit_T_network_supply=293.15, limit_T_tcs_supply=333.15)
    for ds, given, text in ((plain, {}, "70"), (colder, {}, "20"), (colder, {"T_network_supply_limit": 303.15}, "30")):
        table = kpis(ds, groups=["temperatures"], **given)
        assert table.record("network_supply_violation").description == f"Network supply below {text} degC"
    assert kpis(colder, groups=["temperatures"]).record("tcs_supply_violation").description.endswith("above 60 degC")


def test_ratio_without_denominator_has_no_value(plain: xr.Dataset, tmp_path: Path) -> None:
    ds = plain.assign({name: 0.0 * plain[name] for name in ("heat_pump.P_el", "heat_pump.E_in_sink")})
    table = kpis(ds, groups=["heat_pump"])
    assert table.record("seasonal_cop").value is None
    with pytest.raises(UsageError, match="seasonal_cop' is not defined"):
        table["seasonal_cop"]
    content = json.loads(to_json(table, tmp_path / "kpis.json").read_text(encoding="utf-8"))
    assert content["seasonal_cop"]["value"] is None


def test_missing_variable_names_group_and_variable(plain: xr.Dataset) -> None:
    with pytest.raises(UsageError, match=r"KPI group 'peak' needs 'peak.E_fuel'"):
        kpis(plain.drop_vars("peak.E_fuel"), groups=["peak"])
    with pytest.raises(UsageError, match="group 'cost' needs 'price_gas'"):
        kpis(plain.drop_vars("price_gas"))
    with pytest.raises(UsageError, match=r"'network': 'grid.P_pump' holds values that are not finite"):
        kpis(plain.assign({"grid.P_pump": np.nan * plain["grid.P_pump"]}), groups=["network"])
    with pytest.raises(UsageError, match=r"no KPI group 'costs'.*did you mean 'cost'"):
        kpis(plain, groups=["costs"])
    with pytest.raises(UsageError, match="fewer than two"):
        kpis(plain.isel(time=[0]))


def test_unknown_figure_has_a_near_miss(plain: xr.Dataset) -> None:
    with pytest.raises(UsageError, match="did you mean 'seasonal_cop'"):
        kpis(plain, groups=["heat_pump"])["sesonal_cop"]


def test_descriptions_are_those_of_the_figure_and_not_of_the_run() -> None:
    """Figures of many runs stand in one Dataset, under one description."""
    run = synthetic_run(duration=6 * 3600.0)
    other = run.copy()
    unit = "grid" if "grid" not in audit(run).worst.name else "peak"
    other[f"{unit}.U"] = other[f"{unit}.U"] * 1.5
    tables = [kpis(one) for one in (run, other)]
    sources = [{one.name: one.source for one in table}["energy_residual_worst"] for table in tables]
    assert sources[0] != sources[1]
    assert unit in sources[1]
    first, second = ({one.name: one.description for one in table} for table in tables)
    assert first == second


def test_whole_made_up_run_has_every_figure(tmp_path: Path) -> None:
    table = kpis(synthetic_run(duration=6 * 3600.0))
    assert len(table) > 60
    assert all(record.value is None or np.isfinite(record.value) for record in table)
    assert table["energy_residual_worst"] < 1e-12
    assert table.table().loc["seasonal_cop", "unit"] == "1"
    content = json.loads(to_json(table, tmp_path / "kpis.json").read_text(encoding="utf-8"))
    assert set(content["it_energy"]) == {"value", "unit", "description", "source", "group"}
    assert [path.name for path in tmp_path.iterdir()] == ["kpis.json"]


def test_printed_table_and_repr_show_names_with_brackets(plain: xr.Dataset) -> None:
    table = kpis(plain, groups=["heat_pump", "peak"])
    console = Console(width=140, record=True, file=io.StringIO())
    print_kpis(table, console, names=None)
    text = console.export_text()
    assert "heat_pump_starts[2]" in text
    assert "peak_share" in text
    assert "seasonal_cop" in repr(table)
    assert repr(table).startswith("KpiTable with 12 key figures")


def test_printed_headlines_keep_values_and_units_on_a_narrow_terminal(plain: xr.Dataset) -> None:
    table = kpis(plain, groups=["heat_pump", "peak"])
    console = Console(width=70, record=True, file=io.StringIO())
    print_kpis(table, console)
    lines = console.export_text().splitlines()
    row = next(line for line in lines if "heat_pump_heat" in line)
    assert "MWh" in row
    assert shown(table["heat_pump_heat"]) in row
    assert max(map(len, lines)) <= 70
    assert not any("heat_pump_starts" in line for line in lines)
