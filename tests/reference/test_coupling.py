"""The reference plant cut into its FMUs: what its bonds lose, and where its coupling becomes unstable."""

from __future__ import annotations

import dataclasses
import json
import warnings

import numpy as np
import pytest

import heatsim as hs
from heatsim.errors import HeatsimWarning

INPUTS = {"P_IT": 8e6, "T_outdoor": 278.15, "T_ground": 281.15, "Q_flow_demand": 6e6, "heat_pump_available": 1.0}


def test_ten_seconds_are_stable_and_every_bond_tells_its_drift() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", HeatsimWarning)
        ds = hs.simulate(hs.reference_plant(), INPUTS, stop=1800.0, method="jacobi", step=10.0, output_step=10.0)
    ledger = json.loads(ds.attrs["ledger"])
    assert [ledger[name]["kind"] for name in ("hall_heat_pump", "heat_pump_storage", "storage_peak_grid")] == [
        "water"
    ] * 3
    result = hs.audit(ds, limit=0.01)
    for balance in result.bonds:
        # with an output at each exchange the audit of the meters sees what the ledger has seen
        assert balance.residual == pytest.approx(ledger[balance.name]["largest"], rel=1e-3)
        assert 1e-6 < ledger[balance.name]["share"] < 5e-3


def test_signals_count_what_the_meters_count() -> None:
    system = hs.reference_plant()
    for name, bond in list(system.bonds.items()):
        system.bonds[name] = dataclasses.replace(bond, meters=())
        system.bond(f"{name}_meters", *bond.meters)
    ds = hs.simulate(system, INPUTS, stop=600.0, method="jacobi", step=10.0, output_step=60.0)
    for name, bond in system.bonds.items():
        for meter in bond.meters:
            booked = ds[f"ledger.{name.removesuffix('_meters')}.{meter.partition('.')[0]}"].values
            # the models take the heat capacity of water at their temperatures, the bond one for all
            np.testing.assert_allclose(booked, ds[meter] - ds[meter][0], rtol=1e-2, atol=1e6)


def test_thirty_seconds_are_too_long_for_the_pressure_loop() -> None:
    advice = hs.advise(hs.reference_plant(), INPUTS, step=30.0)
    assert 20.0 < advice.limit.stable < 30.0
    assert advice.limiting is not None
    assert advice.limiting.link.name == "connections hall - tcs_pressure"
    for step, swings in ((20.0, False), (30.0, True)):
        ds = hs.simulate(
            hs.reference_plant(), INPUTS, stop=3600.0, method="jacobi", step=step, output_step=step, advise=False
        )
        moved = np.abs(np.diff(ds["hall.dp_tcs"].values))[-20:].max()
        assert (moved > 1e3) == swings
    with pytest.warns(HeatsimWarning, match="connections hall - tcs_pressure is unstable at step = 30 s"):
        hs.simulate(hs.reference_plant(), INPUTS, stop=600.0, method="jacobi", step=30.0)
