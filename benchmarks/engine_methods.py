"""Every method on the day of the reference plant: how far from the truth, how much energy drifts, how long it takes."""

from __future__ import annotations

import json
import time
import warnings
from typing import Any

import numpy as np
import xarray as xr

import heatsim as hs
from benchmarks.plant_inputs import DAY, plant_inputs

STEP = 10.0
METHODS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("monolithic", {"method": "monolithic"}),
    ("Jacobi, held", {"method": "jacobi", "extrapolation": "held"}),
    ("Jacobi, linear", {"method": "jacobi", "extrapolation": "linear"}),
    ("Jacobi, quadratic, step 5 s", {"method": "jacobi", "extrapolation": "quadratic", "step": 5.0}),
    ("Gauss-Seidel, held", {"method": "gauss_seidel", "extrapolation": "held"}),
    ("Gauss-Seidel, linear", {"method": "gauss_seidel", "extrapolation": "linear"}),
    ("iterated, linear", {"method": "iterated", "extrapolation": "linear"}),
    ("Jacobi, adaptive without going back", {"method": "jacobi", "step_control": "adaptive", "tolerance": 1e-3}),
    ("Jacobi, step doubling with going back", {"method": "jacobi", "step_control": "rollback", "tolerance": 1e-3}),
)
"""Title and arguments; the step is 10 s where none is given."""


def methods(quick: bool) -> list[dict[str, Any]]:
    """A day (an hour when quick) with load swings, from the steady state, 60 s output.

    The truth is the monolithic run at a tolerance of 1e-9. Deviations are those of temperatures, all of the plant's and
    over the whole day.
    """
    stop = 3600.0 if quick else DAY
    system = hs.reference_plant()
    inputs = plant_inputs(stop, swings=True)
    start = hs.trim(system, at=inputs)
    truth = hs.simulate(system, inputs, stop=stop, start_from=start, rtol=1e-9, native=True)
    rows = []
    for title, arguments in METHODS:
        if arguments["method"] != "monolithic":
            arguments = {"step": STEP, **arguments}
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            began = time.perf_counter()
            ds = hs.simulate(system, inputs, stop=stop, start_from=start, **arguments)
            seconds = time.perf_counter() - began
        rows.append(
            {
                "method": title,
                **deviations(ds, truth),
                **energy(ds),
                **work(ds),
                "wall time in s": seconds,
                "times real time": stop / seconds,
                "warnings": len(caught),
            }
        )
    return rows


def deviations(ds: xr.Dataset, truth: xr.Dataset) -> dict[str, Any]:
    """Largest and root-mean-square deviation of absolute temperatures in mK, and where the largest is."""
    names = [n for n in truth.data_vars if truth[n].attrs.get("units") == "K" and float(truth[n].min()) > 200.0]
    off = {n: np.abs(ds[n].values - truth[n].values) for n in names}
    worst = max(off, key=lambda n: float(off[n].max()))
    return {
        "largest deviation in mK": 1e3 * float(off[worst].max()),
        "where": worst,
        "rms deviation in mK": 1e3 * float(np.sqrt(np.mean([np.mean(v**2) for v in off.values()]))),
    }


def energy(ds: xr.Dataset) -> dict[str, Any]:
    """Worst bond and the whole system: energy that appears or is lost, as a share of what is exchanged."""
    audit = hs.audit(ds)
    worst = max(audit.bonds, key=lambda bond: bond.share)
    return {"drift of the worst bond": worst.share, "bond": worst.name, "drift of the system": audit.total.share}


def work(ds: xr.Dataset) -> dict[str, Any]:
    """Exchanges, steps gone back on, and sweeps of the iteration."""
    stats = json.loads(ds.attrs["stats"])
    return {
        "exchanges": stats.get("exchanges", 0),
        "steps gone back on": stats.get("steps_rejected", 0),
        "iterations": stats.get("iterations", 0),
    }
