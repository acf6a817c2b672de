"""Which tank and which heat pumps: what each size costs in a year, and whether the plant agrees. Copy and change it.

    python studies/storage_sizing.py                 value curves, error of representative weeks
    python studies/storage_sizing.py --check         and chosen sizes on the plant over the year (an hour or more)

Curves are planned twice: on representative weeks with whole machines, for the largest heat pumps, and for all on the
whole year with fractions of machines, which takes some seconds a size. The public data are taken from the folder named
by HEATSIM_DATA, or ../shared/data beside the checkout; without them built-in series are used, and a line says so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import heatsim as hs
from heatsim.dispatch.investment import Investment, invested
from heatsim.dispatch.weeks import representative_weeks
from heatsim.dispatch.weeks_error import error_table, weeks_error
from heatsim.plot.value_curves import value_curves as figure
from heatsim.study import storage_sizing as sizing
from heatsim.study.annual import Annual

START, DAYS = "2020-01-01", 365
VOLUMES = [0.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0]  # m3, 0 for no tank
HEATS = [8e6, 10e6, 12e6]  # nominal heat of all heat pumps, W
WEEKS = 12
POINTS = [(0.0, 12e6), (500.0, 12e6)]  # sizes that run on the plant
JOBS = os.cpu_count() or 1
DATA = Path(os.environ.get("HEATSIM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")

INVESTMENT: Investment | None = None
# What sizes cost to build decides which is best, so it is yours to give, for example
# INVESTMENT = Investment(interest=0.05, tank_lifetime=40.0, heat_pump_lifetime=20.0, per_volume=..., per_heat=...)


def main(check: bool) -> None:
    """Run the study; writes `storage_sizing_*.nc` and `storage_sizing_*.png`."""
    options = Annual(
        policy=sizing.POLICY,
        start=START,
        stop=DAYS * 86400.0,
        data=str(DATA) if DATA.is_dir() else None,
        demand_peak=14e6,
    )

    # 1. The year as plans see it: hourly means of demand, IT power, prices and temperature.
    year = sizing.year_of(options, print)

    # 2. Weeks that stand for it, and what is lost with them.
    weeks = representative_weeks(year, WEEKS)
    print(weeks)
    plant = sizing.dispatch_plant(options, 2000.0, 12e6)
    errors = weeks_error(plant, year, [2, 4, 8, WEEKS, 16, 26], [0.0, 500.0, 2000.0])
    print("\n".join(error_table(errors)))

    # 3. What sizes cost: the plant of each is read from the dynamic one.
    planned = {}
    for name, heats, how in (
        ("weeks", HEATS[-1:], {"weeks": weeks, "gap": 0.005}),
        ("year", HEATS, {"weeks": None, "relax": True}),
    ):
        curves = sizing.curves(options, year, VOLUMES, heats, jobs=JOBS, **how)
        if INVESTMENT is not None:
            curves = invested(curves, INVESTMENT)
            print(f"best: {curves.attrs['best_volume']:g} m³ and {curves.attrs['best_heat'] / 1e6:g} MW")
            if edges := curves.attrs["best_at_edge"]:
                print(f"at the edge of {edges}: a better size may lie outside")
        shown = curves.assign_coords(heat=curves["heat"] / 1e6)
        print(f"\nplanned on the {name}: cost in kEUR/a over m³ and MW")
        print((shown["cost"].to_pandas() / 1e3).round(1).to_string())
        print("worth of one more m³ between them in EUR/a")
        print(shown["marginal_value_volume"].to_pandas().round(1).to_string())
        hs.save(curves, f"storage_sizing_{name}.nc")
        figure(curves).savefig(f"storage_sizing_{name}.png", dpi=130)
        planned[name] = curves

    # 4. Whether the plant agrees, every hour of the span.
    if check:
        checked = sizing.check_on_plant(POINTS, options, Path("storage_sizing"), jobs=JOBS, report=print)
        print("\n".join(sizing.check_table(checked)))
        hs.save(checked, "storage_sizing_checked.nc")
        figure(planned["year"], checked).savefig("storage_sizing_checked.png", dpi=130)
        if checked.attrs["failures"]:
            sys.exit(f"runs did not pass their checks: {checked.attrs['failures']}")


if __name__ == "__main__":
    if set(sys.argv[1:]) - {"--check"}:
        sys.exit(__doc__)
    main(check="--check" in sys.argv)
