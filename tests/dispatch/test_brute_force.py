"""The optimum against every commitment of small cases, machine by machine, the rest by another solver."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from dispatch_cases import MW, MWH, given, pumps, simple, store
from scipy.optimize import linprog

from heatsim.dispatch.optimum import optimise
from heatsim.dispatch.plant import Curve, DispatchPlant, PeakPlant
from heatsim.dispatch.schedule import total_cost
from heatsim.dispatch.state import DispatchState

STRAIGHT = Curve((0.5, 1.0), (0.55, 1.0))
BENT = Curve((0.5, 0.75, 1.0), (0.5, 0.6, 1.0))


@dataclass
class Case:
    """A small case; `ages` are those of each machine in h, negative for one that stands."""

    demand: list[float]
    price: list[float]
    ages: tuple[float, ...]
    minimum_on: float = 1.0
    minimum_off: float = 1.0
    start_cost: float = 3.0
    IT: float = 100.0
    gas: float = 40.0
    charge: float = 0.2
    after_tank: bool = False
    unavailable: tuple[float, ...] = ()
    step: float = 1.0
    part_load: Curve = STRAIGHT


CASES = {
    "prices": Case([5.0, 3.0, 7.0, 9.0], [10.0, 90.0, -20.0, 60.0], (-99.0, 5.0)),
    "minimum times": Case([6.0, 6.0, 2.0, 8.0, 6.0], [5.0, 90.0, 5.0, 90.0, 5.0], (1.0, -1.0), 3.0, 2.0),
    "locked off and on": Case([5.0, 5.0, 5.0, 5.0], [20.0, 80.0, 20.0, 80.0], (0.5, -0.5), 2.0, 3.0),
    "stops do not free others": Case([8.0, 8.0, 8.0, 4.0], [150.0, 5.0, 5.0, 150.0], (9.0, -1.0), 1.0, 3.0, 0.0),
    "short of waste heat": Case([8.0, 8.0, 4.0, 8.0], [10.0, 30.0, 10.0, 30.0], (9.0, 9.0), IT=3.0),
    "behind the tank": Case([9.0, 9.0, 12.0, 4.0], [150.0, 10.0, 190.0, 10.0], (-9.0, -9.0), charge=0.6,
                            after_tank=True),
    "quarters of an hour": Case([6.0, 7.0, 3.0, 8.0, 5.0], [10.0, 90.0, 0.0, 90.0, 10.0], (0.25, -0.25), 0.5, 0.75,
                                step=0.25),
    "convex curve": Case([6.0, 5.0, 7.0], [20.0, -60.0, 30.0], (9.0, 9.0), part_load=BENT),
    "a machine away": Case([7.0] * 4, [10.0] * 4, (0.5, 0.5), 3.0, 2.0, unavailable=(0, 0.5, 0, 0)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_equals_brute_force(name):
    case = CASES[name]
    number = len(case.demand)
    group = pumps(
        start_cost=case.start_cost,
        minimum_on=3600.0 * case.minimum_on,
        minimum_off=3600.0 * case.minimum_off,
        part_load=case.part_load,
    )
    plant = simple(
        heat_pumps=(group,),
        tank=store(10.0 * case.step, charge_min=0.1, charge_max=0.9),
        peak=PeakPlant(heat=20e6, efficiency=1.0, after_tank=case.after_tank),
    )
    optional = {"heat_pump_available": 1.0 - np.array(case.unavailable)} if case.unavailable else {}
    data = given(case.demand, price=case.price, IT=case.IT, gas=case.gas, step=3600.0 * case.step, **optional)
    running = [age for age in case.ages if age > 0.0]
    standing = [-age for age in case.ages if age < 0.0]
    state = DispatchState(
        state_of_charge=case.charge,
        machines_on={"heat_pump": len(running)},
        since={"heat_pump": tuple(3600.0 * age for age in (*running, *standing))},
    )
    schedule = optimise(plant, state, data, gap=0.0)
    counts = {tuple(int(n) for n in one.sum(axis=0)): one for one in commitments(case, number)}
    best = min(cost(plant, case, np.array(count), number) + case.start_cost * starts(one, case)
               for count, one in cheapest_starts(case, number).items())  # fmt: skip
    assert tuple(schedule["machines_on"].values.astype(int)) in counts
    assert total_cost(schedule) == pytest.approx(best, rel=1e-7, abs=1e-6)


def commitments(case: Case, number: int) -> list[np.ndarray]:
    """Return all admissible on/off sequences of two machines told apart, shape (2, number)."""
    away = np.array(case.unavailable or [0.0] * number)
    found = []
    for bits in itertools.product((0, 1), repeat=2 * number):
        on = np.array(bits).reshape(2, number)
        if np.any(on.sum(axis=0) > np.floor(2 * (1.0 - away) + 1e-6)):
            continue
        if all(admissible(case, on[k], case.ages[k], k, on, away) for k in range(2)):
            found.append(on)
    return found


def admissible(case: Case, on: np.ndarray, age: float, k: int, both: np.ndarray, away: np.ndarray) -> bool:
    """Walk one machine through its states and check minimum times; one that is taken away may stop early."""
    runs, time = age > 0.0, abs(age)
    for i, now in enumerate(on):
        if bool(now) != runs:
            if runs and time < case.minimum_on - 1e-9:
                # Only what is taken away stops early; the machines here are as good as each other.
                before = both[:, i - 1].sum() if i else sum(one > 0.0 for one in case.ages)
                room = int(np.floor(2 * (1.0 - away[i]) + 1e-6))
                if not (before > room and both[:, i].sum() == room):
                    return False
            if not runs and time < case.minimum_off - 1e-9:
                return False
            runs, time = bool(now), 0.0
        time += case.step
    return True


def starts(on: np.ndarray, case: Case) -> int:
    """Return the number of starts."""
    before = np.array([[age > 0.0] for age in case.ages], dtype=int)
    return int(np.maximum(np.diff(np.hstack([before, on]), axis=1), 0).sum())


def cheapest_starts(case: Case, number: int) -> dict[tuple[int, ...], np.ndarray]:
    """Return the commitment with the fewest starts for each sequence of numbers."""
    best: dict[tuple[int, ...], np.ndarray] = {}
    for one in commitments(case, number):
        count = tuple(int(n) for n in one.sum(axis=0))
        if count not in best or starts(one, case) < starts(best[count], case):
            best[count] = one
    return best


def cost(plant: DispatchPlant, case: Case, count: np.ndarray, number: int) -> float:
    """Return the least cost of operation with given machines, EUR: an LP for each choice of the whole numbers left.

    Columns: heat of the heat pumps, boiler and flow into the tank of each interval, MW.
    """
    empties = itertools.product((0, 1), repeat=number) if case.after_tank else [(1,) * number]
    x, y = np.array(case.part_load.x), np.array(case.part_load.y)
    lines = [((y[k + 1] - y[k]) / (x[k + 1] - x[k]), k) for k in range(x.size - 1)]
    segments = list(itertools.product(lines, repeat=number)) if len(lines) > 1 else [tuple(lines * number)]
    best = np.inf
    for empty in empties:
        for segment in segments:
            best = min(best, _linear(plant, case, count, number, empty, segment, x, y))
    return best


def _linear(plant, case, count, number, empty, segment, x, y) -> float:
    h, full = case.step, 1.0  # one machine at full load draws 1 MW for 4 MW of heat
    slope = np.array([s for s, _ in segment]) * full / 4.0
    base = np.array([(y[k] - s * x[k]) * full for s, k in segment]) * count
    low = np.array([4.0 * x[k] for _, k in segment]) * count
    high = np.array([4.0 * x[k + 1] for _, k in segment]) * count
    price = np.array(case.price)
    objective = np.concatenate([h * price * slope, np.full(number, h * case.gas), np.zeros(number)])
    eye, zero = np.eye(number), np.zeros((number, number))
    balance = np.hstack([eye, eye, -eye])
    tank = plant.tank
    assert tank is not None
    capacity = tank.capacity / MWH
    stored = np.hstack([zero, zero, h * np.tril(np.ones((number, number)))])
    begin = case.charge * capacity
    top = np.where(np.array(empty) & case.after_tank, 0.1, 0.9) * capacity
    source = np.hstack([np.diag(1.0 - slope), zero, zero])
    rows = np.vstack([stored, -stored, source])
    right = np.concatenate([top - begin, np.full(number, begin - 0.1 * capacity), case.IT + base])
    boiler = [(0.0, 20.0 if e else 0.0) for e in empty]
    bounds = [*zip(low, high, strict=True), *boiler, *[(-100.0, 100.0)] * number]
    found = linprog(objective, A_ub=rows, b_ub=right, A_eq=balance, b_eq=case.demand, bounds=bounds)
    return float(found.fun + np.sum(h * price * base)) if found.status == 0 else np.inf


def test_brute_force_sees_the_units():
    """The peer itself: one machine at full load for an hour, in EUR."""
    case = Case([4.0], [40.0], (9.0, 9.0), charge=0.1)
    assert cost(simple(tank=store(10.0)), case, np.array([1]), 1) == pytest.approx(40.0)
    assert MW == 1e6
