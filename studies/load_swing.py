"""A day of load swings, step by step, with and without a trip of all heat pumps: copy this file and change it.

    python studies/load_swing.py

It does in Python what `heatsim run load_swing --trip 7h/2h` does, and compares the day with an undisturbed one.
"""

from __future__ import annotations

import heatsim as hs
from heatsim import plot, profiles

HOURS = 24

# 1. Inputs: generated here; give demand="FILE.csv", weather=, price= to read your own.
series = profiles.dataset(start="2020-01-15", duration=f"{HOURS}h", it_capacity="10MW", demand_peak="18MW", seed=0)
no_trip = profiles.heat_pump_availability(duration=f"{HOURS}h")
trip = profiles.heat_pump_availability(duration=f"{HOURS}h", trip=("7h", "2h"))


def run(name: str, available: object) -> hs.KpiTable:
    """Run the day and return its key figures; writes `NAME.nc` and `NAME.png`."""
    # 2. The plant: FMUs built from modelica/HeatReuse, closed by its control loops. `print(system)` shows it.
    system = hs.reference_plant(it_capacity=10e6)
    system.set("storage.V", 2000.0)  # any parameter, start value or constant input, SI
    inputs = {key: {**series, "heat_pump_available": available}[key] for key in system.inputs}

    # 3. A steady state to start from, then the day.
    start = hs.trim(system, at=inputs)
    ds = hs.simulate(system, inputs=inputs, stop=HOURS * 3600, output_step=60, start_from=start)

    # 4. The verdict: the energy balance must close, then the figures count.
    hs.audit(ds).check(1e-3)
    ds = profiles.attach(ds, series)
    ds.attrs["start_time"] = "2020-01-15"
    hs.save(ds, f"{name}.nc")
    plot.overview(ds).savefig(f"{name}.png", dpi=130)
    return hs.kpis(ds)


if __name__ == "__main__":
    calm, disturbed = run("undisturbed", no_trip), run("heat_pump_trip", trip)
    print(f"{'':24}{'undisturbed':>14}{'2 h trip':>14}")
    for figure in ("chip_max", "tcs_supply_max", "rejected_heat", "unmet_share", "peak_share", "cost_total"):
        print(f"{figure:24}{calm[figure]:14.3f}{disturbed[figure]:14.3f}  {calm.record(figure).unit}")
