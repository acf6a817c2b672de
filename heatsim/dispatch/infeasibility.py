"""Why there is no plan: the least by which constraints must give way, named with time, amount and a next step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse

from heatsim.dispatch.forecasts import heat_offered, heat_wanted
from heatsim.dispatch.frame import MW
from heatsim.dispatch.problem import TONNE, Problem
from heatsim.dispatch.solver import Matrices, solve

_TIME_LIMIT = 20.0
"""Of the search for the cause, s."""

_PRICES = {"final_charge": 0.1, "co2_limit": 0.1, "ramp": 0.5, "heat_balance": 1.0, "hall_balance": 5.0}
"""What a unit of giving way counts, by constraint: those that only a user's wish sets give way first. Heat of the hall
gives way last: more of it would make up for a demand that is too large, and that has to be named then."""


def explain(problem: Problem, matrices: Matrices) -> str:
    """Return one line that tells which constraint cannot hold, when, by how much, and what to do.

    Every balance and limit that can be the cause gets a slack on both sides, and the sum of all slacks is made as
    small as it can be (an elastic model; Chinneck, Feasibility and Infeasibility in Optimization, 2008).
    """
    slacks = _slacks(problem, matrices)
    rows = np.concatenate([one for one, _ in slacks.values()])
    prices = np.concatenate([np.full(one.size, price) for one, price in slacks.values()])
    unit = scipy.sparse.csr_array(
        (np.ones(rows.size), (rows, np.arange(rows.size))), shape=(matrices.low.size, rows.size)
    )
    columns, extra = matrices.c.size, 2 * rows.size
    elastic = replace(
        matrices,
        A=scipy.sparse.csr_array(scipy.sparse.hstack([matrices.A, unit, -unit])),
        c=np.concatenate([np.zeros(columns), prices, prices]),
        lower=np.concatenate([matrices.lower, np.zeros(extra)]),
        upper=np.concatenate([matrices.upper, np.full(extra, np.inf)]),
        whole=np.concatenate([matrices.whole, np.zeros(extra, dtype=bool)]),
    )
    found = solve(elastic, gap=0.05, absolute_gap=1e-4, time_limit=_TIME_LIMIT)
    if not found.found:
        return f"no plan: the constraints contradict each other ({found.status}); shorten the horizon to find where"
    missing, surplus = found.x[columns : columns + rows.size], found.x[columns + rows.size :]
    begin, parts = 0, []
    for name, (own, price) in slacks.items():
        part = slice(begin, begin + own.size)
        begin += own.size
        amount = missing[part] - surplus[part]
        amount = np.where(np.abs(amount) > 1e-6, amount, 0.0)
        if amount.any():
            parts.append((price * float(np.sum(np.abs(amount))), name, amount))
    if not parts:
        return "no plan: constraints miss each other by less than a watt; give the plant a little more room"
    parts.sort(reverse=True)
    return f"no plan: {_sentence(problem, parts[0][1], parts[0][2])}"


def _slacks(problem: Problem, matrices: Matrices) -> dict[str, tuple[np.ndarray, float]]:
    """Return rows that may give way, and what a unit counts, by name of the constraint."""
    position = np.full(int(matrices.rows.max()) + 1, -1)
    position[matrices.rows] = np.arange(matrices.rows.size)
    result = {}
    for name, constraint in problem.model.constraints.items():
        price = _PRICES.get("ramp" if name.startswith("ramp") else name)
        if price is not None:
            labels = np.asarray(constraint.labels.values).ravel()
            result[name] = position[labels[labels >= 0]], price
    return result


def _sentence(problem: Problem, name: str, amount: np.ndarray) -> str:
    """Return what a constraint lacks (`amount` > 0) or has too much, in units of the model."""
    plant, data = problem.plant, problem.forecasts
    hours = data.attrs["step"] / 3600.0
    worst = int(np.argmax(np.abs(amount)))
    when = f"at t = {data['time'].values[min(worst, data.sizes['time'] - 1)] / 3600.0:g} h"
    if "start_time" in data.attrs:
        start = np.datetime64(data.attrs["start_time"].replace("Z", "").split("+")[0], "s")
        when += f" ({start + np.timedelta64(int(data['time'].values[worst]), 's')})" if name != "co2_limit" else ""
    number = int(np.count_nonzero(amount))
    total = f"{number} interval{'s' if number > 1 else ''}, {np.abs(amount).sum() * hours:.3g} MWh"
    size = f"{abs(amount[worst]):.3g} MW"
    if name == "heat_balance" and amount[worst] > 0.0:
        wanted = heat_wanted(plant, data)[worst] / MW
        offered = heat_offered(plant, data)[worst] / MW
        return (
            f"heat is short by {size} {when} ({total}): {wanted:.3g} MW are wanted, boilers give up to "
            f"{plant.peak.heat / MW:.3g} MW and the hall offers {offered:.3g} MW to {_running(problem, worst)} heat "
            "pumps; enlarge PeakPlant.heat, or let demand be unmet with Tariff.unmet_cost"
        )
    if name == "heat_balance":
        return (
            f"{size} too much heat {when} ({total}): machines that must run make more than network and tank take; "
            "shorten minimum_on, lower minimum_load, or begin with fewer machines_on"
        )
    if name == "hall_balance":
        return (
            f"the hall offers {size} too little heat {when} ({total}) for the machines that must run; "
            "shorten minimum_on, lower minimum_load, or begin with fewer machines_on"
        )
    if name == "final_charge":
        assert plant.tank is not None
        share = abs(float(amount[0])) * 3.6e9 / plant.tank.capacity
        return (
            f"the tank ends {share:.3g} of its capacity below final_charge; lower final_charge or lengthen the horizon"
        )
    if name == "co2_limit":
        limit = plant.tariff.co2_limit or 0.0
        return (
            f"the least CO2 of the horizon exceeds Tariff.co2_limit of {limit / TONNE:.4g} t by "
            f"{abs(float(amount[0])):.3g} t; raise the limit"
        )
    return f"the ramp of '{name.partition(':')[2]}' is too slow by {size} {when}; raise HeatPumps.ramp"


def _running(problem: Problem, interval: int) -> str:
    share = problem.forecasts["heat_pump_available"].values[interval]
    return "/".join(str(int(np.floor(group.machines * share + 1e-6))) for group in problem.plant.heat_pumps)
