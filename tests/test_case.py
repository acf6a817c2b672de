"""A case is run again with finer numerics, for another system, and from the steady state of its twin."""

from __future__ import annotations

import numpy as np
import pytest
from control_rigs import loop, steps

import heatsim as hs
from heatsim.control import PI, PID, SampledPID, Sensor
from heatsim.solvers.transfer import transfer


def case(controller: object | None = None) -> hs.Case:
    system = loop(controller or PI(k=2.0, Ti=50.0, T_sensor=5.0))
    inputs = {"r": steps((0.0, 0.4), (100.0, 0.6)), "load": 0.0}
    return hs.Case(system, 400.0, inputs, output_step=5.0)


def test_a_case_starts_in_the_steady_state_of_its_inputs() -> None:
    ds = case().run()
    np.testing.assert_allclose(ds["process.y"].sel(time=slice(0, 95)), 0.4, atol=1e-6)
    assert float(ds["process.y"][-1]) == pytest.approx(0.6, abs=2e-3)


def test_a_refined_case_has_half_the_step_and_a_tenth_of_the_tolerance() -> None:
    fine = hs.Case(case().system, 1.0, settings={"method": "jacobi", "step": 4.0, "rtol": 1e-5}).refined()
    assert fine.settings["step"] == 2.0
    assert fine.settings["rtol"] == pytest.approx(1e-6)
    assert case().refined().settings == {"rtol": pytest.approx(1e-7)}


def test_another_controller_takes_over_without_a_bump_in_both_directions() -> None:
    continuous, sampled = PI(k=2.0, Ti=50.0, T_sensor=5.0), SampledPID(k=2.0, Ti=50.0, T_filter=5.0, period=5.0)
    for first, second in ((continuous, sampled), (sampled, continuous)):
        base = case(first)
        ds = base.of(base.system.copy().replace("c", second)).run()
        np.testing.assert_allclose(ds["process.y"].sel(time=slice(0, 95)), 0.4, atol=1e-5)
        np.testing.assert_allclose(ds["c.y"].sel(time=slice(0, 95)), 0.4, atol=1e-5)


@pytest.mark.parametrize("settings", [{"Td": 5.0}, {"b": 0.3}, {"rate": 1e-3}, {"T_filter": 20.0, "Td": 3.0, "c": 1.0}])
@pytest.mark.parametrize("period", [None, 5.0])
def test_filters_of_a_new_controller_begin_at_rest(settings: dict[str, float], period: float | None) -> None:
    base = case()
    old = base.system.members["c"]
    new = PID.like(old, **settings) if period is None else SampledPID.like(old, period=period, **settings)
    ds = base.of(base.system.copy().replace("c", new)).run()
    np.testing.assert_allclose(ds["c.y"].sel(time=slice(0, 95)), 0.4, atol=1e-6)


def test_new_sensors_in_a_row_begin_with_what_they_measure() -> None:
    base = case()
    other = base.system.copy().insert("first", Sensor(T=30.0), before="c.measurement")
    other.insert("second", Sensor(T=10.0), before="c.measurement")
    ds = base.of(other).run()
    for name in ("second.y", "first.y", "c.y"):
        np.testing.assert_allclose(ds[name].sel(time=slice(0, 95)), 0.4, atol=1e-6)
    given = other.copy().set("first.y_state", 0.5)
    assert float(base.of(given).run()["first.y"][0]) == pytest.approx(0.5)


def test_a_start_in_manual_is_that_of_the_loop_in_automatic() -> None:
    base = case()
    ds = base.of(base.system.in_manual("c", 0.4)).run()
    np.testing.assert_allclose(ds["process.y"], 0.4, atol=1e-6)


def test_the_steady_state_must_know_all_inputs() -> None:
    base = case()
    point = hs.trim(base.system, at=base.inputs)
    other = base.system.copy().add_input("more", "1").connect("more", "c.feedforward")
    other.members["c"].inputs.pop("feedforward")
    with pytest.raises(hs.UsageError, match="without the system input 'more'"):
        transfer(point, other)


def test_an_unknown_start_is_said() -> None:
    with pytest.raises(hs.UsageError, match="give 'trim', None or an operating point"):
        hs.Case(case().system, 1.0, start_from="steady").run()
