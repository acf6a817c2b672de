"""Readers take the public files as they are, keep the energy, and refuse bad files in one line with the row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatsim.errors import InputError
from heatsim.profiles import integral, read_demand, read_price, read_utilisation, read_weather


def _csv(tmp_path: Path, text: str, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


HOURS = "time,heat_demand_MW\n" + "".join(f"2020-01-01 {h:02d}:00:00,{h + 1}\n" for h in range(24))


def test_district_day_keeps_its_energy(data: Path) -> None:
    demand = read_demand(data / "district_2020.csv", start="2020-01-15", duration="24h")
    table = pd.read_csv(data / "district_2020.csv", parse_dates=["time"]).set_index("time")
    day = table.loc["2020-01-15", "heat_demand_MW"]
    assert demand.size == 97
    np.testing.assert_allclose(demand.values[:-1], day.to_numpy() * 1e6)
    assert integral(demand) == pytest.approx(day.sum() * 1e6 * 900.0, rel=2e-3)
    assert demand.attrs["units"] == "W"


def test_demand_peak_scales_the_yearly_maximum(data: Path) -> None:
    year = read_demand(data / "district_2020.csv", duration="366d", peak="14MW")
    assert float(year.max()) == pytest.approx(14e6)
    july = read_demand(data / "district_2020.csv", start="2020-07-01", duration="7d", peak="14MW")
    assert float(july.max()) < 4e6
    assert year["time"].values[-1] == 366 * 86400.0


def test_summer_time_of_the_district_file_is_taken_out(data: Path) -> None:
    # The file's row 2020-07-01 12:00 is summer time, so 11:00 on the run's clock; in January both are the same.
    table = pd.read_csv(data / "district_2020.csv").set_index("time")["heat_demand_MW"]
    summer = read_demand(data / "district_2020.csv", start="2020-07-01T11:00", duration="1h")
    assert summer.values[0] == pytest.approx(table["2020-07-01 12:00:00"] * 1e6)
    winter = read_demand(data / "district_2020.csv", start="2020-11-01T11:00", duration="1h")
    assert winter.values[0] == pytest.approx(table["2020-11-01 11:00:00"] * 1e6)
    across = read_demand(data / "district_2020.csv", start="2020-03-28", duration="3d")
    assert np.all(np.diff(across["time"].values) == 900.0)


def test_column_can_be_chosen(data: Path) -> None:
    price = read_price(f"{data}/district_2020.csv:electricity_price_EUR_per_MWh", start="2020-01-01", duration="1h")
    assert price.values[0] == pytest.approx(7.461 / 3.6e9)
    gas = read_price(data / "district_2020.csv", start="2020-01-01", duration="1h", carrier="gas")
    assert gas.values[0] == pytest.approx(32.459 / 3.6e9)
    assert gas.name == "price_gas"


def test_utc_price_is_moved_to_the_local_clock(data: Path) -> None:
    # 2020-01-01 01:00 local (UTC+1) is the file's first row, 38.60 EUR/MWh.
    path = data / "electricity_price_de_2020.csv"
    price = read_price(path, start="2020-01-01T01:00", duration="24h")
    assert price.values[0] == pytest.approx(38.6 / 3.6e9)
    assert price.attrs["interpolation"] == "held"
    utc = read_price(path, start="2020-01-01T00:00", duration="24h", utc_offset=0.0)
    np.testing.assert_allclose(utc.values, price.values)
    with pytest.raises(InputError, match="covers 2020-01-01 01:00:00"):
        read_price(path, start="2020-01-01T00:00", duration="24h")


def test_held_price_keeps_its_integral(data: Path) -> None:
    price = read_price(data / "electricity_price_de_2020.csv", start="2020-02-03", duration="7d")
    table = pd.read_csv(data / "electricity_price_de_2020.csv").set_index("time")["price_eur_mwh"]
    week = table["2020-02-02 23:00:00+00:00":"2020-02-09 22:00:00+00:00"]  # type: ignore[misc]
    assert week.size == 168
    assert integral(price) == pytest.approx(week.sum() / 3.6e9 * 3600.0, rel=1e-12)


def test_gap_is_an_error_only_where_the_run_needs_it(data: Path) -> None:
    with pytest.raises(InputError, match=r"row 2116: gap in time from 2020-03-29 02:00:00 to 2020-03-29 05:00:00"):
        read_price(data / "electricity_price_de_2020.csv", start="2020-03-28", duration="3d")
    read_price(data / "electricity_price_de_2020.csv", start="2020-03-30", duration="3d")


@pytest.mark.parametrize("year", [2019, 2020, 2035])
def test_typical_year_serves_any_year_by_month_day_and_hour(data: Path, year: int) -> None:
    table = pd.read_csv(data / "weather_dresden_tmy.csv").set_index("time")["temperature_C"]
    weather = read_weather(data / "weather_dresden_tmy.csv", start=f"{year}-07-14T06:00", duration="2d")
    assert weather.values[0] == pytest.approx(table["2020-07-14 06:00:00"] + 273.15)
    assert weather.values[-1] == pytest.approx(table["2020-07-16 06:00:00"] + 273.15)
    assert weather.size == 49


def test_typical_year_runs_over_new_year_and_the_leap_day(data: Path) -> None:
    table = pd.read_csv(data / "weather_dresden_tmy.csv").set_index("time")["temperature_C"]
    winter = read_weather(data / "weather_dresden_tmy.csv", start="2021-12-31", duration="2d")
    assert winter.values[24] == pytest.approx(table["2020-01-01 00:00:00"] + 273.15)
    leap = read_weather(data / "weather_dresden_tmy.csv", start="2024-02-28", duration="3d")
    assert leap.values[24 + 12] == pytest.approx(table["2020-02-28 12:00:00"] + 273.15)
    assert leap.values[48 + 12] == pytest.approx(table["2020-03-01 12:00:00"] + 273.15)
    year = read_weather(data / "weather_dresden_tmy.csv", start="2021-01-01", duration="365d")
    assert year.size == 8761


def test_utilisation_counts_hours_of_the_year(data: Path) -> None:
    table = pd.read_csv(data / "it_utilisation_alibaba_hourly.csv", index_col=0)["cpu_load"]
    used = read_utilisation(data / "it_utilisation_alibaba_hourly.csv", start="2020-01-02T03:00", duration="5h")
    np.testing.assert_allclose(used.values[:-1], table.loc[28:32])


def test_window_between_rows_is_interpolated(tmp_path: Path) -> None:
    path = _csv(tmp_path, HOURS)
    demand = read_demand(path, start="2020-01-01T06:30", duration="2h")
    np.testing.assert_allclose(demand["time"].values, [0.0, 1800.0, 5400.0, 7200.0])
    np.testing.assert_allclose(demand.values, [7.5e6, 8e6, 9e6, 9.5e6])


def test_last_row_stands_for_its_step(tmp_path: Path) -> None:
    demand = read_demand(_csv(tmp_path, HOURS), duration="24h")
    assert demand["time"].values[-1] == 86400.0
    assert demand.values[-1] == 24e6


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("heat_demand_kW", 1e3),
        ("heat_demand_mw", 1e6),
        ("Q [kW]", 1e3),
        ("demand_W", 1.0),
        ("Q (BTU/hour)", 0.29307107),
    ],
)
def test_unit_is_the_end_of_the_name(tmp_path: Path, header: str, factor: float) -> None:
    path = _csv(tmp_path, HOURS.replace("heat_demand_MW", header))
    assert read_demand(path, duration="1h").values[0] == pytest.approx(factor, rel=1e-6)


def _replaced(old: str, new: str) -> str:
    assert old in HOURS
    return HOURS.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_replaced("02:00:00,3", "02:00:00,"), ["row 4", "heat_demand_MW", "empty"]),
        (_replaced("02:00:00,3", "02:00:00,nan"), ["row 4", "'nan'"]),
        (_replaced("02:00:00,3", "02:00:00,three"), ["row 4", "'three'"]),
        (_replaced("02:00:00,3", "02:00:00,inf"), ["row 4", "'inf'"]),
        (_replaced("02:00:00,3", "02:00:00,-3"), ["row 4", "negative", "-3e+06 W"]),
        (_replaced("02:00:00,3", "02:00:00,3,5"), ["row 4", "3 cells instead of 2"]),
        (_replaced("2020-01-01 02:00:00,3\n", ""), ["row 4", "gap", "2020-01-01 01:00:00"]),
        (_replaced("02:00:00,3", "01:00:00,3"), ["row 4", "twice"]),
        (_replaced("02:00:00,3", "00:30:00,3"), ["row 4", "sort"]),
        (_replaced("02:00:00,3", "01:30:00,3"), ["row 4", "1800 s"]),
        (_replaced("2020-01-01 02:00:00", "01.01.2020 02:00"), ["row 4", "no ISO stamp"]),
        (_replaced("02:00:00,3", "02:00:00+01:00,3"), ["row 4", "time zone"]),
        (HOURS.replace("heat_demand_MW", "heat_demand"), ["no column ends in _W, _kW or _MW", "heat_demand"]),
        (HOURS.replace("heat_demand_MW", "heat_MWh"), ["no column ends in", "heat_MWh"]),
        (HOURS.replace("heat_demand_MW", "Q [Mx]"), ["no column ends in", "Q [Mx]"]),
        (HOURS.replace("time,", "tine,"), ["no column 'time'", "did you mean 'tine'"]),
        (HOURS.replace(",", ";"), ["';'", "commas"]),
        ("time,heat_demand_MW\n", ["no row"]),
        ("", ["empty"]),
        ("time,a_MW,b_MW\n2020-01-01,1,2\n2020-01-02,1,2\n", ["a_MW, b_MW all fit", "file.csv:a_MW"]),
        ("time,a_MW,a_MW\n2020-01-01,1,2\n", ["two columns are called 'a_MW'"]),
    ],
)
def test_bad_file_is_refused_with_row_and_next_step(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_demand(_csv(tmp_path, text), duration="12h")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("file.csv: ")
    for word in words:
        assert word in message, message


def test_missing_file_and_column_name_a_near_miss(tmp_path: Path) -> None:
    path = _csv(tmp_path, HOURS, "demand.csv")
    with pytest.raises(InputError, match=r"did you mean 'demand.csv'"):
        read_demand(tmp_path / "demands.csv")
    with pytest.raises(InputError, match=r"no column 'heat_demnd_MW'.*did you mean 'heat_demand_MW'"):
        read_demand(f"{path}:heat_demnd_MW")


def test_chosen_column_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = _csv(tmp_path, "time,wind_m_s,heat_MWh\n2020-01-01,1,2\n2020-01-02,1,2\n")
    with pytest.raises(InputError, match="does not end in a unit; rename it to end in _W, _kW or _MW"):
        read_demand(f"{path}:wind_m_s")
    with pytest.raises(InputError, match="is an energy"):
        read_demand(f"{path}:heat_MWh")


def test_too_short_series_names_both_windows(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_demand(_csv(tmp_path, HOURS), start="2020-01-01T12:00", duration="24h")
    assert "covers 2020-01-01 00:00:00 to 2020-01-02 00:00:00" in str(caught.value)
    assert "needs 2020-01-01 12:00:00 to 2020-01-02 12:00:00" in str(caught.value)


def test_temperature_in_the_wrong_unit_is_noticed(tmp_path: Path) -> None:
    path = _csv(tmp_path, "time,temperature_C\n2020-01-01,280\n2020-01-02,281\n")
    with pytest.raises(InputError, match=r"row 2.*280.0 degC; check the unit"):
        read_weather(path)


def test_utilisation_in_percent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 3.*is 40; a utilisation is 0 to 1"):
        read_utilisation(_csv(tmp_path, ",cpu\n1,0.4\n2,40\n"), start="2020-01-01", duration="1h")


def test_no_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xff\xfe\x00time")
    with pytest.raises(InputError, match="not a CSV text file"):
        read_demand(path)


def test_mixed_zone_stamps_share_one_clock(tmp_path: Path) -> None:
    text = "time,price_eur_mwh\n2020-03-29T00:00+01:00,1\n2020-03-29T01:00+01:00,2\n2020-03-29T03:00+02:00,3\n"
    price = read_price(_csv(tmp_path, text), start="2020-03-29", duration="3h")
    np.testing.assert_allclose(price.values * 3.6e9, [1, 2, 3, 3])
