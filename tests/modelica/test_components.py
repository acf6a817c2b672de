"""Valve, exchanger and pipe against formulas; the measured pipe is a topic of `studies/validation`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from modelica_plant import energy_residual

GAINS = {1.0: (0.39, 1.96, 3.52), 0.5: (0.39, 1.71, 2.09), 0.25: (0.39, 1.59, 1.38), 0.1: (0.39, 1.52, 0.95)}


@pytest.mark.parametrize("authority", GAINS)
def test_installed_gain_of_the_equal_percentage_valve(plant: Callable, authority: float) -> None:
    """Relative flow per relative lift at 10, 50 and 90 % flow, rangeability 50."""
    model = plant("Validation.ValveBranch")
    lifts = np.linspace(0.05, 1, 58)
    flows = [
        model.run(2000, inputs={"command": lift}, parameters={"authority": authority}, points=2)["relative_flow"][-1]
        for lift in lifts
    ]
    gains = np.interp((0.1, 0.5, 0.9), flows, np.gradient(flows, lifts))
    assert gains == pytest.approx(GAINS[authority], abs=0.03)


@pytest.mark.parametrize(
    ("share", "tolerance"), [((1, 1), 1e-4), ((0.5, 0.5), 1e-4), ((0.5, 1), 1e-4), ((1, 0.2), 1e-4), ((0.1, 0.1), 1e-3)]
)
def test_exchanger_in_cells_agrees_with_epsilon_ntu(
    plant: Callable, share: tuple[float, float], tolerance: float
) -> None:
    model = plant("Validation.CounterflowExchanger")
    run = model.run(50000, inputs={"m1_flow": 203 * share[0], "m2_flow": 203 * share[1]}, points=3)
    ua = 2 * 203 * 4186 * 10 / 4 / (share[0] ** -0.8 + share[1] ** -0.8)
    small, large = sorted(203 * 4186 * np.array(share))
    ntu, ratio = ua / small, small / large
    effectiveness = (
        ntu / (1 + ntu) if ratio == 1 else (1 - np.exp(-ntu * (1 - ratio))) / (1 - ratio * np.exp(-ntu * (1 - ratio)))
    )
    assert run["Q_flow_ideal"][-1] == pytest.approx(effectiveness * small * 14, rel=1e-5)
    assert run["Q_flow"][-1] == pytest.approx(run["Q_flow_ideal"][-1], rel=tolerance)


def delay(m_flow: float) -> float:
    """Return the delay of the default pipe with the wall's share of heat."""
    area = np.pi / 4 * 0.263**2
    return 1000 * area * 988 / m_flow * (1 + 7850 * 480 * np.pi * 0.268 * 0.005 / (area * 988 * 4186))


@pytest.mark.parametrize(("cells", "spread"), [(10, 0.40), (13, 0.32), (30, 0.17)])
def test_pipe_keeps_its_dead_time(plant: Callable, cells: int, spread: float) -> None:
    run = plant("Validation.PipeTransport", n=cells).run(3000, points=3001)
    rise = (run["T_b"] - 318.15) / (run["T_b"][-1] - 318.15)
    assert np.interp(0.5, rise, run.time) == pytest.approx(delay(80), rel=0.025)
    assert np.trapezoid(1 - rise, run.time) == pytest.approx(delay(80), rel=0.005)
    assert np.interp(0.9, rise, run.time) - np.interp(0.1, rise, run.time) < spread * delay(80)
    assert run.array("T").max() <= 348.15 + 1e-6
    assert run.array("T").min() >= 318.15 - 0.5  # only the loss cools below the start


def test_reversed_flow_brings_the_outlet_water_back(plant: Callable) -> None:
    model = plant("Validation.PipeTransport")
    forward = model.run(3000, inputs={"T_surroundings": 318.15})
    back = model.run(900, inputs={"m_flow": -80, "T_surroundings": 318.15}, x0=forward.final)
    assert back.array("T").max() <= forward.array("T").max() + 1e-6
    assert back.array("T").min() >= 318.15 - 1e-6
    assert energy_residual(back) < 1e-9
