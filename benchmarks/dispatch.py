"""Build and solve times of storage dispatch, beside SciPy on the same matrices: `python -m benchmarks.dispatch`.

A week of hours with three heat pumps as a mixed-integer problem (gap 0.5 %), and a year of hours as a linear one. The
plant is that of `DispatchPlant` with a part-load curve, starts that cost and boilers in series behind the tank; demand,
IT load, weather and price are the built-in profiles, the price with noise, so that no two days are alike. The peer is
`scipy.optimize.milp` with the matrices that linopy made: SciPy brings its own HiGHS, so that the ratio shows what
rounding, the second solve for marginal values and the reading of the schedule cost, and differences between releases.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import scipy
import xarray as xr
from rich.console import Console
from rich.table import Table
from scipy.optimize import Bounds, LinearConstraint, milp

from heatsim.dispatch.forecasts import check
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import Curve, DispatchPlant, HeatPumps, PeakPlant
from heatsim.dispatch.problem import build
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.solver import Matrices
from heatsim.dispatch.state import DispatchState

GAP = 0.005
STATE = DispatchState(machines_on={"heat_pump": 2})


def plant() -> DispatchPlant:
    """Return three heat pumps, a tank and boilers behind it."""
    group = HeatPumps(
        COP=Curve((35.0, 45.0), (4.4, 3.6)),
        part_load=Curve((0.3, 0.5, 0.75, 1.0), (0.33, 0.53, 0.76, 1.0)),
        start_cost=20.0,
        minimum_on=7200.0,
        minimum_off=7200.0,
    )
    return DispatchPlant(heat_pumps=(group,), peak=PeakPlant(after_tank=True))


def series(hours: int, seed: int = 0) -> xr.Dataset:
    """Return forecasts of a winter's end or of a year: seasons, days, and noise that is the same in every run."""
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    season = np.cos(2 * np.pi * hour / 8760.0)
    noise = np.convolve(random.normal(0.0, 1.0, hours + 11), np.ones(12) / np.sqrt(12.0), mode="valid")
    T_outdoor = 282.0 - 10.0 * season - 4.0 * np.cos(2 * np.pi * (hour - 3) / 24.0) + 1.5 * noise
    morning = np.exp(-(((hour % 24) - 7.0) ** 2) / 6.0)
    demand = np.clip(0.33e6 * (291.0 - T_outdoor), 0.0, None) * (0.8 + 0.5 * morning) + 0.8e6
    price = 40.0 - 14.0 * np.cos(2 * np.pi * (hour % 24 - 8) / 12.0) + 9.0 * noise + random.normal(0.0, 3.0, hours)
    values = {
        "Q_flow_demand": (demand, "W"),
        "P_IT": (5.7e6 + 0.5e6 * np.sin(2 * np.pi * (hour - 9) / 24.0), "W"),
        "T_outdoor": (T_outdoor, "K"),
        "price_electricity": (price / 3.6e9, "EUR/J"),
        "price_gas": (np.full(hours, 26.0 / 3.6e9), "EUR/J"),
    }
    data = {name: ("time", value, {"units": units}) for name, (value, units) in values.items()}
    return check(xr.Dataset(data, coords={"time": 3600.0 * hour}, attrs={"step": 3600.0}))


def peer(matrices: Matrices) -> tuple[float, float]:
    """Return the time of `scipy.optimize.milp`, s, and its objective."""
    begin = time.perf_counter()
    found = milp(
        matrices.c,
        integrality=matrices.whole.astype(int),
        bounds=Bounds(matrices.lower, matrices.upper),
        constraints=LinearConstraint(matrices.A, matrices.low, matrices.high),
        options={"mip_rel_gap": GAP},
    )
    return time.perf_counter() - begin, float(found.fun)


def measured(name: str, hours: int, relax: bool, runs: int) -> dict[str, Any]:
    """Return times of a horizon, medians of some runs, and how far the objectives are apart."""
    data = series(hours)
    rows = []
    for _ in range(runs):
        begin = time.perf_counter()
        schedule = optimise(plant(), STATE, data, gap=GAP, relax=relax, final_value=10.0 / 3.6e9)
        whole = time.perf_counter() - begin
        problem = build(plant(), STATE, data, relax=relax, final_value=10.0 / 3.6e9)
        matrices = Matrices.of(problem.model)
        scipy_seconds, objective = peer(matrices)
        attrs = schedule.attrs
        own = attrs["solve_seconds"]
        rows.append((attrs["build_seconds"], own, whole, scipy_seconds, own / scipy_seconds))
    medians = np.median(np.array(rows), axis=0)
    return {
        "problem": name,
        "columns (whole)": f"{matrices.c.size} ({int(matrices.whole.sum())})",
        "rows": str(matrices.low.size),
        "build s": f"{medians[0]:.2f}",
        "solve s": f"{medians[1]:.2f}",
        "with schedule s": f"{medians[2]:.2f}",
        "SciPy s": f"{medians[3]:.2f}",
        "solve / SciPy": f"{medians[4]:.2f}",
        "cost EUR": f"{total_cost(schedule):.0f}",
        "gap %": f"{100.0 * attrs['gap']:.2f}",
        "cost against SciPy %": f"{100.0 * (attrs['objective'] / objective - 1.0):+.2f}",
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dispatch", description=__doc__.partition(":")[0])
    parser.add_argument("--quick", action="store_true", help="one run each, a month instead of the year")
    quick = parser.parse_args().quick
    runs, hours = (1, 720) if quick else (3, 8760)
    optimise(plant(), STATE, series(2))  # imports and first calls
    results = [
        measured("week, whole machines", 168, False, runs),
        measured("week, relaxed", 168, True, runs),
        measured("month, relaxed" if quick else "year, relaxed", hours, True, runs),
    ]
    console = Console(width=150)
    table = Table(title=f"Storage dispatch, gap {100.0 * GAP:g} %, medians of {runs}; SciPy {scipy.__version__}")
    for name in results[0]:
        table.add_column(name, justify="left" if name == "problem" else "right")
    for row in results:
        table.add_row(*row.values())
    console.print(table)


if __name__ == "__main__":
    main()
