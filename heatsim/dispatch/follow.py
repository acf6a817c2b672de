"""Walk a rule forward on the optimisation's own model, interval by interval.

A rule wishes; what it gets is bounded by the same limits that the optimisation has: machines that are available, lowest
load, minimum times, ramps, the heat that the hall offers, the tank's usable range and flows, boilers in series behind
the tank. So the optimum can never cost more than a rule. The rule need not know these limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch.commitment import Commitment
from heatsim.dispatch.forecasts import check, heat_offered, heat_wanted, lift, step_of
from heatsim.dispatch.merit import MeritOrder
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.power import full_load_power
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState
from heatsim.dispatch.tank_limits import TankWalk
from heatsim.errors import SimulationError, UsageError

SMALL = 1e-3
"""Heat flows closer than this are the same, W."""


@dataclass(frozen=True)
class Wish:
    """What a rule wants in an interval.

    Attributes
    ----------
    heat
        Heat of the heat pumps, W; infinite for all that the hall offers.
    flow
        Heat into the tank, W, negative out of it; None: whatever is left over or missing. The heat pumps do not put
        more into the tank, and boilers that are not in series behind the tank give what is missing.
    machines
        Running machines by group; None: those that make the heat at least cost.
    chp
        Load of the engine, 1; None: it replaces boilers where its heat is cheaper than theirs.
    """

    heat: float
    flow: float | None = None
    machines: Mapping[str, int] | None = None
    chp: float | None = None


@dataclass(frozen=True)
class Moment:
    """What a rule sees at the begin of an interval.

    Attributes
    ----------
    index
        Number of the interval.
    t
        Its begin, s.
    state_of_charge
        Of the tank, 1; 0 without a tank.
    wanted
        Heat to be fed in: demand and losses, W.
    price
        Electricity with grid charge and CO2 price, EUR/J.
    cost_heat_pump, cost_peak
        Heat of the heat pumps at full load and of the boilers, EUR/J.
    state
        Call for the whole state of the plant.
    """

    index: int
    t: float
    state_of_charge: float
    wanted: float
    price: float
    cost_heat_pump: float
    cost_peak: float
    state: Callable[[], DispatchState] = field(repr=False)


@dataclass(frozen=True)
class _Choice:
    """One admissible way through an interval, and how far it is from the wish (compared in this order)."""

    key: tuple[float, ...]
    numbers: tuple[int, ...]
    chp_on: int
    heat: np.ndarray
    power: float
    chp: float
    flow: float
    boiler: float
    unmet: float


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
        As for `follow`; the forecasts are checked.
    """

    def __init__(self, plant: DispatchPlant, state: DispatchState, forecasts: xr.Dataset, policy: str) -> None:
        self.plant, self.begin, self.data, self.policy = plant, state, forecasts, policy
        self.step, self.number = step_of(forecasts), forecasts.sizes["time"]
        self.times = forecasts["time"].values.astype(float)
        if abs(self.times[0] - state.t) > 1e-6 * self.step:
            raise UsageError(f"the state is at t = {state.t:g} s, the forecasts begin at {self.times[0]:g} s; cut them")
        self.wanted, self.offered = heat_wanted(plant, forecasts), heat_offered(plant, forecasts)
        lifts, share = lift(plant, forecasts), forecasts["heat_pump_available"].values
        self.full = np.array([full_load_power(group, lifts) for group in plant.heat_pumps])
        self.available = np.array([np.floor(group.machines * share + 1e-6) for group in plant.heat_pumps]).astype(int)
        self._prices(lifts)
        self.tank = None if plant.tank is None else TankWalk(plant.tank, state.state_of_charge, forecasts)
        self.units = [
            Commitment(
                group.machines,
                min(state.machines_on.get(group.name, 0), group.machines),
                state.since.get(group.name, ()),
                group.minimum_on,
                group.minimum_off,
                state.t,
            )
            for group in plant.heat_pumps
        ]
        self.chp = None
        if plant.chp is not None:
            times = (plant.chp.minimum_on, plant.chp.minimum_off)
            self.chp = Commitment(1, int(state.chp_on), (state.chp_since,), *times, state.t)
        self.heat: list[float | None] = [
            None if group.name not in state.load else state.load[group.name] * group.heat * unit.on
            for group, unit in zip(plant.heat_pumps, self.units, strict=True)
        ]
        self.index, self.peak_power = 0, state.peak_power
        self.rows: list[dict[str, Any]] = []

    def _prices(self, lifts: np.ndarray) -> None:
        data, tariff, first = self.data, self.plant.tariff, self.plant.heat_pumps[0]
        self.price = data["price_electricity"].values + tariff.grid_charge
        self.price = self.price + tariff.co2_price * data["co2_electricity"].values
        self.gas = data["price_gas"].values + tariff.co2_price * tariff.co2_gas
        carrier = self.gas if self.plant.peak.carrier == "gas" else self.price
        self.cost_peak = carrier / self.plant.peak.efficiency
        self.cost_heat_pump = self.price * (1.0 / first.COP(lifts) + first.pump)
        self.cost_chp = np.full(self.number, np.inf)
        if self.plant.chp is not None:
            chp = self.plant.chp
            earned = np.minimum(data["price_electricity"].values + tariff.feed_in, self.price)
            self.cost_chp = (chp.fuel * self.gas - chp.power * earned) / chp.heat

    def moment(self) -> Moment:
        """Return what a rule sees now."""
        i = self.index
        charge = 0.0 if self.tank is None else self.tank.charge
        known = (float(one[i]) for one in (self.wanted, self.price, self.cost_heat_pump, self.cost_peak))
        return Moment(i, float(self.times[i]), charge, *known, self.state)

    def state(self) -> DispatchState:
        """Return the state at the begin of the coming interval (at the end of the last one)."""
        t = float(self.times[0] + self.index * self.step)
        groups = self.plant.heat_pumps
        loads = {
            group.name: heat / (group.heat * unit.on)
            for group, unit, heat in zip(groups, self.units, self.heat, strict=True)
            if heat is not None and unit.on
        }
        return DispatchState(
            t=t,
            state_of_charge=self.begin.state_of_charge if self.tank is None else self.tank.charge,
            machines_on={group.name: unit.on for group, unit in zip(groups, self.units, strict=True)},
            since={group.name: unit.ages(t) for group, unit in zip(groups, self.units, strict=True)},
            load=loads,
            chp_on=bool(self.chp is not None and self.chp.on),
            chp_since=self.begin.chp_since if self.chp is None else self.chp.ages(t)[0],
            peak_power=self.peak_power,
        )

    def advance(self, wish: Wish) -> None:
        """Go through the coming interval as near to the wish as the limits allow."""
        i = self.index
        ranges = [
            range(low, high + 1)
            for low, high in (unit.limits(self.times[i:], self.available[g, i:]) for g, unit in enumerate(self.units))
        ]
        engine = range(1)
        if self.chp is not None:
            low, high = self.chp.limits(self.times[i:], np.ones(self.number - i, dtype=int))
            engine = range(low, high + 1)
        choices = [
            choice
            for numbers in itertools.product(*ranges)
            for chp_on in engine
            if (choice := self._choice(numbers, chp_on, wish)) is not None
        ]
        choices.sort(key=lambda one: one.key)
        chosen = next((one for one in choices if self._can_stop(one)), None)
        if chosen is None:
            raise SimulationError(
                f"'{self.policy}' has no admissible operation at t = {self.times[i] / 3600.0:g} h: machines that must "
                "run make more heat than network and tank take or the hall offers; shorten minimum_on, or start elsewhere"
            )
        self._refuse_unmet(chosen)
        self._take(chosen)

    def _limits_of_heat(self, numbers: tuple[int, ...]) -> tuple[list[float], list[float]]:
        """Return lowest and highest heat of each group, W: its loads and its ramp."""
        lows, highs = [], []
        for group, unit, number, before in zip(self.plant.heat_pumps, self.units, numbers, self.heat, strict=True):
            low, high = number * group.minimum_load * group.heat, number * group.heat
            share = group.ramp * self.step
            if group.ramp and share < 1.0 - group.minimum_load and before is not None:
                jump = max(group.minimum_load, share) * group.heat
                high = min(high, before + share * group.heat * number + jump * max(number - unit.on, 0))
                low = max(low, before - share * group.heat * number - jump * max(unit.on - number, 0))
            lows.append(low)
            highs.append(high)
        return lows, highs

    def _choice(self, numbers: tuple[int, ...], chp_on: int, wish: Wish) -> _Choice | None:
        """Return the best of an interval with given machines, or None where the limits allow nothing."""
        i, wanted, plant = self.index, float(self.wanted[self.index]), self.plant
        lows, highs = self._limits_of_heat(numbers)
        if any(low > high + SMALL for low, high in zip(lows, highs, strict=True)):
            return None
        order = MeritOrder(plant.heat_pumps, numbers, self.full[:, i], lows, np.maximum(lows, highs))
        most = order.highest(float(self.offered[i]))
        flow_low, flow_high, to_floor = (0.0, 0.0, 0.0) if self.tank is None else self.tank.flows(i)
        chp_low, chp_high = 0.0, 0.0
        if plant.chp is not None and chp_on:
            chp_low, chp_high = plant.chp.minimum_load * plant.chp.heat, plant.chp.heat
        room = wanted + flow_high - chp_low
        if most is None or order.heat[0] > room + SMALL:
            return None
        in_series = plant.peak.after_tank and self.tank is not None
        # Boilers in series act only in an interval at whose end the tank is empty.
        others = -flow_low + (plant.peak.heat if not in_series or flow_low <= to_floor + SMALL else 0.0)
        target = min(wish.heat, float(sum(group.machines * group.heat for group in plant.heat_pumps)))
        chp_target = self._engine_target(wish, target)
        cap = (
            np.inf if wish.flow is None else wanted + max(wish.flow, flow_low) - max(chp_low, min(chp_target, chp_high))
        )
        target = max(min(target, cap), wanted - others - chp_high)
        heat = float(np.clip(target, order.heat[0], max(order.heat[0], min(most, room))))
        chp = float(np.clip(chp_target, chp_low, max(chp_low, min(chp_high, wanted + flow_high - heat))))
        chp = max(chp, min(chp_high, wanted - others - heat))
        surplus = heat + chp - wanted
        flow = surplus if wish.flow is None or in_series else max(surplus, wish.flow)
        flow = min(max(flow, flow_low, surplus), flow_high)
        missing = max(flow - surplus, 0.0)
        boiler = min(missing, plant.peak.heat)
        if in_series and missing > 0.0 and not flow_low <= to_floor + SMALL:
            boiler = 0.0
        # Rather less into the tank than less to the consumers.
        flow = max(flow_low, surplus + boiler) if missing > boiler else flow
        unmet = max(flow - surplus - boiler, 0.0)
        power = order.power(heat)
        wear = sum(
            group.start_cost * max(number - unit.on, 0)
            for group, unit, number in zip(plant.heat_pumps, self.units, numbers, strict=True)
        )
        asked = 0 if wish.machines is None else _distance(plant, numbers, wish.machines)
        price = max(float(self.price[i]), 0.0)
        switches = sum(abs(number - unit.on) for number, unit in zip(numbers, self.units, strict=True))
        key = (
            round(unmet, 3),
            round(max(heat - cap, 0.0), 3),
            asked,
            round(abs(heat - target), 3),
            round(abs(chp - chp_target), 3),
            round(price * power * self.step + wear, 6),
            switches,
        )
        return _Choice(key, numbers, chp_on, order.shares(heat), power, chp, flow, boiler, unmet)

    def _engine_target(self, wish: Wish, target: float) -> float:
        """Return the wanted heat of the engine, W."""
        chp = self.plant.chp
        if chp is None:
            return 0.0
        if wish.chp is not None:
            return wish.chp * chp.heat
        i = self.index
        missing = float(self.wanted[i]) + (wish.flow or 0.0) - target
        if self.cost_chp[i] >= self.cost_peak[i] or missing < chp.minimum_load * chp.heat:
            return 0.0
        return min(missing, chp.heat)

    def _can_stop(self, choice: _Choice) -> bool:
        """Whether machines that must go on running after this interval have somewhere to put their heat."""
        return True

    def _refuse_unmet(self, choice: _Choice) -> None:
        i = self.index
        if choice.unmet <= SMALL:
            return
        demand = float(self.data["Q_flow_demand"].values[i])
        if self.plant.tariff.unmet_cost is None or choice.unmet > demand + SMALL:
            raise SimulationError(
                f"'{self.policy}' misses {choice.unmet / 1e6:.3g} MW of {self.wanted[i] / 1e6:.3g} MW at "
                f"t = {self.times[i] / 3600.0:g} h (boilers {self.plant.peak.heat / 1e6:.3g} MW); "
                "give a larger peak plant, or allow unmet demand with tariff.unmet_cost"
            )

    def _take(self, choice: _Choice) -> None:
        """Write down an interval and move on."""
        i, plant = self.index, self.plant
        t = float(self.times[i])
        changes = [unit.change(t, number) for unit, number in zip(self.units, choice.numbers, strict=True)]
        starts = np.array([one[0] for one in changes])
        starts_chp = 0 if self.chp is None else self.chp.change(t, choice.chp_on)[0]
        heat = float(choice.heat.sum())
        recovered = heat - choice.power
        row: dict[str, Any] = {
            "Q_flow_heat_pump": heat,
            "machines_on": sum(choice.numbers),
            "machines_on_group": choice.numbers,
            "Q_flow_group": choice.heat,
            "starts": starts.sum(),
            "starts_chp": starts_chp,
            "Q_flow_recovered": recovered,
            "Q_flow_rejected": max(self.offered[i] - recovered, 0.0),
            "Q_flow_peak": choice.boiler,
            "Q_flow_unmet": choice.unmet,
            "Q_flow_charge": choice.flow,
            "Q_flow_chp": choice.chp,
        }
        row["cost_starts"] = sum(n * group.start_cost for n, group in zip(starts, plant.heat_pumps, strict=True))
        beside = sum(
            group.pump * q + group.standby * group.machines + group.start_energy / self.step * n
            for group, q, n in zip(plant.heat_pumps, choice.heat, starts, strict=True)
        )
        row["P_heat_pump"] = choice.power + beside
        fuel = choice.boiler / plant.peak.efficiency
        power = row["P_heat_pump"] + plant.hall.rejection_power * row["Q_flow_rejected"]
        power += float(plant.network.pump_power(self.data["Q_flow_demand"].values[i]))
        row["P_fuel"] = fuel if plant.peak.carrier == "gas" else 0.0
        power += fuel if plant.peak.carrier == "electricity" else 0.0
        if plant.chp is not None:
            load = choice.chp / plant.chp.heat
            row["P_chp"] = load * plant.chp.power
            row["P_fuel"] += load * plant.chp.fuel
            row["cost_starts"] += plant.chp.start_cost * starts_chp
            power -= row["P_chp"]
        row["P_bought"], row["P_sold"] = max(power, 0.0), max(-power, 0.0)
        if self.tank is not None:
            self.tank.advance(i, choice.flow)
        self.heat = [float(one) for one in choice.heat]
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


def _distance(plant: DispatchPlant, numbers: tuple[int, ...], asked: Mapping[str, int]) -> int:
    groups = zip(plant.heat_pumps, numbers, strict=True)
    return sum(abs(number - asked.get(group.name, number)) for group, number in groups)
