"""The audit closes a balance that closes, finds a leak and names it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from synthetic_plant import synthetic_run

from heatsim.analysis import audit
from heatsim.errors import AuditError, UsageError


def _two_tanks(leak: float = 0.0, error: float = 0.0) -> xr.Dataset:
    """Two tanks: 100 J into the first, 60 on to the second; `leak` is lost between, `error` is in the second."""
    share = np.array([0.0, 0.5, 1.0])
    data = {
        "first.E_in_heater": 100.0 * share,
        "first.E_in_pipe": -60.0 * share,
        "first.U": 1000.0 + 40.0 * share,
        "second.E_in_pipe": (60.0 - leak) * share,
        "second.U": 500.0 + (60.0 - leak + error) * share,
    }
    ds = xr.Dataset({name: ("time", values) for name, values in data.items()}, coords={"time": [0.0, 1.0, 2.0]})
    ds.attrs["bonds"] = json.dumps([["pipe", "first.E_in_pipe", "second.E_in_pipe"]])
    return ds


def test_closed_system_passes() -> None:
    result = audit(_two_tanks())
    assert result.total.residual == 0.0
    assert result.total.exchanged == 50.0  # only the heater crosses the outer boundary: half of 100 J
    assert {balance.name: balance.exchanged for balance in result.units} == {"first": 80.0, "second": 30.0}
    result.check(1e-12)


def test_broken_bond_is_named() -> None:
    result = audit(_two_tanks(leak=3.0))
    assert [balance.residual for balance in result.units] == [0.0, 0.0]
    assert result.bonds[0].residual == -3.0
    assert result.bonds[0].share == pytest.approx(0.06)
    assert result.total.residual == -3.0
    with pytest.raises(AuditError, match=r"bond 'pipe' is off by .* at t = 2 s, 6.00e-02 .*\(limit 0.001\)"):
        result.check()
    result.check(limit=0.1)


def test_broken_unit_is_named() -> None:
    result = audit(_two_tanks(error=-1.0))
    assert result.units[1].residual == -1.0
    with pytest.raises(AuditError, match="unit 'second'"):
        result.check()


def test_errors_that_cancel_do_not_hide() -> None:
    result = audit(_two_tanks(leak=3.0, error=3.0))
    assert result.total.residual == 0.0
    with pytest.raises(AuditError):
        result.check()


def test_largest_residual_over_time_counts() -> None:
    ds = _two_tanks()
    ds["second.U"][1] += 5.0
    balance = audit(ds).units[1]
    assert (balance.residual, balance.time) == (5.0, 1.0)


def test_one_unit_alone_has_no_prefix() -> None:
    ds = _two_tanks()
    ds = ds.rename({f"first.{name}": name for name in ("E_in_heater", "E_in_pipe", "U")})[
        ["E_in_heater", "E_in_pipe", "U"]
    ]
    ds.attrs = {}
    result = audit(ds)
    assert result.units[0].name == "model"
    assert result.total.exchanged == 80.0


def test_array_meters_are_added_up() -> None:
    ds = _two_tanks()
    pipe = ds["second.E_in_pipe"].values
    ds["second.E_in_pipe"] = (("time", "second.part"), np.stack([0.25 * pipe, 0.75 * pipe], axis=1))
    audit(ds).check(1e-12)


def test_table_and_repr() -> None:
    result = audit(_two_tanks(leak=3.0))
    table = result.table()
    assert table.loc[("bond", "pipe"), "residual"] == -3.0
    assert list(table.index.get_level_values("kind")) == ["unit", "unit", "bond", "total"]
    assert repr(result).startswith("AuditResult(2 units, 1 bonds, total 6.0e-02")


def test_bond_of_three_meters_in_a_loop() -> None:
    result = audit(synthetic_run(duration=7200.0))
    assert "network" in [balance.name for balance in result.bonds]
    result.check(1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ds: ds[["first.U"]], "no energy meter"),
        (lambda ds: ds.drop_vars("second.U"), "no 'second.U'"),
        (lambda ds: ds.drop_vars(["second.E_in_pipe"]), "bond 'pipe': the run holds no meter 'second.E_in_pipe'"),
        (lambda ds: ds.assign({"first.U": ds["first.U"] * np.nan}), "not finite"),
    ],
)
def test_incomplete_run_is_refused(change, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match=words):
        audit(change(_two_tanks()))
