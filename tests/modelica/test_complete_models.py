"""Every plant and every example conserves energy over its own transient, and is what an example has to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from balance import NoBinary

import heatsim as hs
from heatsim.compiler.embedded import compile_model
from heatsim.compiler.experiment import read_experiment
from heatsim.compiler.library import default_library

LIBRARY = default_library()
EXAMPLES = [name for name in LIBRARY.models() if name.startswith("HeatReuse.Examples.")]
PLANTS = [name for name in LIBRARY.models() if name.startswith("HeatReuse.Plants.")]
LIMIT = 1e-6
"""Largest residual of the balance, relative to the energy exchanged."""


def built(name: str, folder: Path) -> hs.Fmu:
    """Compile a class; only its equations are used."""
    out = folder / "model.fmu"
    compile_model(name, library=LIBRARY.path, out=out, c_compiler=NoBinary())
    return hs.Fmu(out)


def residual(ds: xr.Dataset) -> float:
    """Return the largest residual of U(t) - U(0) = sum of E_in_x(t), relative to the energy exchanged."""
    meters = [ds[name].values - ds[name].values[0] for name in ds.data_vars if str(name).startswith("E_in_")]
    change = ds["U"].values - ds["U"].values[0]
    exchanged = float(np.sum(np.abs(meters), axis=0).max())
    return float(np.abs(change - np.sum(meters, axis=0)).max() / exchanged)


def simulated(name: str, fmu: hs.Fmu, longest: float) -> xr.Dataset:
    """Run a class as its annotation says, inputs at their start values, but no longer than `longest` s."""
    experiment = read_experiment(LIBRARY, name)
    assert experiment.stop is not None, f"{name} has no StopTime"
    stop = min(experiment.stop, longest)
    inputs: dict[str, object] = {}
    for signal in fmu.inputs.values():
        base, bracket, _ = signal.name.partition("[")
        start = float(signal.start or 0.0)
        inputs[base] = [*inputs.get(base, []), start] if bracket else start  # type: ignore[misc]
    return hs.simulate(fmu, inputs=inputs, stop=stop, output_step=experiment.interval or stop / 500.0, rtol=1e-8)


def check_balance_of(name: str, ds: xr.Dataset) -> None:
    """Assert finite values, the meters that the library promises, and the balance."""
    for variable in ds.data_vars.values():
        assert np.isfinite(variable.values).all(), variable.name
    meters = [str(variable) for variable in ds.data_vars if str(variable).startswith("E_in_")]
    assert meters, f"{name} has no meter E_in_..."
    assert "U" in ds, f"{name} has no internal energy U"
    assert residual(ds) < LIMIT


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run_without_arguments_and_conserve_energy(name: str, tmp_path: Path) -> None:
    fmu = built(name, tmp_path)
    assert not fmu.inputs, f"{name} has inputs: an example runs by itself"
    assert fmu.description.event_indicators == 0
    experiment = read_experiment(LIBRARY, name)
    assert None not in (experiment.stop, experiment.interval, experiment.tolerance), f"{name}: {experiment}"
    assert 100 <= (experiment.stop or 0.0) / (experiment.interval or 1.0) <= 10000
    ds = simulated(name, fmu, np.inf)
    check_balance_of(name, ds)
    main = [str(n) for n in ds.data_vars if str(n) != "U" and not str(n).startswith("E_")]
    assert 2 <= len(main) <= 12, f"{name}: outputs {main}"
    moving = [n for n in main if np.ptp(ds[n].values) > 1e-3 * max(1e-9, float(np.abs(ds[n].values).max()))]
    assert len(moving) >= 2, f"{name}: only {moving} move"


@pytest.mark.parametrize("name", PLANTS)
def test_plants_conserve_energy(name: str, tmp_path: Path) -> None:
    fmu = built(name, tmp_path)
    assert fmu.description.event_indicators == 0
    check_balance_of(name, simulated(name, fmu, 7200.0))


def test_a_model_that_loses_energy_is_found() -> None:
    time = np.linspace(0.0, 100.0, 11)
    good = xr.Dataset(
        {"U": ("time", 1e9 + 2e3 * time), "E_in_a": ("time", 3e3 * time), "E_in_b": ("time", -1e3 * time)}
    )
    assert residual(good) < 1e-10
    wrong = good.assign(U=good["U"] + 0.01 * good["E_in_a"])
    assert residual(wrong) > 1e3 * LIMIT
