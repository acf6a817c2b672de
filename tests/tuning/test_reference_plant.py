"""The advisor on the reference plant: prediction against the margins of the changed plant and against simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import heatsim as hs
from heatsim.analysis.hunting import Verdict
from heatsim.analysis.margins import loop_margins
from heatsim.case import Case
from heatsim.errors import UsageError
from heatsim.solvers.steady import TrimPoint
from heatsim.system.system import System
from heatsim.tuning import Limit, TuningAdvice, optimise_loops, relay_test, step_test, tune
from heatsim.tuning.reduction import critical_frequency

BASE = {"P_IT": 8e6, "T_outdoor": 278.15, "T_ground": 281.15, "Q_flow_demand": 8e6, "heat_pump_available": 1.0}


@pytest.fixture(scope="module")
def plant() -> System:
    return hs.reference_plant(supervisor="continuous")


@pytest.fixture(scope="module")
def points(plant: System) -> dict[str, TrimPoint]:
    loads = {"high": (8e6, 10e6), "middle": (5e6, 6e6), "low": (2.5e6, 4e6)}
    return {
        name: hs.trim(plant, at=BASE | {"P_IT": power, "Q_flow_demand": demand})
        for name, (power, demand) in loads.items()
    }


def load_drop(plant: System, points: Mapping[str, TrimPoint], **settings: float) -> Case:
    """IT load and demand fall by a quarter."""
    inputs = BASE | {
        "P_IT": hs.Signal([0, 300, 300, 1e4], [8e6, 8e6, 6e6, 6e6]),
        "Q_flow_demand": hs.Signal([0, 1500, 1500, 1e4], [10e6, 10e6, 8e6, 8e6]),
    }
    system = plant.copy()
    for path, value in settings.items():
        system.set(path.replace("__", "."), value)
    return Case(system, 3600.0, inputs, output_step=4.0, start_from=points["high"])


@pytest.fixture(scope="module")
def valve(plant: System, points: dict[str, TrimPoint]) -> TuningAdvice:
    return tune(plant, "tcs_temperature", points)


def test_valve_loop_keeps_the_limit_at_every_load_as_predicted(
    plant: System, points: dict[str, TrimPoint], valve: TuningAdvice
) -> None:
    changed = valve.apply(plant)
    assert valve.settings.k < 0.0  # direct acting, as before
    assert abs(valve.settings.k) > 2.0 * abs(valve.before.k)  # the reference tuning is careful
    for point in valve.points:
        found = loop_margins(changed, points[point.name], "tcs_temperature")["tcs_temperature"]
        assert found.stable
        assert found.Ms <= 1.7 * 1.01
        assert found.Ms == pytest.approx(point.after.Ms, rel=0.02)
        assert found.gain_margin == pytest.approx(point.after.gain_margin, rel=0.02)
    assert valve.worst.after.Ms == max(point.after.Ms for point in valve.points)


@pytest.mark.slow
def test_schedule_over_the_facility_flow_gives_each_load_its_own_settings(
    plant: System, points: dict[str, TrimPoint], valve: TuningAdvice
) -> None:
    schedule = valve.schedule("hall.m_flow_fws")
    assert [row[0] for row in schedule] == sorted(point.response.signals["hall.m_flow_fws"] for point in valve.points)
    changed = valve.apply_schedule(plant, "hall.m_flow_fws")
    for point in valve.points:
        rest = hs.trim(changed, at=points[point.name].inputs)
        found = loop_margins(changed, rest, "tcs_temperature")["tcs_temperature"]
        assert found.Ms == pytest.approx(point.response.Ms(point.scheduled), rel=0.05)
        assert found.Ms <= 1.7 * 1.03


def test_loops_that_do_not_act_or_cannot_be_tuned_are_named(plant: System, points: dict[str, TrimPoint]) -> None:
    with pytest.raises(UsageError, match="acts at none of the operating points"):
        tune(plant, "network_supply", points)
    with pytest.raises(UsageError, match="closed inside an FMU"):
        tune(plant, "consumer_1", points)
    with pytest.raises(UsageError, match="lacks the parameters k and Ti or the output error"):
        tune(plant, "supervisor/flow", points)


def test_a_point_where_the_valve_is_open_is_left_out_and_said(plant: System, points: dict[str, TrimPoint]) -> None:
    full = hs.trim(plant, at=BASE | {"P_IT": 9e6, "Q_flow_demand": 12e6})
    advice = tune(plant, "tcs_temperature", {"full": full, "low": points["low"]})
    assert [point.name for point in advice.points] == ["low"]
    assert any(note.startswith("full: left out") and "upper limit" in note for note in advice.notes)


def test_short_dead_times_of_pressure_loops_are_noted(plant: System, points: dict[str, TrimPoint]) -> None:
    low = points["low"]
    quick = tune(plant, "network_pressure", low)
    assert any("give delay=" in note for note in quick.notes)
    slow = tune(plant, "network_pressure", low, delay=3.0)
    assert not any("give delay=" in note for note in slow.notes)
    assert slow.settings.k < 0.5 * quick.settings.k
    assert all(point.after.Ms <= 1.7 for point in slow.points)


def test_relay_and_step_agree_with_the_linear_model(
    plant: System, points: dict[str, TrimPoint], valve: TuningAdvice
) -> None:
    """Half a percent of the CDU valve's stroke, from the middle load."""
    response = next(point for point in valve.points if point.name == "middle").response
    critical = critical_frequency(response.omega, -response.values)
    Ku = 1.0 / float(np.interp(critical, response.omega, np.abs(response.values)))
    case = Case(plant, 450.0, dict(points["middle"].inputs), output_step=1.0, start_from=points["middle"])
    relay = relay_test(case, "tcs_temperature", 0.005)
    assert relay.process.gain < 0.0
    assert relay.Ku == pytest.approx(Ku, rel=0.1)
    assert relay.Pu == pytest.approx(2 * np.pi / critical, rel=0.1)
    step = step_test(replace(case, output_step=2.0), "tcs_temperature", 0.005)
    # each is right where it excites the loop: the relay at its own frequency, the step below it
    for process, omegas in ((relay.process, (0.08, critical)), (step.process, (0.02, 0.03))):
        for omega in omegas:
            linear = float(np.interp(omega, response.omega, np.abs(response.values)))
            assert abs(process.response(np.array([omega]))[0]) == pytest.approx(linear, rel=0.25)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loop", "delay"), [("tcs_temperature", 0.0), ("heat_pump_capacity", 0.0), ("network_pressure", 3.0)]
)
def test_advised_settings_are_calm_in_simulation(
    plant: System, points: dict[str, TrimPoint], loop: str, delay: float
) -> None:
    advice = tune(plant, loop, points, delay=delay)
    compared = advice.compare(load_drop(plant, points))
    assert compared.after[loop].verdict is Verdict.CALM
    assert compared.worse == ()
    before, after = compared.error[loop]
    assert after < 0.9 * before


@pytest.mark.slow
def test_a_hunting_valve_is_cured(plant: System, points: dict[str, TrimPoint]) -> None:
    """Twenty times the gain of the reference tuning is beyond its gain margin of 13."""
    case = load_drop(plant, points, tcs_temperature__k=-0.8)
    advice = tune(case.system, "tcs_temperature", points)
    assert not any(point.before.stable for point in advice.points)
    compared = advice.compare(case)
    assert compared.before["tcs_temperature"].hunts
    assert compared.before["tcs_temperature"].confirmed
    assert compared.after["tcs_temperature"].verdict is Verdict.CALM


@pytest.mark.slow
def test_two_loops_at_once_under_limits(plant: System, points: dict[str, TrimPoint]) -> None:
    """Valve and heat pumps, with the travel of the valve, the network's return temperature and Ms limited."""
    case = load_drop(plant, points)
    limits = [
        Limit("tcs_temperature", "travel", most=0.35),
        Limit("grid.T_return", "max", most=float(case.run()["grid.T_return"].max()) + 0.5),
    ]
    found = optimise_loops(
        case, ["tcs_temperature", "heat_pump_capacity"], limits=limits, at={"high": points["high"]}, most_runs=25
    )
    assert found.satisfied
    assert found.best.objective < 0.8
    assert len(found.trials) <= 25
