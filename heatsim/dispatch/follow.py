"""Walk a rule forward on the optimisation's own model, interval by interval.

A rule wishes; what it gets is bounded by the same limits that the optimisation has: machines that are available, lowest
load, minimum times, ramps, the heat that the hall offers, the tank's usable range and flows, boilers in series behind
the tank. So the optimum can never cost more than a rule. The rule need not know these limits; only a limit on the CO2
of the whole horizon is beyond it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.commitment import Commitment
from heatsim.dispatch.forecasts import check
from heatsim.dispatch.known import Known
from heatsim.dispatch.options import SMALL, Option, Options
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.tank_limits import TankWalk
from heatsim.dispatch.wish import Moment, Wish
from heatsim.errors import SimulationError, UsageError

__all__ = ["Moment", "Walk", "Wish", "follow"]


def follow(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    wish: Callable[[Moment], Wish],
    *,
    policy: str = "rule",
    attrs: dict[str, Any] | None = None,
) -> xr.Dataset:
    """Return the schedule of a rule.

    Parameters
    ----------
    plant, state, forecasts
        What is planned, where it begins, and what is known of the horizon.
    wish
        The rule: asked at the begin of every interval.
    policy, attrs
        Name and further attributes of the schedule.

    Raises
    ------
    SimulationError
        If the demand cannot be met and `tariff.unmet_cost` is None, or no admissible operation is left; says when.
    """
    walk = Walk(plant, state, check(forecasts), policy)
    for _ in range(walk.number):
        walk.advance(wish(walk.moment()))
    return walk.schedule(attrs)


class Walk:
    """A plant on its way through the intervals of forecasts; `follow` is the usual way to it.

    Parameters
    ----------
    plant, state, forecasts, policy
        As for `follow`; the forecasts are checked, and begin where the state is.
    """

    def __init__(self, plant: DispatchPlant, state: DispatchState, forecasts: xr.Dataset, policy: str) -> None:
        self.plant, self.begin, self.data, self.policy = plant, state, forecasts, policy
        self.known = Known(plant, forecasts)
        self.number, self.step, self.times = self.known.number, self.known.step, self.known.times
        if abs(self.times[0] - state.t) > 1e-6 * self.step:
            raise UsageError(f"the state is at t = {state.t:g} s, the forecasts begin at {self.times[0]:g} s; cut them")
        state.check_machines({group.name: group.machines for group in plant.heat_pumps})
        self.tank = None if plant.tank is None else TankWalk(plant.tank, state.state_of_charge, forecasts)
        self.units = [
            Commitment(
                group.machines,
                state.machines_on.get(group.name, 0),
                state.since.get(group.name, ()),
                group.minimum_on,
                group.minimum_off,
                state.t,
            )
            for group in plant.heat_pumps
        ]
        self.chp = None
        if plant.chp is not None:
            shortest = (plant.chp.minimum_on, plant.chp.minimum_off)
            self.chp = Commitment(1, int(state.chp_on), (state.chp_since,), *shortest, state.t)
        self.heat: list[float | None] = [
            None if group.name not in state.load else state.load[group.name] * group.heat * unit.on
            for group, unit in zip(plant.heat_pumps, self.units, strict=True)
        ]
        self.index, self.peak_power = 0, state.peak_power
        self.rows: list[dict[str, Any]] = []

    def moment(self) -> Moment:
        """Return what a rule sees now."""
        i, known = self.index, self.known
        return Moment(
            index=i,
            t=float(self.times[i]),
            state_of_charge=0.0 if self.tank is None else self.tank.charge,
            running={group.name: unit.on for group, unit in zip(self.plant.heat_pumps, self.units, strict=True)},
            wanted=float(known.wanted[i]),
            price=float(known.price[i]),
            cost_heat_pump=float(known.cost_heat_pump[i]),
            cost_peak=float(known.cost_peak[i]),
            state=self.state,
        )

    def state(self) -> DispatchState:
        """Return the state at the begin of the coming interval, or at the end of the last one."""
        t = float(self.times[0] + self.index * self.step)
        groups = self.plant.heat_pumps
        return DispatchState(
            t=t,
            state_of_charge=self.begin.state_of_charge if self.tank is None else self.tank.charge,
            machines_on={group.name: unit.on for group, unit in zip(groups, self.units, strict=True)},
            since={group.name: unit.ages(t) for group, unit in zip(groups, self.units, strict=True)},
            load={
                group.name: heat / (group.heat * unit.on) if unit.on else 0.0
                for group, unit, heat in zip(groups, self.units, self.heat, strict=True)
                if heat is not None
            },
            chp_on=bool(self.chp is not None and self.chp.on),
            chp_since=self.begin.chp_since if self.chp is None else self.chp.ages(t)[0],
            peak_power=self.peak_power,
        )

    def advance(self, wish: Wish) -> None:
        """Go through the coming interval as near to the wish as the limits allow."""
        i, t = self.index, float(self.times[self.index])
        if np.isnan(wish.heat) or wish.heat < 0.0:
            raise UsageError(f"'{self.policy}' wishes heat of {wish.heat:g} W at t = {t / 3600.0:g} h; give at least 0")
        option = Options(self.known, i, self.units, self.chp, self.heat, self.tank).best(wish)
        if option is None:
            raise SimulationError(
                f"'{self.policy}' has no admissible operation at t = {t / 3600.0:g} h: machines that must run make "
                "more heat than network and tank take, or take more than the hall offers; shorten minimum_on"
            )
        demand = float(self.data["Q_flow_demand"].values[i])
        if option.unmet > SMALL and (self.plant.tariff.unmet_cost is None or option.unmet > demand + SMALL):
            raise SimulationError(
                f"'{self.policy}' misses {option.unmet / 1e6:.3g} MW of {self.known.wanted[i] / 1e6:.3g} MW at "
                f"t = {t / 3600.0:g} h (boilers {self.plant.peak.heat / 1e6:.3g} MW); "
                "give a larger peak plant, or allow unmet demand with tariff.unmet_cost"
            )
        self._take(option, t)

    def _take(self, option: Option, t: float) -> None:
        """Write down an interval and move on."""
        i, plant = self.index, self.plant
        starts = [unit.change(t, n)[0] for unit, n in zip(self.units, option.numbers, strict=True)]
        starts_chp = 0 if self.chp is None else self.chp.change(t, option.chp_on)[0]
        heat = float(option.heat.sum())
        recovered = heat - option.power
        row: dict[str, Any] = {
            "Q_flow_heat_pump": heat,
            "machines_on": sum(option.numbers),
            "machines_on_group": option.numbers,
            "Q_flow_group": option.heat,
            "starts": sum(starts),
            "starts_chp": starts_chp,
            "cost_starts": sum(n * group.start_cost for n, group in zip(starts, plant.heat_pumps, strict=True)),
            "Q_flow_recovered": recovered,
            "Q_flow_rejected": max(float(self.known.offered[i]) - recovered, 0.0),
            "Q_flow_peak": option.boiler,
            "Q_flow_unmet": option.unmet,
            "Q_flow_charge": option.flow,
            "Q_flow_chp": option.chp,
            "P_chp": 0.0,
        }
        row["P_heat_pump"] = option.power + sum(
            group.pump * q + group.standby * group.machines + group.start_energy / self.step * n
            for group, q, n in zip(plant.heat_pumps, option.heat, starts, strict=True)
        )
        boiler = option.boiler / plant.peak.efficiency
        electric = plant.peak.carrier == "electricity"
        row["P_fuel"] = 0.0 if electric else boiler
        if plant.chp is not None:
            load = option.chp / plant.chp.heat
            row["P_chp"] = load * plant.chp.power
            row["P_fuel"] += load * plant.chp.fuel
            row["cost_starts"] += plant.chp.start_cost * starts_chp
        power = row["P_heat_pump"] + plant.hall.rejection_power * row["Q_flow_rejected"] - row["P_chp"]
        power += float(plant.network.pump_power(self.data["Q_flow_demand"].values[i])) + (boiler if electric else 0.0)
        row["P_bought"], row["P_sold"] = max(power, 0.0), max(-power, 0.0)
        if self.tank is not None:
            self.tank.advance(i, option.flow)
        self.heat = [float(one) for one in option.heat]
        self.peak_power = max(self.peak_power, row["P_bought"])
        self.rows.append(row)
        self.index += 1

    def schedule(self, attrs: dict[str, Any] | None = None) -> xr.Dataset:
        """Return the schedule of the intervals gone through."""
        values = {name: np.array([row[name] for row in self.rows], dtype=float) for name in self.rows[0]}
        for name in ("machines_on_group", "Q_flow_group"):
            values[name] = values[name].T
        charge = np.zeros(self.index + 1) if self.tank is None else np.array(self.tank.charges)
        data = self.data.isel(time=slice(0, self.index)).assign_attrs(self.data.attrs)
        return make_schedule(self.plant, self.begin, data, values, charge, policy=self.policy, attrs=attrs)
