"""What a tank earns in a week, step by step, with a rule of your own among the policies: copy this file and change it.

    python studies/storage_dispatch.py

It does in Python what `heatsim run storage_dispatch` does, in one process, and adds a rule. The public data are taken
from the folder named by HEATSIM_DATA, or ../shared/data beside the checkout; without them built-in series are used, and
a line says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import xarray as xr

import heatsim as hs
from heatsim.dispatch.calibration import iterate
from heatsim.dispatch.comparison import compare_policies, on_plant
from heatsim.dispatch.execution import Execution, execute
from heatsim.dispatch.forecasts import forecasts
from heatsim.dispatch.plant import Tariff
from heatsim.dispatch.policies import Optimum, Policy, PriceThreshold, UserPolicy
from heatsim.dispatch.reading import plant_of
from heatsim.dispatch.state import DispatchState
from heatsim.plot import dispatch as plots
from heatsim.study import dispatch_series

START, DAYS = "2020-04-20", 7
VOLUME = 2000.0  # tank, m3
DATA = Path(os.environ.get("HEATSIM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def six_cheapest(state: DispatchState, known: xr.Dataset) -> np.ndarray:
    """Return the heat of the heat pumps in each hour, W: all that the hall offers in the six cheapest hours of a day.

    In the other hours half of the demand; what is missing comes from the tank, and when it is empty from the boilers.
    Limits of the plant (machines, minimum times, tank) are kept by whoever calls this.
    """
    price, day = known["price_electricity"].values, (known["time"].values // 86400.0).astype(int)
    heat = 0.5 * known["Q_flow_demand"].values
    for one in np.unique(day):
        hours = np.flatnonzero(day == one)
        heat[hours[np.argsort(price[hours], kind="stable")[:6]]] = np.inf
    return heat


def main() -> None:
    """Run the study; writes `storage_dispatch_*.png` and `storage_dispatch.json`."""
    stop = DAYS * 86400.0

    # 1. Series: files of your own as {"demand": "FILE.csv:column", "price": ..., "weather": ...}.
    sources = dispatch_series.find({}, data=DATA if DATA.is_dir() else None, start=START, stop=stop)
    series = dispatch_series.series(sources, start=START, stop=stop, demand_peak=14e6)
    print("\n".join([*sources.notes, *dispatch_series.described(series)]))
    known = forecasts(series, stop=stop)  # interval means, which is what dispatch plans with

    # 2. The plant: the dynamic one, and what dispatch knows of it, read from it and corrected by a run of it.
    system = hs.reference_plant()
    system.set("storage.V", VOLUME)
    tariff = Tariff(grid_charge=0.0, co2_price=0.0, heat_value=0.0)  # SI: EUR/J, EUR/kg
    plant = plant_of(system, tariff=tariff, start_cost=20.0)
    learned = iterate(plant, lambda one: execute(system, Optimum(one), series, known, stop=stop), rounds=1)
    learned.rounds[0].calibration.print()
    plant = learned.plant

    # 3. Policies: no tank and perfect foresight are added; rules, the receding horizon and your own are chosen here.
    policies: dict[str, Policy] = {
        "price_threshold": PriceThreshold(plant),
        "six_cheapest": UserPolicy(six_cheapest, "six_cheapest", plant),
    }

    # 4. Every policy on the plant, which has to keep the hall cool and the network warm whatever the plan says.
    done: dict[str, Execution] = {}
    on = on_plant(system, series, known, plant=plant, stop=stop, output_step=300.0)

    def run(name: str, policy: Policy) -> Execution:
        print(f"running {name}", flush=True)
        execution = on(name, policy)
        assert isinstance(execution, Execution)
        done[name] = execution
        hs.audit(execution.dataset).check(1e-3)
        return execution

    comparison = compare_policies(policies, DispatchState(), known, plant=plant, run=run)

    # 5. What the tank earned, and pictures.
    comparison.print()
    comparison.to_json("storage_dispatch.json")
    drawn = []
    for name, one in done.items():
        planned, realised = (schedule.assign_attrs(start_time=START) for schedule in (one.planned, one.realised))
        drawn.append(plots.Drawn(name.replace("_", " "), planned, realised, one.dataset))
    plots.price_figure(drawn).savefig("storage_dispatch_price.png", dpi=130)
    plots.heat_figure(drawn).savefig("storage_dispatch_heat.png", dpi=130)
    plots.tank_figure([one for one in drawn if one.title != "no tank"]).savefig("storage_dispatch_tank.png", dpi=130)


if __name__ == "__main__":
    main()
