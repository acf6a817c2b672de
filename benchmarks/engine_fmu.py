"""One Model Exchange FMU through heatsim and through FMPy's `simulate_fmu`: equal tolerance, and equal accuracy."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import fmpy
import numpy as np

import heatsim as hs
from benchmarks.plant_inputs import DAY
from heatsim.fmu import Fmu

CELLS = 100
OUTPUT_STEP = 60.0
RTOL = 1e-6
HOUR = 3600.0


def pipe() -> Fmu:
    """A buried pipe of 100 cells (102 states)."""
    return hs.build("HeatReuse.Validation.PipeTransport", parameters={"n": CELLS})


def series(held: bool) -> tuple[dict[str, hs.Signal], np.ndarray]:
    """Hourly inputs, for heatsim and for FMPy: held until the next hour, or straight lines between the hours."""
    t = np.arange(0.0, DAY + 1.0, HOUR)
    values = {
        "m_flow": 8.0 + 2.0 * np.sin(2.0 * np.pi * t / DAY),
        "T_a": 350.0 + 10.0 * np.sin(4.0 * np.pi * t / DAY),
        "T_surroundings": np.full(t.size, 283.15),
    }
    make = hs.Signal.held if held else hs.Signal.linear
    signals = {name: make(t, v) for name, v in values.items()}
    # FMPy knows a jump by two rows at one time
    rows = np.repeat(np.arange(t.size), 2)[1:] if held else np.arange(t.size)
    before = np.arange(rows.size) // 2 if held else rows
    table = np.zeros(rows.size, dtype=[("time", float), *((name, float) for name in values)])
    table["time"] = t[rows]
    for name, v in values.items():
        table[name] = v[before] if held else v
    return signals, table


def typical(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Median CPU time of some calls after a first one, s, and what the last one gave."""
    result = call()
    times = []
    for _ in range(repeats):
        began = time.process_time()
        result = call()
        times.append(time.process_time() - began)
    return statistics.median(times), result


def by_fmpy(fmu: Fmu, table: np.ndarray, interval: float, rtol: float) -> np.ndarray:
    """Outlet temperature at the output times."""
    result = fmpy.simulate_fmu(
        str(fmu.path),
        stop_time=DAY,
        output_interval=interval,
        relative_tolerance=rtol,
        input=table,
        fmi_type="ModelExchange",
        output=["T_b"],
        solver="CVode",
    )
    times, first = np.unique(result["time"][::-1], return_index=True)
    del times
    values = result["T_b"][::-1][first]
    return np.asarray(values[:: round(OUTPUT_STEP / interval)])


def one_fmu(quick: bool) -> list[dict[str, Any]]:
    """A day of the pipe at 60 s output; errors against a run at a tolerance of 1e-11.

    FMPy does not see inputs between its output points. For equal accuracy it takes output intervals and tolerances that
    are shorter by a third again and again, until its error is not larger than that of heatsim.
    """
    repeats = 3 if quick else 9
    fmu = pipe()
    rows = []
    for held in (True, False):
        signals, table = series(held)

        def run(rtol: float = RTOL, signals: Any = signals) -> np.ndarray:
            ds = hs.simulate(fmu, signals, stop=DAY, output_step=OUTPUT_STEP, rtol=rtol, native=True, variables="T_b")
            return np.asarray(ds["T_b"].values)

        def peer(interval: float, rtol: float, table: np.ndarray = table) -> np.ndarray:
            return by_fmpy(fmu, table, interval, rtol)

        exact = run(1e-11)
        seconds, values = typical(run, repeats)
        error = float(np.abs(values - exact).max())
        interval, rtol = OUTPUT_STEP, RTOL
        while True:
            off = float(np.abs(peer(interval, rtol) - exact).max())
            if interval == OUTPUT_STEP or off <= error or interval < 1.0:
                own, _ = typical(lambda i=interval, r=rtol: peer(i, r), repeats if interval == OUTPUT_STEP else 1)
                rows.append(
                    {
                        "inputs": "held for an hour" if held else "straight between hours",
                        "compared at equal": "tolerance" if interval == OUTPUT_STEP else "accuracy",
                        "FMPy's output interval in s": interval,
                        "FMPy's tolerance": rtol,
                        "error of heatsim in K": error,
                        "error of FMPy in K": off,
                        "heatsim in ms": 1e3 * seconds,
                        "FMPy in ms": 1e3 * own,
                        "times faster": own / seconds,
                    }
                )
            if off <= error or interval < 1.0:
                break
            interval, rtol = interval / 3.0, rtol / 3.0
    return rows
