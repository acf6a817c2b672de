"""Long horizons with whole numbers of machines: windows that overlap, guided by the relaxed plan of the whole.

A year of hours is too much for one search over whole numbers. Its linear relaxation is not, and tells what windows of
some days cannot see: what heat in the tank is worth at their ends, the power peak that the year needs anyway, and what
a limit of CO2 costs. It is also a bound that no plan of the year can fall below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.commitment import Commitment
from heatsim.dispatch.forecasts import check, step_of
from heatsim.dispatch.forecasts import window as cut
from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.schedule import GROUP_VARIABLES, VARIABLES, make_schedule, stock_value, total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import SimulationError, UsageError

DAY = 86400.0

_DEARER = 1.15
"""Factor on the price of CO2 from one round to the next, where a limit is not yet kept."""
_ROUNDS = 6


def optimise_rolling(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    *,
    window: float = 7.0 * DAY,
    overlap: float = 2.0 * DAY,
    gap: float = 0.005,
    time_limit: float = 60.0,
    final_value: float | None = None,
    final_charge: float | None = None,
    policy: str = "optimum",
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Return a schedule of a long horizon, planned window by window with whole numbers of machines.

    Parameters
    ----------
    plant, state, forecasts
        As for `optimise`.
    window, overlap
        Part of each plan that is kept, and what it looks further ahead, s.
    gap, time_limit
        Of each window.
    final_value, final_charge
        At the end of the whole horizon, as for `optimise`.
    policy
        Name in the schedule.
    progress
        Called with the share of the horizon that is planned, 0 to 1.

    Returns
    -------
    xarray.Dataset
        Schedule as from `optimise`, with `heat_price`; attributes `windows`, `window`, `overlap`, and with `bound` and
        `gap` the distance from the relaxed plan of the whole horizon, which no plan falls below.

    Raises
    ------
    UsageError
        If window or overlap are no whole numbers of intervals.
    SimulationError
        If the horizon or one of its windows has no plan, or the limit of CO2 cannot be kept.
    """
    data = check(forecasts)
    step = step_of(data)
    for name, length in (("window", window), ("overlap", overlap)):
        if length < (step if name == "window" else 0.0) or abs(length / step - round(length / step)) > 1e-6:
            raise UsageError(f"{name} of {length:g} s is no whole number of intervals of {step:g} s")
    span = data.sizes["time"] * step
    ends: dict[str, Any] = {"final_value": final_value, "final_charge": final_charge}
    if span <= window + overlap + 1e-6:
        result = optimise(plant, state, data, gap=gap, time_limit=time_limit, policy=policy, **ends)
        return result.assign_attrs(windows=1, window=window, overlap=overlap)
    guide = optimise(plant, state, data, relax=True, time_limit=10.0 * time_limit, **ends)
    limit = plant.tariff.co2_limit
    price = plant.tariff.co2_price + float(guide.attrs.get("co2_price_of_limit", 0.0))
    extra = {"gap": gap, "time_limit": time_limit}
    for _ in range(_ROUNDS):
        tariff = replace(plant.tariff, co2_price=price, co2_limit=None)
        pieces = _walk(replace(plant, tariff=tariff), state, data, guide, window, overlap, ends, extra, progress)
        result = _joined(plant, state, data, pieces, policy)
        emitted = float(result["co2"].sum())
        if limit is None or emitted <= limit * (1.0 + 1e-9):
            break
        cheapest = stock_value(plant, data) * 3.6e9 / 300.0  # EUR/kg: heat at some 0.3 t/MWh doubles its price
        price = max(price * _DEARER, cheapest * 0.1)
    else:
        raise SimulationError(
            f"windows of whole machines emit {emitted / 1e3:.4g} t, more than Tariff.co2_limit of "
            f"{(limit or 0.0) / 1e3:.4g} t, even at {price * 1e3:.3g} EUR/t; raise the limit"
        )
    return result.assign_attrs(_quality(plant, state, result, guide, final_value, gap)).assign_attrs(
        windows=len(pieces), window=window, overlap=overlap
    )


def _walk(
    plant: DispatchPlant,
    state: DispatchState,
    data: xr.Dataset,
    guide: xr.Dataset,
    window: float,
    overlap: float,
    ends: dict[str, Any],
    extra: dict[str, Any],
    progress: Callable[[float], None] | None,
) -> list[xr.Dataset]:
    """Return the kept part of each window's schedule."""
    step = step_of(data)
    first = begin = float(data["time"].values[0])
    stop = float(data["time"].values[-1]) + step
    known_peak = max(state.peak_power, float(guide["P_bought"].max()))
    pieces = []
    while begin < stop - 1e-6:
        end = min(begin + window + overlap, stop)
        last = end >= stop - 1e-6
        kept = stop if last else begin + window
        goal = ends
        if not last:
            value = 0.0
            if "storage_value" in guide:
                # What heat at the edge is worth to all that follows: its value in the first interval after it.
                value = float(guide["storage_value"].values[round((end - first) / step)])
            goal = {"final_value": value}
        now = replace(state, peak_power=max(known_peak, state.peak_power))
        plan = optimise(plant, now, cut(data, begin, end), **goal, **extra)
        part = plan.isel(time=slice(0, round((kept - begin) / step)))
        pieces.append(part.isel(time_edge=slice(0, part.sizes["time"] + 1)))
        state = state_after(plant, state, pieces[-1])
        begin = kept
        if progress is not None:
            progress((begin - first) / (stop - first))
    return pieces


def _joined(
    plant: DispatchPlant, state: DispatchState, data: xr.Dataset, pieces: list[xr.Dataset], policy: str
) -> xr.Dataset:
    """Return the schedule of the whole horizon, its costs those of the true plant."""
    names = [name for name in VARIABLES if not name.startswith(("cost_", "value_", "co2"))]
    values = {
        name: np.concatenate([one[name].values for one in pieces], axis=-1)
        for name in (*names, *GROUP_VARIABLES, "cost_starts")
    }
    charge = np.concatenate(
        [pieces[0]["state_of_charge"].values[:1], *(p["state_of_charge"].values[1:] for p in pieces)]
    )
    result = make_schedule(plant, state, data, values, charge, policy=policy)
    for name in ("heat_price", "storage_value"):
        if name in pieces[0]:
            joined = np.concatenate([one[name].values for one in pieces])
            result[name] = ("time", joined, dict(pieces[0][name].attrs))
    worst = max(pieces, key=lambda one: one.attrs["gap"])
    seconds = {name: sum(one.attrs[name] for one in pieces) for name in ("build_seconds", "solve_seconds")}
    status = "optimal" if all(one.attrs["status"] == "optimal" for one in pieces) else "time limit"
    return result.assign_attrs(
        seconds, status=status, largest_gap_of_windows=worst.attrs["gap"], relaxed=0, solver=worst.attrs["solver"]
    )


def _quality(
    plant: DispatchPlant,
    state: DispatchState,
    result: xr.Dataset,
    guide: xr.Dataset,
    final_value: float | None,
    gap: float,
) -> dict[str, float]:
    """Return objective, bound and gap of the whole horizon."""
    objective = total_cost(result) - plant.tariff.peak_charge * state.peak_power
    if plant.tank is not None and final_value is not None:
        objective -= final_value * plant.tank.capacity * float(result["state_of_charge"].values[-1])
    bound = float(guide.attrs["bound"])
    distance = (objective - bound) / max(abs(objective), 1e-9)
    return {"objective": objective, "bound": bound, "gap": distance, "gap_wanted": gap}


def state_after(plant: DispatchPlant, state: DispatchState, schedule: xr.Dataset) -> DispatchState:
    """Return the state that a schedule with whole numbers of machines leads to, at its end.

    Parameters
    ----------
    plant
        What is planned.
    state
        State at the begin of the schedule.
    schedule
        Schedule with machines and heat by group.
    """
    times = schedule["time"].values.astype(float)
    end = float(times[-1]) + step_of(schedule)
    on: dict[str, int] = {}
    since: dict[str, tuple[float, ...]] = {}
    load: dict[str, float] = {}
    for g, group in enumerate(plant.heat_pumps):
        name = group.name
        machines = Commitment(
            group.machines,
            state.machines_on.get(name, 0),
            state.since.get(name, ()),
            group.minimum_on,
            group.minimum_off,
            float(times[0]),
        )
        for t, number in zip(times, np.rint(schedule["machines_on_group"].values[g]).astype(int), strict=True):
            machines.change(float(t), int(number))
        on[name], since[name] = machines.on, machines.ages(end)
        if machines.on:
            load[name] = float(schedule["Q_flow_group"].values[g, -1]) / (group.heat * machines.on)
    chp_on, chp_since = state.chp_on, state.chp_since + end - float(times[0])
    if plant.chp is not None:
        running = schedule["Q_flow_chp"].values > 1e-3 * plant.chp.heat
        engine = Commitment(1, int(state.chp_on), (state.chp_since,), 0.0, 0.0, float(times[0]))
        for t, runs in zip(times, running, strict=True):
            engine.change(float(t), int(runs))
        chp_on, chp_since = bool(engine.on), engine.ages(end)[0]
    return DispatchState(
        t=end,
        state_of_charge=float(schedule["state_of_charge"].values[-1]),
        machines_on=on,
        since=since,
        load=load,
        chp_on=chp_on,
        chp_since=chp_since,
        peak_power=max(state.peak_power, float(schedule["P_bought"].max())),
    )
