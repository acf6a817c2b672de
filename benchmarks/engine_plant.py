"""Speed of the monolithic method on the reference plant: a week, a year, and sampled control.

Every figure is simulated time over wall time in one process that uses one core.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import heatsim as hs
from benchmarks.plant_inputs import DAY, plant_inputs
from heatsim.solvers.integrator import SegmentIntegrator
from heatsim.solvers.sampling import SampledUnits

WARM_UP = 600.0
"""Length of a run before the one that is timed, s, so that equations are compiled already."""


def prepared(supervisor: str, stop: float, swings: bool, period: float | None = None) -> dict[str, Any]:
    """Return the arguments of a run of the reference plant from its steady state, equations compiled."""
    system = hs.reference_plant(supervisor=supervisor)
    if period is not None:
        system.members["supervisor"].unit.period = period  # type: ignore[union-attr]
    inputs = plant_inputs(stop, swings)
    arguments = {"model": system, "inputs": inputs, "start_from": hs.trim(system, at=inputs), "native": True}
    hs.simulate(stop=WARM_UP, **arguments)
    return arguments


def timed(**arguments: Any) -> tuple[float, dict[str, Any]]:
    """Wall time of a run in s, and its statistics."""
    began = time.perf_counter()
    ds = hs.simulate(**arguments)
    seconds = time.perf_counter() - began
    hs.audit(ds).check()
    return seconds, json.loads(ds.attrs["stats"])


def week(quick: bool) -> list[dict[str, Any]]:
    """A week (a day when quick), 60 s output: controls continuous or sampled, load with and without swings."""
    stop = DAY if quick else 7 * DAY
    rows = []
    for supervisor, swings in (("continuous", False), ("continuous", True), ("sampled", False), ("sampled", True)):
        seconds, stats = timed(stop=stop, output_step=60.0, **prepared(supervisor, stop, swings))
        rows.append(
            {
                "controls": supervisor if supervisor == "continuous" else "supervisor sampled at 60 s",
                "IT load": "swings every 10 to 30 s" if swings else "steps every 15 min",
                "simulated in days": stop / DAY,
                "wall time in s": seconds,
                "times real time": stop / seconds,
                "restarts": stats["segments"],
                "steps": stats["steps"],
            }
        )
    return rows


def year(quick: bool) -> list[dict[str, Any]]:
    """A year (a week when quick), output every 15 min, streamed to disk; memory of a process of its own."""
    rows = []
    for days in (7.0,) if quick else (30.0, 365.0):
        with tempfile.TemporaryDirectory(prefix="heatsim-bench-") as folder:
            code = f"from benchmarks.engine_plant import one_year; one_year({days}, {str(Path(folder, 'y.nc'))!r})"
            done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
    return rows


def one_year(days: float, path: str) -> None:
    """Run in a process of its own; prints a row as JSON."""
    import resource

    stop = days * DAY
    arguments = prepared("continuous", stop, swings=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    ds = hs.simulate(stop=stop, output_step=900.0, stream=path, **arguments)
    seconds = time.perf_counter() - began
    audit = hs.audit(ds)
    audit.check()
    row = {
        "simulated in days": days,
        "wall time in s": seconds,
        "times real time": stop / seconds,
        "memory before in MB": before,
        "memory after in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "file in MB": Path(path).stat().st_size / 1e6,
        "energy residual": audit.total.share,
    }
    print(json.dumps(row))


@contextmanager
def clocks() -> Iterator[dict[str, float]]:
    """Add up the CPU time inside the integrator and inside sampled units."""
    spent = {"integration": 0.0, "controllers": 0.0}

    def watched(function: Any, name: str) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            began = time.process_time()
            try:
                return function(*arguments, **keywords)
            finally:
                spent[name] += time.process_time() - began

        return call

    with (
        mock.patch.object(SegmentIntegrator, "_advance", watched(SegmentIntegrator._advance, "integration")),
        mock.patch.object(SampledUnits, "tick", watched(SampledUnits.tick, "controllers")),
    ):
        yield spent


class Ticks:
    """A sampled unit that does nothing: it restarts the integration at each of its ticks."""

    inputs = ()
    outputs = ()
    parameters = ()
    offset = 0.0

    def __init__(self, period: float) -> None:
        self.period = period

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return no memory."""
        return {}

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return no outputs."""
        return {}, {}


def sampled(quick: bool) -> list[dict[str, Any]]:
    """A day of control sampled at 10 s, and what of it the restarts of the integrator take.

    The same plant with continuous control is run twice, the second time with a unit that does nothing but tick every
    10 s. Nothing else differs, so the difference is what restarting costs: the call, the first evaluations, the first
    factorisation and the small steps of low order.
    """
    stop = 6 * 3600.0 if quick else DAY
    period = 10.0
    spent = {}
    for kind in ("continuous", "restarted", "sampled"):
        arguments = prepared(
            "sampled" if kind == "sampled" else "continuous", stop, False, period if kind == "sampled" else None
        )
        if kind == "restarted":
            arguments["model"].add("ticks", Ticks(period))
            arguments["start_from"] = hs.trim(arguments["model"], at=arguments["inputs"])
        with clocks() as inside:
            began = time.process_time()
            timed(stop=stop, output_step=60.0, **arguments)
            spent[kind] = {"run": time.process_time() - began, **inside}
    restarts = spent["restarted"]["integration"] - spent["continuous"]["integration"]
    run = spent["sampled"]["run"]
    following = spent["sampled"]["integration"] - spent["continuous"]["integration"] - restarts
    parts = {
        "restarting the integrator": restarts,
        "following the jumps of the commands": following,
        "integration without either": spent["continuous"]["integration"],
        "controllers": spent["sampled"]["controllers"],
    }
    parts["all else"] = run - sum(parts.values())
    rows = [{"what": name, "CPU time in s": value, "share": value / run} for name, value in parts.items()]
    return [*rows, {"what": "whole run", "CPU time in s": run, "share": 1.0, "times real time": stop / run}]
