"""What a run of the plant really did, from its energy meters, as a schedule: it compares with a plan line by line."""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatsim.analysis.shortage import unmet
from heatsim.dispatch.forecasts import check, step_of, window
from heatsim.dispatch.measured_state import state_of_charge
from heatsim.dispatch.observations import Meters
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState
from heatsim.errors import InputError

METERS: dict[str, tuple[tuple[str, float], ...]] = {
    "Q_flow_heat_pump": (("heat_pump.E_in_sink", -1.0),),
    "P_heat_pump": (("heat_pump.E_el", 1.0), ("heat_pump.E_pumps", 1.0)),
    "Q_flow_recovered": (("hall.E_in_recovery", -1.0),),
    "Q_flow_rejected": (("hall.E_in_outdoor", -1.0),),
    "Q_flow_peak": (("peak.E_in_burner", 1.0),),
    "P_fuel": (("peak.E_fuel", 1.0),),
    "Q_flow_charge": (("storage.E_in_source", 1.0), ("storage.E_in_load", 1.0)),
    "Q_flow_demand": (("grid.E_demand", 1.0),),
    "Q_flow_wanted": (
        ("grid.E_demand", 1.0),
        ("grid.E_in_ground", -1.0),
        ("peak.E_in_ambient", -1.0),
        # The work of the network pump warms the water: that much less is to be fed in.
        ("grid.E_in_pump", -1.0),
    ),
}
"""Energy meters (J) with their sign, whose change over an interval gives the mean of a variable of the schedule."""

AT_THE_TIME = "Q_flow_unmet_at_the_time"
"""Variable of a realised schedule beside those of `heatsim.dispatch.schedule`: unmet demand of every instant."""


def realised(
    dataset: xr.Dataset, plant: DispatchPlant, forecasts: xr.Dataset, *, policy: str = "realised"
) -> xr.Dataset:
    """Return what a run did in each interval, with costs by the same tariff as a plan.

    Parameters
    ----------
    dataset
        Run of a plant with the units of the reference plant, outputs at least once in each interval.
    plant
        Tariff, tank and fans of the hall.
    forecasts
        What really was: prices and CO2 of the intervals; those that the run covers are used.
    policy
        Name in the schedule.

    Returns
    -------
    xarray.Dataset
        The schema of `heatsim.dispatch.schedule`. Demand is unmet as in `heatsim.analysis.shortage`: where consumers do
        not get it within a day, and all of it where more is missing than valves explain that lag behind a rising
        demand. The variable `AT_THE_TIME` is the meter `grid.E_unmet`: what is missing at every instant, with nothing
        taken back.

        Heat and electricity are from energy meters; the electricity of the dry coolers and the running machines, which
        have none, are from samples. Electricity of the hall that does not depend on dispatch (pumps, trim compressors,
        fans of the hall) is left out, as in a plan.

    Raises
    ------
    InputError
        If the run lacks a meter, or covers no whole interval.
    """
    data = check(forecasts)
    step = step_of(data)
    time = dataset["time"].values.astype(float)
    inside = (data["time"].values >= time[0] - 1e-6) & (data["time"].values + step <= time[-1] + 1e-6)
    if not inside.any():
        raise InputError(
            f"the run from {time[0]:g} to {time[-1]:g} s covers no interval of {step:g} s of the forecasts"
        )
    if np.max(np.diff(time)) > step * (1 + 1e-9):
        raise InputError(f"the run has outputs every {np.max(np.diff(time)):g} s; give output_step={step:g} or less")
    begin = float(data["time"].values[inside][0])
    data = window(data, begin, begin + step * int(inside.sum()) - 0.5 * step)
    edges = np.append(data["time"].values, data["time"].values[-1] + step)

    run = Meters(dataset, edges)
    found = {
        name: sum((run.power(meter, sign) for meter, sign in parts), np.zeros(edges.size - 1))
        for name, parts in METERS.items()
    }
    found["machines_on"], found["starts"], _, _ = run.machines("heat_pump.capacity_actual")
    coolers = np.maximum(run.mean("hall.P_fans") - plant.hall.fans, 0.0)
    found["P_bought"] = found["P_heat_pump"] + run.power("grid.E_pump") + coolers
    delivered = run.power("grid.E_in_consumers", -1.0)
    found["Q_flow_unmet"] = unmet(found["Q_flow_demand"], delivered, step)
    if plant.peak.carrier == "electricity":
        found["P_bought"] = found["P_bought"] + found["P_fuel"]
        found["P_fuel"] = np.zeros(edges.size - 1)
    charge = np.interp(edges, time, state_of_charge(dataset, plant))
    state = DispatchState(float(edges[0]), float(charge[0]))
    result = make_schedule(plant, state, data, found, charge, policy=policy, attrs={"source": "energy meters of a run"})
    attrs = {"units": "W", "long_name": "Demand that is not met at the time, whatever comes later"}
    result[AT_THE_TIME] = ("time", run.power("grid.E_unmet"), attrs)
    return result
