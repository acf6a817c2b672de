"""What a plant can do in one interval, and which of it comes nearest to a wish.

Numbers of running machines are tried one by one; for each of them heat, tank flow and boilers follow from the limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heatsim.dispatch.commitment import Commitment
from heatsim.dispatch.known import Known
from heatsim.dispatch.merit import MeritOrder
from heatsim.dispatch.plant import HeatPumps
from heatsim.dispatch.tank_limits import TankWalk
from heatsim.dispatch.wish import Wish

SMALL = 1e-3
"""Heat flows closer than this are the same, W."""


@dataclass(frozen=True)
class Option:
    """One admissible way through an interval.

    Attributes
    ----------
    key
        How far it is from the wish, compared in this order: unmet demand, heat put into the tank against the wish,
        machines, heat, heat of the engine, cost, switches.
    numbers, chp_on
        Running machines by group, and whether the engine runs.
    heat, power
        Heat of each group and compressors' power of all, W.
    chp, boiler, flow, unmet
        Heat of the engine and of the boilers, into the tank, and missing, W.
    lowest_flow
        Least heat into the tank that these machines allow, W.
    """

    key: tuple[float, ...]
    numbers: tuple[int, ...]
    chp_on: int
    heat: np.ndarray
    power: float
    chp: float
    boiler: float
    flow: float
    unmet: float
    lowest_flow: float


class Options:
    """Finds the options of an interval.

    Parameters
    ----------
    known, index
        Series, and the interval.
    units, chp
        Machines of each group and the engine, as they are at its begin.
    heat
        Heat of each group in the interval before, W; None where it is not known.
    tank
        Tank at the begin; None for none.
    """

    def __init__(
        self,
        known: Known,
        index: int,
        units: Sequence[Commitment],
        chp: Commitment | None,
        heat: Sequence[float | None],
        tank: TankWalk | None,
    ) -> None:
        self.known, self.index, self.units, self.chp, self.heat, self.tank = known, index, units, chp, heat, tank
        self.plant, self.groups = known.plant, known.plant.heat_pumps

    def best(self, wish: Wish) -> Option | None:
        """Return the option nearest to a wish from which the plant can go on; None if there is none."""
        options = sorted(self._all(wish), key=lambda one: one.key)
        while options:
            option = options.pop(0)
            if self._can_go_on(option):
                return option
            less = self._with_less(option, wish)
            if less is not None:
                options = sorted([less, *options], key=lambda one: one.key)
        return None

    def _all(self, wish: Wish) -> Iterator[Option]:
        i, known = self.index, self.known
        ranges = [unit.limits(known.times[i:], known.available[g, i:]) for g, unit in enumerate(self.units)]
        if self.chp is not None:
            ranges.append(self.chp.limits(known.times[i:], np.ones(known.number - i, dtype=int)))
        for numbers in itertools.product(*(range(low, high + 1) for low, high in ranges)):
            split = len(self.units)
            option = self._option(numbers[:split], numbers[split] if self.chp is not None else 0, wish)
            if option is not None:
                yield option

    def _with_less(self, option: Option, wish: Wish) -> Option | None:
        """Return an option with the same machines and as much less heat into the tank as lets the plant go on."""
        low, high = option.lowest_flow, option.flow
        if high - low <= SMALL:
            return None
        best = self._option(option.numbers, option.chp_on, wish, low)
        if best is None or not self._can_go_on(best):
            return None
        while high - low > max(SMALL, 1e-6 * abs(high)):
            middle = 0.5 * (low + high)
            one = self._option(option.numbers, option.chp_on, wish, middle)
            if one is not None and self._can_go_on(one):
                best, low = one, middle
            else:
                high = middle
        return best

    def _option(self, numbers: tuple[int, ...], chp_on: int, wish: Wish, flow_limit: float = np.inf) -> Option | None:
        """Return what comes nearest to the wish with given machines, or None where the limits allow nothing."""
        i, plant = self.index, self.plant
        wanted = float(self.known.wanted[i])
        lows, highs = _heat_limits(self.groups, self.units, numbers, self.heat, self.known.step)
        if any(low > high + SMALL for low, high in zip(lows, highs, strict=True)):
            return None
        order = MeritOrder(self.groups, numbers, self.known.full[:, i], lows, np.maximum(lows, highs))
        most = order.highest(float(self.known.offered[i]))
        flow_low, flow_high = (0.0, 0.0) if self.tank is None else self.tank.flows(i)[:2]
        flow_high = min(flow_high, flow_limit)
        engine = plant.chp.heat if plant.chp is not None and chp_on else 0.0
        engine_low = engine * plant.chp.minimum_load if plant.chp is not None else 0.0
        room = wanted + flow_high - engine_low
        if most is None or order.heat[0] > room + SMALL:
            return None
        target = min(wish.heat, float(sum(group.machines * group.heat for group in self.groups)))
        engine_target = self._engine_target(wish, target)
        into_tank = min(wish.charge, np.inf if wish.flow is None else wish.flow)
        cap = wanted + max(into_tank, flow_low) - float(np.clip(engine_target, engine_low, engine))
        # What boilers and tank cannot give, heat pumps and engine must, whatever is wished.
        needed = wanted + flow_low - plant.peak.heat
        target = max(min(target, cap), needed - engine)
        heat = float(np.clip(target, order.heat[0], max(order.heat[0], min(most, room))))
        chp = float(np.clip(max(engine_target, needed - heat), engine_low, engine))
        chp = max(engine_low, min(chp, wanted + flow_high - heat))
        surplus = heat + chp - wanted
        in_series = plant.peak.after_tank and self.tank is not None
        aim = surplus if wish.flow is None or in_series else max(surplus, wish.flow)
        # The boilers give what the tank does not; so those in series act when the tank gives all it can.
        flow = min(max(aim, flow_low), flow_high)
        boiler = float(np.clip(flow - surplus, 0.0, plant.peak.heat))
        flow = max(min(flow, surplus + boiler), flow_low)
        unmet = max(flow - surplus - boiler, 0.0)
        power = order.power(heat)
        starts = [max(number - unit.on, 0) for number, unit in zip(numbers, self.units, strict=True)]
        wear = sum(group.start_cost * n for group, n in zip(self.groups, starts, strict=True))
        key = (
            round(unmet, 3),
            round(max(heat - cap, 0.0), 3),
            0 if wish.machines is None else _distance(self.groups, numbers, wish.machines),
            round(abs(heat - target), 3),
            round(abs(chp - engine_target), 3),
            round(max(float(self.known.price[i]), 0.0) * power * self.known.step + wear, 6),
            sum(abs(number - unit.on) for number, unit in zip(numbers, self.units, strict=True)),
        )
        lowest = max(flow_low, float(order.heat[0]) + engine_low - wanted)
        return Option(key, numbers, chp_on, order.shares(heat), power, chp, boiler, flow, unmet, lowest)

    def _engine_target(self, wish: Wish, target: float) -> float:
        """Return the wanted heat of the engine, W."""
        i, chp = self.index, self.plant.chp
        if chp is None:
            return 0.0
        if wish.chp_heat is not None:
            return min(wish.chp_heat, chp.heat)
        machines = zip(self.groups, self.known.available, strict=True)
        reach = min(target, float(sum(group.heat * n[i] for group, n in machines)))
        missing = float(self.known.wanted[i]) + (wish.flow or 0.0) - min(reach, self._highest_recovery())
        if self.known.cost_chp[i] >= self.known.cost_peak[i] or missing < chp.minimum_load * chp.heat:
            return 0.0
        return min(missing, chp.heat)

    def _highest_recovery(self) -> float:
        """Return about the heat of the heat pumps with all that the hall offers, W."""
        i = self.index
        power = min(float(full) / group.heat for full, group in zip(self.known.full[:, i], self.groups, strict=True))
        return float(self.known.offered[i]) / (1.0 - power)

    def _can_go_on(self, option: Option) -> bool:
        """Whether machines that must run after this interval have somewhere to put their lowest heat.

        Everything else stops as soon as it may. If even that is too much heat for network, tank or hall, no plan that
        begins with this option keeps the limits.
        """
        known, i = self.known, self.index
        units = [unit.after(float(known.times[i]), n) for unit, n in zip(self.units, option.numbers, strict=True)]
        chp = None if self.chp is None else self.chp.after(float(known.times[i]), option.chp_on)
        tank = None if self.tank is None else self.tank.after(i, option.flow)
        heat: list[float | None] = list(option.heat)
        for j in range(i + 1, known.number):
            t = float(known.times[j])
            numbers = tuple(min(u.held(t), int(n[j])) for u, n in zip(units, known.available, strict=True))
            engine = chp is not None and chp.held(t) > 0
            if not any(numbers) and not engine:
                return True
            lows, highs = _heat_limits(self.groups, units, numbers, heat, known.step)
            order = MeritOrder(self.groups, numbers, known.full[:, j], lows, np.maximum(lows, highs))
            if order.highest(float(known.offered[j])) is None:
                return False
            low, high = (0.0, 0.0) if tank is None else tank.flows(j)[:2]
            surplus = sum(lows) - float(known.wanted[j])
            if engine and self.plant.chp is not None:
                surplus += self.plant.chp.minimum_load * self.plant.chp.heat
            if surplus > high + SMALL:
                return False
            units = [unit.after(t, n) for unit, n in zip(units, numbers, strict=True)]
            chp = None if chp is None else chp.after(t, int(engine))
            tank = None if tank is None else tank.after(j, max(low, min(surplus, high)))
            heat = list(lows)
        return True


def _heat_limits(
    groups: Sequence[HeatPumps],
    units: Sequence[Commitment],
    numbers: tuple[int, ...],
    before: Sequence[float | None],
    step: float,
) -> tuple[list[float], list[float]]:
    """Return lowest and highest heat of each group, W: its loads and its ramp.

    A machine starts at its lowest load, then all may change by the ramp; a machine may stop from any load, at least
    from its lowest.
    """
    lows, highs = [], []
    for group, unit, number, last in zip(groups, units, numbers, before, strict=True):
        size, least, share = group.heat, group.minimum_load, group.ramp * step
        low, high = number * least * size, number * size
        if group.ramp and share < 1.0 - least and last is not None:
            starts, stops = max(number - unit.on, 0), max(unit.on - number, 0)
            last = max(last, least * size * unit.on)
            high = min(high, last + size * (share * number + least * (starts - stops)))
            low = max(low, last - size * (share * (number - starts) - least * starts + stops))
        lows.append(low)
        highs.append(high)
    return lows, highs


def _distance(groups: Sequence[HeatPumps], numbers: tuple[int, ...], asked: Mapping[str, int]) -> int:
    return sum(abs(n - asked.get(group.name, n)) for group, n in zip(groups, numbers, strict=True))
