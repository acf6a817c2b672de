"""Policies side by side, planned and realised: each against no tank and against perfect foresight.

Costs are compared after the value of the difference of the heat stored (`heatsim.dispatch.schedule.stock_value`), so a
policy earns nothing by emptying the tank at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.calibration import Executed
from heatsim.dispatch.execution import execute
from heatsim.dispatch.gap import GapRow, gap, turnover
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.policies import FollowDemand, Optimum, Policy
from heatsim.dispatch.policy_table import Comparison, PolicyRow
from heatsim.dispatch.schedule import compared_cost, stock_value, total_cost
from heatsim.dispatch.state import DispatchState
from heatsim.errors import InputError, UsageError
from heatsim.system import System

__all__ = ["NO_TANK", "PERFECT", "Comparison", "PolicyRow", "compare", "compare_policies", "on_plant", "without_tank"]

NO_TANK = "no_tank"
PERFECT = "perfect_foresight"
SEPARATOR = 60.0 / 14e6
"""Volume over rated heat of the network of the smallest tank for a plant without one, m3/W.

Heat pumps and network are separated by water: without any, no flow can differ from the other. 60 m3 at 14 MW are nine
minutes of the network's flow."""

NOTHING = 0.01
"""Share of what is paid and earned in all hours below which a saving is none: runs and plans differ by as much."""

Pair = tuple[xr.Dataset | None, xr.Dataset | None]


def compare(
    runs: Mapping[str, Pair | Executed],
    plant: DispatchPlant,
    forecasts: xr.Dataset,
    *,
    baseline: str = NO_TANK,
    reference: str = PERFECT,
    value: float | None = None,
) -> Comparison:
    """Compare policies that have been planned, run, or both.

    Parameters
    ----------
    runs
        By name of the policy: planned and realised schedule, either may be None, or what `execute` returns.
    plant
        The plant with its tank: capacity and tariff value the heat stored.
    forecasts
        What really was.
    baseline, reference
        Policies against which saving and regret count; a name that is not among the runs leaves them out. The stock of
        the baseline is not valued where it is planned without a tank (state of charge zero throughout).
    value
        Value of stored heat, EUR/J; `stock_value` when None.

    Raises
    ------
    InputError
        If a policy has neither plan nor run, or schedules cover different intervals.
    """
    if not runs:
        raise InputError("there is no policy to compare; give at least one run")
    worth = stock_value(plant, forecasts) if value is None else value
    pairs = {name: _pair(name, one) for name, one in runs.items()}
    _same_intervals(pairs)
    costs = {
        name: tuple(None if one is None else _cost(one, plant, worth, name == baseline and _bare(pair)) for one in pair)
        for name, pair in pairs.items()
    }
    none = (None, None)
    base, best = costs.get(baseline, none), costs.get(reference, none)
    rows = tuple(_row(name, pairs[name], costs[name], base, best) for name in runs)
    return Comparison(rows, worth, baseline, reference, pairs)


def _pair(name: str, one: Pair | Executed) -> Pair:
    pair = one if isinstance(one, tuple) else (one.planned, one.realised)
    if pair[0] is None and pair[1] is None:
        raise InputError(f"policy '{name}' has neither a plan nor a run; give one of them")
    return pair


def _same_intervals(pairs: Mapping[str, Pair]) -> None:
    first: tuple[str, xr.Dataset] | None = None
    for name, pair in pairs.items():
        for one in pair:
            if one is None:
                continue
            if first is None:
                first = (name, one)
            a, b = first[1]["time"].values, one["time"].values
            if a.shape != b.shape or abs(a - b).max() > 1.0:
                raise InputError(
                    f"policy '{name}' covers {b.size} intervals from {b[0] / 3600.0:g} h, '{first[0]}' {a.size} from "
                    f"{a[0] / 3600.0:g} h; compare runs of the same intervals"
                )


def _bare(pair: Pair) -> bool:
    """Return whether a policy was planned, or valued, without a tank."""
    return any(one is not None and not np.any(one["state_of_charge"].values) for one in pair)


def _cost(one: xr.Dataset, plant: DispatchPlant, worth: float, bare: bool) -> float:
    """Cost less the value of the stock; the separator of a plant without a tank stores next to nothing."""
    return total_cost(one) if bare else compared_cost(one, plant, worth)


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _row(
    name: str,
    pair: Pair,
    cost: tuple[float | None, ...],
    base: tuple[float | None, ...],
    best: tuple[float | None, ...],
) -> PolicyRow:
    shown_one = pair[1] if pair[1] is not None else pair[0]
    assert shown_one is not None
    rows = gap(shown_one, shown_one)
    side = 1 if cost[1] is not None and base[1] is not None and best[1] is not None else 0
    own, most = _less(base[side], cost[side]), _less(base[side], best[side])
    return PolicyRow(
        policy=name,
        cost_planned=cost[0],
        cost_realised=cost[1],
        gap_percent=GapRow("cost", "EUR", cost[0], cost[1], "", 0.0 if pair[0] is None else turnover(pair[0])).percent,
        saving_planned=_less(base[0], cost[0]),
        saving_realised=_less(base[1], cost[1]),
        saving_share=None if own is None or most is None or most <= NOTHING * turnover(shown_one) else own / most,
        regret_planned=_less(cost[0], best[0]),
        regret_realised=_less(cost[1], best[1]),
        electricity=rows["electricity_bought"].realised,
        peak_heat=rows["peak_heat"].realised,
        co2=rows["co2"].realised,
        starts=rows["starts"].realised,
        unmet_share=rows["unmet_share"].realised,
        state_of_charge_end=rows["state_of_charge_end"].realised,
    )


def compare_policies(
    policies: Mapping[str, Policy],
    state: DispatchState,
    forecasts: xr.Dataset,
    *,
    plant: DispatchPlant,
    run: Callable[[str, Policy], Executed] | None = None,
    value: float | None = None,
) -> Comparison:
    """Plan with several policies, run them on the plant, and compare them with no tank and with perfect foresight.

    Parameters
    ----------
    policies
        Policies by name. `no_tank` (heat pumps follow the demand, a plant without a tank) and `perfect_foresight` (the
        optimum over the forecasts) are added where they are missing.
    state
        State at the begin.
    forecasts
        What really is: all policies are valued with it.
    plant
        The plant as dispatch sees it.
    run
        Carries out a policy on the plant, given its name; None: plans alone. `on_plant` makes one.
    value
        Value of stored heat, EUR/J; `stock_value` when None.
    """
    every: dict[str, Policy] = {
        NO_TANK: FollowDemand(plant.having(tank=None)),
        PERFECT: Optimum(plant, final_value=value),
    }
    every |= policies
    runs: dict[str, Pair | Executed] = {}
    for name, policy in every.items():
        runs[name] = (policy.plan(state, forecasts), None) if run is None else run(name, policy)
    return compare(runs, plant, forecasts, value=value)


def on_plant(
    system: System,
    inputs: Mapping[str, Any],
    forecasts: xr.Dataset,
    *,
    plant: DispatchPlant,
    stop: float,
    **settings: Any,
) -> Callable[[str, Policy], Executed]:
    """Return a function for `compare_policies` that carries out a policy on the dynamic plant.

    Parameters
    ----------
    system
        Reference plant with the sampled supervisor; `no_tank` runs on the one `without_tank` makes of it.
    inputs
        Series of the system's inputs.
    forecasts
        Forecasts of the whole run.
    plant
        The plant as dispatch sees it (`plant_of`, `calibrate`).
    stop
        End of the runs, s.
    settings
        Others of `heatsim.dispatch.execution.execute`.
    """

    def run(name: str, policy: Policy) -> Executed:
        bare = name == NO_TANK
        own, seen = (without_tank(system), plant.having(tank=None)) if bare else (system, plant)
        return execute(own, policy, inputs, forecasts, stop=stop, plant=seen, **settings)

    return run


def without_tank(system: System) -> System:
    """Return a copy of the plant in whose tank there is just the water that separates heat pumps and network.

    See `SEPARATOR`; the heat pumps follow the demand as planned, and the separator takes what the loops differ by.
    """
    other = system.copy()
    heat = other.members["grid"].parameter_value("Q_flow_nominal")
    if heat is None:
        raise UsageError(f"{system.name}: 'grid' has no parameter 'Q_flow_nominal', the size of the tank's replacement")
    other.set("storage.V", SEPARATOR * heat)
    return other
