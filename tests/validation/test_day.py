"""The day of load swings: both methods agree, steps are small enough, and the numbers are those of real plants."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import xarray as xr

from heatsim.study import load_swing
from heatsim.study.load_swing import LoadSwing, StudyResult

# One process runs what shares a day, so that no day is simulated twice.
pytestmark = pytest.mark.xdist_group("day")


@pytest.fixture(scope="module")
def public_run(public_day: LoadSwing) -> StudyResult:
    return load_swing.run(public_day)


def _largest(a: xr.Dataset, b: xr.Dataset, name: str) -> float:
    return float(np.max(np.abs(a[name].values - b[name].values)))


def test_monolithic_and_jacobi_agree_over_the_day(generated_day: StudyResult) -> None:
    """Chip, supply and tank temperatures within 0.2 K, heat delivered within 0.5 %, at communication steps of 10 s."""
    jacobi = load_swing.run(LoadSwing(method="jacobi", step=10.0))
    reference = generated_day.dataset
    for name in ("hall.T_chip", "hall.T_tcs_supply", "hall.T_fws_supply", "peak.T_out", "storage.T"):
        assert _largest(jacobi.dataset, reference, name) < 0.2, name
    delivered = generated_day.kpis["heat_delivered"]
    assert jacobi.kpis["heat_delivered"] == pytest.approx(delivered, rel=5e-3)
    assert jacobi.failure is None
    # The coupling of the two methods differs, so agreement to rounding would mean that one of them did not run.
    assert _largest(jacobi.dataset, reference, "hall.T_chip") > 1e-4


def test_energy_balance_of_the_day_closes(generated_day: StudyResult) -> None:
    assert generated_day.failure is None
    assert generated_day.audit.total.share < 1e-6
    assert {balance.name for balance in generated_day.audit.units} == {"hall", "heat_pump", "storage", "peak", "grid"}
    assert len(generated_day.audit.bonds) == 3


def test_day_on_public_data_runs_calmly_and_safely(public_run: StudyResult) -> None:
    kpis = public_run.kpis
    assert public_run.failure is None
    assert kpis["chip_violation"] == 0.0
    assert kpis["tcs_supply_violation"] == 0.0
    assert kpis["hall_air_violation"] == 0.0
    assert kpis["unmet_share"] < 0.01
    # No more starts than three an hour, and no loop that turns round every few minutes all day.
    for machine in (1, 2, 3):
        assert kpis[f"heat_pump_starts[{machine}]"] <= 24
    for record in kpis:
        if record.name.startswith("reversals:"):
            assert record.value < 150, record.name


# --- plausible against published numbers ------------------------------------------------------------------------------


def test_cop_from_40_to_75_degrees_lies_between_published_values(generated_day: StudyResult) -> None:
    """Measured 3.4 at Mäntsälä (40 → 85 °C); correlations of Jesper 2021 and Arpagaus 2018 give 4.4 and 4.2 at 35 K."""
    ds = generated_day.dataset
    source, sink = ds["hall.T_fws_out"].values - 273.15, ds["heat_pump.T_sink_out"].values - 273.15
    near = (np.abs(source - 40.0) < 2.5) & (np.abs(sink - 75.0) < 1.5) & (ds["heat_pump.Q_flow_sink"].values > 4e6)
    assert near.sum() > 30
    cop = ds["heat_pump.COP"].values[near]
    assert cop.min() > 3.4
    assert cop.max() < 4.5


def test_approach_of_the_cdu_is_that_of_real_units(generated_day: StudyResult) -> None:
    """OCP liquid cooling guidelines: 3 to 4 K at nominal load; 2 to 5 K over a day with part load."""
    assert 2.0 < generated_day.kpis["cdu_approach_mean"] < 5.0


def test_network_loses_as_much_as_real_networks(public_run: StudyResult) -> None:
    """Losses of district-heating networks: 3 % of the heat in dense winter operation to 15 % over the year."""
    assert 0.03 < public_run.kpis["network_loss_share"] < 0.15


def test_no_chip_comes_near_its_limit(generated_day: StudyResult, public_run: StudyResult) -> None:
    """Case limit of accelerators 85 °C (OCP OAI liquid cooling guidelines 2023)."""
    for result in (generated_day, public_run):
        assert result.kpis["chip_violation"] == 0.0
        assert 40.0 < result.kpis["chip_max"] < 85.0


def test_heat_recovered_is_what_the_servers_draw(generated_day: StudyResult) -> None:
    """Energy reuse factor: nearly all electricity becomes heat, and nearly all of it is taken in winter."""
    kpis = generated_day.kpis
    assert 0.9 < kpis["energy_reuse_factor"] < 1.05
    assert 1.02 < kpis["pue_partial"] < 1.15


# --- negative control -------------------------------------------------------------------------------------------------


def test_a_plant_that_cheats_on_energy_fails_the_audit(generated_day: StudyResult) -> None:
    from heatsim import analysis
    from heatsim.errors import AuditError

    broken = generated_day.dataset.copy()
    broken["storage.U"] = broken["storage.U"] + 5e5 * broken["time"]  # 0.5 MW from nowhere
    with pytest.raises(AuditError, match="unit 'storage'"):
        analysis.audit(broken).check(1e-3)


# --- numerics: halving ------------------------------------------------------------------------------------------------


SHORT = LoadSwing(start="2020-01-15T03:00", stop=4 * 3600.0)


def _changed(a: StudyResult, b: StudyResult) -> dict[str, tuple[float | None, float | None]]:
    """Key figures that differ by more than 0.5 %; travel is in strokes, where 0.5 % of a stroke counts as equal."""
    found = {}
    for record in a.kpis:
        if record.name.startswith("energy_residual"):
            continue  # the error itself, which has to change
        x, y = record.value, b.kpis.record(record.name).value
        if x is None or y is None:
            if x is not y:
                found[record.name] = (x, y)
            continue
        floor = 5e-3 if record.name.startswith("travel:") else 1e-6
        if abs(x - y) > max(5e-3 * max(abs(x), abs(y)), floor):
            found[record.name] = (x, y)
    return found


def test_halving_the_tolerance_changes_no_key_figure() -> None:
    coarse = load_swing.run(SHORT)
    fine = load_swing.run(dataclasses.replace(SHORT, rtol=0.5 * SHORT.rtol))
    assert _changed(coarse, fine) == {}


@pytest.mark.slow
def test_halving_the_jacobi_step_changes_no_key_figure() -> None:
    coarse = load_swing.run(dataclasses.replace(SHORT, method="jacobi", step=10.0))
    fine = load_swing.run(dataclasses.replace(SHORT, method="jacobi", step=5.0))
    assert _changed(coarse, fine) == {}
    assert fine.audit.total.share < coarse.audit.total.share


# --- disturbances -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("T_outdoor", [-10.0, 5.0, 28.0])
def test_dry_coolers_protect_the_hall_when_all_heat_pumps_trip(T_outdoor: float) -> None:
    """At nearly full load, frost to summer: no chip above 85 °C, coolant below 45 °C, and the loop settles."""
    from heatsim import profiles
    from heatsim.reference import reference_plant
    from heatsim.simulation import simulate
    from heatsim.solvers import trim

    system = reference_plant()
    inputs = {"P_IT": 9.5e6, "T_outdoor": 273.15 + T_outdoor, "T_ground": 283.15, "Q_flow_demand": 8e6}
    start = trim(system, at={**inputs, "heat_pump_available": 1.0})
    trip = profiles.heat_pump_availability(duration=9000.0, trip=(600.0, 6600.0))
    ds = simulate(system, inputs={**inputs, "heat_pump_available": trip}, stop=9000.0, start_from=start)
    during = ds.sel(time=slice(700.0, 7100.0))
    assert float(during["heat_pump.Q_flow_condenser"].isel(time=slice(5, None)).max()) < 1e4
    assert float(ds["hall.T_chip"].max()) < 273.15 + 85.0
    assert float(ds["hall.T_tcs_supply"].max()) < 273.15 + 45.0
    settled = ds["hall.T_fws_supply"].sel(time=slice(6000.0, 7100.0)).values
    assert settled.max() - settled.min() < 0.1
    assert float(during["hall.Q_flow_rejected"].isel(time=-1)) > 9e6
