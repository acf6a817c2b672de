"""Heat of several groups shared out at least power: compared with a search."""

from __future__ import annotations

import numpy as np
import pytest
from dispatch_cases import MW, pumps
from scipy.optimize import minimize_scalar

from heatsim.dispatch.merit import MeritOrder
from heatsim.dispatch.plant import Curve
from heatsim.dispatch.power import power

LIFT = np.array([45.0])


def _order() -> tuple[MeritOrder, list]:
    groups = [
        pumps(name="a", part_load=Curve((0.3, 0.6, 1.0), (0.36, 0.58, 1.0)), minimum_load=0.3),
        pumps(name="b", heat=3 * MW, COP=Curve((45.0,), (3.6,)), part_load=Curve((0.4, 0.8, 1.0), (0.35, 0.75, 1.0))),
    ]
    full = [1e6, 3e6 / 3.6]
    return MeritOrder(groups, [2, 1], full, [2.4 * MW, 1.5 * MW], [8 * MW, 3 * MW]), groups


@pytest.mark.parametrize("heat", [3.9, 5.0, 6.3, 8.0, 9.7, 11.0])
def test_the_shares_draw_the_least_power(heat: float) -> None:
    order, groups = _order()
    shares = order.shares(heat * MW)

    def drawn(first: np.ndarray) -> np.ndarray:
        parts = (first, heat * MW - first)
        return sum(power(group, np.array(n), q, LIFT) for group, n, q in zip(groups, (2, 1), parts, strict=True))

    low, high = max(2.4, heat - 3.0) * MW, min(8.0, heat - 1.5) * MW
    found = float(drawn(np.linspace(low, high, 4001)).min())
    assert shares.sum() == pytest.approx(heat * MW)
    assert float(drawn(shares[:1])[0]) == pytest.approx(order.power(heat * MW), rel=1e-9)
    assert order.power(heat * MW) <= found * (1.0 + 1e-9)
    # The grid is not finer than its distance: the search comes as near as that.
    assert order.power(heat * MW) == pytest.approx(found, rel=1e-3)


def test_the_highest_heat_takes_what_the_hall_offers() -> None:
    order, _ = _order()
    heat = order.highest(5 * MW)
    assert heat is not None
    assert heat - order.power(heat) == pytest.approx(5 * MW, rel=1e-9)
    best = minimize_scalar(lambda q: abs(q - order.power(q) - 5 * MW), bounds=(3.9 * MW, 11 * MW), method="bounded")
    assert heat == pytest.approx(best.x, rel=1e-4)
    assert order.highest(100 * MW) == pytest.approx(11 * MW)
    assert order.highest(1 * MW) is None


def test_standing_groups_give_and_draw_nothing() -> None:
    group = pumps()
    order = MeritOrder([group], [0], [1e6], [0.0], [0.0])
    assert order.highest(0.0) == 0.0
    assert order.power(0.0) == 0.0
    np.testing.assert_array_equal(order.shares(0.0), [0.0])
