"""The advisor on rigs: settings for several points, sampling, schedules, before and after."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tuning_rigs import case_of, foptd_rig, load_step, point_of, two_loops

import heatsim as hs
from heatsim.analysis.hunting import Verdict
from heatsim.analysis.margins import loop_margins
from heatsim.control import PI, PID, Lag, SampledPID
from heatsim.errors import SimulationError, UsageError
from heatsim.tuning import (
    FOPTD,
    PlantResponse,
    Settings,
    amigo,
    apply_schedule,
    apply_settings,
    plant_response,
    robust_settings,
    simc,
    tune,
)
from heatsim.tuning.reduction import critical_frequency, fit_response

OMEGA = np.geomspace(1e-5, 3.0, 500)


def response_of(process: FOPTD, **more: Any) -> PlantResponse:
    return PlantResponse("loop", OMEGA, process.response(OMEGA), **more)


def test_process_of_a_continuous_loop() -> None:
    system = foptd_rig(PID(k=0.8, Ti=50.0))
    advice = tune(system, "pi", point_of(system))
    (point,) = advice.points
    # the rig's dead time ticks every 0.5 s and is held in between
    assert (point.fit.process.gain, point.fit.process.T) == pytest.approx((1.0, 60.0), rel=0.005)
    assert pytest.approx(20.25, abs=0.05) == point.fit.process.L
    assert advice.settings == simc(point.fit.process)
    assert point.after.Ms == pytest.approx(1.59, rel=0.01)
    assert point.after.gain_margin == pytest.approx(3.14, rel=0.01)


def test_half_the_sample_time_is_in_the_dead_time_of_a_digital_loop() -> None:
    system = foptd_rig(SampledPID(k=1.5, Ti=60.0, period=10.0))
    advice = tune(system, "pi", point_of(system))
    assert pytest.approx(20.0 + 5.0, abs=0.5) == advice.points[0].fit.process.L
    assert abs(advice.settings.k) < 1.25


@pytest.mark.parametrize(
    "controller",
    [
        PI(k=1.0, Ti=60.0, T_sensor=5.0),
        PID(k=1.0, Ti=60.0, Td=8.0),
        SampledPID(k=1.0, Ti=60.0, Td=8.0, period=5.0, T_filter=4.0),
    ],
)
def test_predicted_margins_are_those_of_the_changed_system(controller: Any) -> None:
    """The advice works on the response of the open loop; the margins of the changed system are found anew."""
    system = foptd_rig(controller)
    rule = "simc" if isinstance(controller, PI) else "amigo_pid"
    advice = tune(system, "pi", point_of(system), rule)
    changed = advice.apply(system)
    found = loop_margins(changed, point_of(changed), "pi")["pi"]
    assert found.Ms == pytest.approx(advice.points[0].after.Ms, rel=0.01)
    assert found.gain_margin == pytest.approx(advice.points[0].after.gain_margin, rel=0.01)
    before = loop_margins(system, point_of(system), "pi")["pi"]
    assert before.Ms == pytest.approx(advice.points[0].before.Ms, rel=0.01)


@pytest.mark.parametrize(("source", "factor"), [("pi.y", 0.5), ("process.y", -0.5)])
def test_a_feed_forward_that_follows_the_loop_is_no_process(source: str, factor: float) -> None:
    system = foptd_rig(PID(k=0.5, Ti=50.0)).add("lag", Lag(T=30.0)).connect(source, "lag.u")
    system.connect("lag.y", "pi.feedforward", factor)
    point = point_of(system)
    advice = tune(system, "pi", point)
    (only,) = advice.points
    assert (only.fit.process.gain, only.fit.process.T) == pytest.approx((1.0, 60.0), rel=0.01)
    for changed, predicted in ((system, only.before), (advice.apply(system), only.after)):
        row = loop_margins(changed, point, "pi")["pi"]
        assert row.Ms == pytest.approx(predicted.Ms, rel=2e-3)
        assert row.gain_margin == pytest.approx(predicted.gain_margin, rel=2e-3)
    digital = foptd_rig(SampledPID(k=0.5, Ti=50.0, period=5.0)).add("lag", Lag(T=30.0)).connect(source, "lag.u")
    digital.connect("lag.y", "pi.feedforward", factor)
    with pytest.raises(UsageError, match=r"more than a digital PI .* feed-forward follows its own command"):
        tune(digital, "pi", point_of(digital))


def test_the_outer_loop_of_a_cascade_is_no_pi_and_a_process() -> None:
    system = foptd_rig(PID(k=0.5, Ti=50.0))
    system.set("pi.tracking", 1.0).connect("process.y", "pi.track")
    with pytest.raises(UsageError, match=r"its integral follows `track` \(external reset\); tune it on the simulation"):
        tune(system, "pi", point_of(system))


@pytest.mark.parametrize(
    ("settings", "manual", "words"),
    [({}, 1.0, "the controller is in manual"), ({"dead_band": 0.1}, 0.0, "within the dead band of 0.1")],
)
def test_a_controller_that_rests_is_called_so(settings: dict[str, float], manual: float, words: str) -> None:
    system = foptd_rig(PID(k=0.5, Ti=50.0, **settings)).set("pi.manual", manual)
    with pytest.raises(UsageError, match=words):
        tune(system, "pi", point_of(system))


def test_slow_loops_around_do_not_hide_where_the_process_limits_its_controller() -> None:
    """At low frequencies the process lags by 180 degrees, as by a slow network that adds to its effect."""
    slow = 1.0 + 12.0 / (1.0 + 2e4j * OMEGA) ** 3
    process = FOPTD(1.0, 60.0, 20.0)
    values = process.response(OMEGA) * slow
    w_ultimate = 2.0 * np.pi / process.ultimate()[1]
    assert critical_frequency(OMEGA, values) < 1e-4
    assert critical_frequency(OMEGA, values, 0.5 * w_ultimate) == pytest.approx(w_ultimate, rel=0.02)
    found = fit_response(OMEGA, values, 1.0, critical_frequency(OMEGA, values, 0.5 * w_ultimate)).process
    assert (found.gain, found.T, found.L) == pytest.approx((1.0, 60.0, 20.0), rel=0.1)


def test_delay_that_the_model_lacks_is_added() -> None:
    system = foptd_rig(PID(k=1.0, Ti=60.0))
    advice = tune(system, "pi", point_of(system), delay=10.0)
    assert advice.settings.k == pytest.approx(simc(FOPTD(1.0, 60.0, 30.25)).k, rel=0.01)
    assert advice.points[0].after.Ms == pytest.approx(1.59, rel=0.01)


def test_one_point_gives_the_rule_itself() -> None:
    process = FOPTD(1.0, 60.0, 20.0)
    for rule in (simc, amigo):
        assert robust_settings([rule(process)], [response_of(process)]) == rule(process)


def test_settings_for_several_flows_keep_the_limit_at_each_and_are_the_best_that_do() -> None:
    processes = [FOPTD(1 / flow, 60.0, 20 / flow) for flow in (1.0, 0.7, 0.4)]
    rules, responses = [simc(p) for p in processes], [response_of(p) for p in processes]
    found = robust_settings(rules, responses, 1.7)
    assert max(r.Ms(found) for r in responses) <= 1.7
    # SIMC at full flow does not
    assert responses[-1].Ms(rules[0]) > 5.0
    # no settings within the same bounds have a larger integral gain
    best = 0.0
    for Ti in np.geomspace(min(s.Ti for s in rules), max(s.Ti for s in rules), 40):
        for k in np.geomspace(0.05, min(s.k for s in rules), 60):
            if k / Ti > best and all(r.Ms(Settings(k, Ti)) <= 1.7 for r in responses):
                best = k / Ti
    assert found.integral_gain >= 0.98 * best


def test_the_worst_point_is_not_always_that_of_the_largest_gain() -> None:
    """A small gain with much dead time limits Ti, a large gain with little dead time limits k."""
    processes = [FOPTD(4.0, 60.0, 5.0), FOPTD(1.0, 20.0, 60.0)]
    rules, responses = [simc(p) for p in processes], [response_of(p) for p in processes]
    assert any(response.Ms(rules[0]) > 1.7 for response in responses)
    found = robust_settings(rules, responses)
    assert all(response.Ms(found) <= 1.7 for response in responses)


def test_settings_that_no_point_allows_are_refused() -> None:
    stable, runaway = response_of(FOPTD(1.0, 60.0, 20.0)), response_of(FOPTD(-1.0, 60.0, 20.0))
    with pytest.raises(SimulationError, match="no settings keep Ms"):
        robust_settings([Settings(1.0, 60.0)], [stable, runaway])


def test_an_unstable_pole_of_the_open_loop_is_counted() -> None:
    """1/(s - 0.01) needs a gain above 0.01; the loop below is unstable, and the sensitivity infinite."""
    values = 1.0 / (1j * OMEGA - 0.01) / (1 + 1j * OMEGA)
    response = PlantResponse("loop", OMEGA, values, open_loop=1)
    assert np.isfinite(response.Ms(Settings(0.2, 200.0)))
    assert response.Ms(Settings(0.005, 200.0)) == np.inf
    assert PlantResponse("loop", OMEGA, values, open_loop=0).Ms(Settings(0.005, 200.0)) == np.inf


def test_apply_changes_a_copy_and_lets_the_tracking_time_follow() -> None:
    system = foptd_rig(PI(k=1.0, Ti=60.0))
    changed = apply_settings(system, "pi", Settings(2.0, 30.0))
    values = changed.members["pi"].parameter_values()
    assert (values["k"], values["Ti"], values["Tt"]) == (2.0, 30.0, 30.0)
    assert system.members["pi"].parameter_values()["k"] == 1.0
    own = foptd_rig(PI(k=1.0, Ti=60.0, Tt=7.0))
    assert apply_settings(own, "pi", Settings(2.0, 30.0)).members["pi"].parameter_values()["Tt"] == 7.0


def test_a_pi_takes_no_derivative() -> None:
    system = foptd_rig(PI(k=1.0, Ti=60.0))
    with pytest.raises(UsageError, match="no derivative action"):
        tune(system, "pi", point_of(system), "amigo_pid").apply(system)


def test_a_schedule_gives_its_settings_at_its_points() -> None:
    system = foptd_rig(PI(k=1.0, Ti=60.0, T_sensor=5.0))
    scheduled = apply_schedule(system, "pi", Settings(1.2, 50.0), "process.y", [(-1.0, 0.5, 2.0), (1.0, 0.5, 2.0)])
    fixed = apply_settings(system, "pi", Settings(0.6, 100.0))
    found = [loop_margins(s, point_of(s), "pi")["pi"].Ms for s in (scheduled, fixed)]
    assert found[0] == pytest.approx(found[1], rel=1e-3)
    # the advisor knows the factors, so the settings advised for a scheduled loop are those before the factors
    response = plant_response(scheduled, "pi", point_of(scheduled))
    assert (response.k_factor, response.Ti_factor) == (0.5, 2.0)
    assert response.Ms(Settings(1.2, 50.0)) == pytest.approx(found[1], rel=0.01)
    advice = tune(scheduled, "pi", point_of(scheduled))
    assert advice.settings.k == pytest.approx(2.0 * tune(system, "pi", point_of(system)).settings.k, rel=0.01)
    with pytest.raises(UsageError, match="follows a gain schedule already"):
        apply_schedule(scheduled, "pi", Settings(1.2, 50.0), "process.y", [(-1.0, 0.5, 2.0), (1.0, 0.5, 2.0)])


def test_a_schedule_needs_a_signal_that_differs() -> None:
    system = foptd_rig(PID(k=1.0, Ti=60.0))
    advice = tune(system, "pi", {"a": point_of(system), "b": point_of(system)})
    with pytest.raises(UsageError, match="does not tell the operating points apart"):
        advice.schedule("process.y")
    with pytest.raises(UsageError, match=r"no signal 'process\.x'"):
        advice.schedule("process.x")


def test_a_rule_of_ones_own() -> None:
    system = foptd_rig(PID(k=1.0, Ti=60.0))
    advice = tune(system, "pi", point_of(system), lambda process: Settings(0.5 / process.gain, 77.0))
    assert (advice.settings.k, advice.settings.Ti) == pytest.approx((0.5, 77.0), rel=0.01)


@pytest.mark.parametrize(
    ("system", "loop", "options", "match"),
    [
        (foptd_rig(PID(k=-1.0, Ti=60.0)), "pi", {}, "wrong sign"),
        (foptd_rig(PID(k=1.0, Ti=60.0)), "pid", {}, "no control loop 'pid'"),
        (foptd_rig(PID(k=1.0, Ti=60.0)), "pi", {"rule": "zn"}, "rule 'zn' is unknown"),
        (foptd_rig(PID(k=1.0, Ti=60.0)), "pi", {"Ms_limit": 0.9}, "Ms is always above 1"),
        (foptd_rig(PID(k=1.0, Ti=60.0)), "pi", {"delay": -1.0}, "not negative"),
        (foptd_rig(PID(k=1.0, Ti=60.0), gain=0.0), "pi", {}, "acts at none of the operating points"),
    ],
)
def test_wrong_calls_get_one_line(system: Any, loop: str, options: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match) as caught:
        tune(system, loop, point_of(system), **options)
    assert "\n" not in str(caught.value)


def test_no_points_is_refused() -> None:
    system = foptd_rig(PID(k=1.0, Ti=60.0))
    with pytest.raises(UsageError, match="no operating points"):
        tune(system, "pi", [])


def test_points_are_named_by_what_differs() -> None:
    system = two_loops()
    advice = hs.tune(system, "c1", [{"load": 0.0}, {"load": 1.0}])
    assert [point.name for point in advice.points] == ["load 0", "load 1"]
    record = json.loads(advice.to_json())
    assert record["settings"]["k"] == advice.settings.k
    assert [point["point"] for point in record["points"]] == ["load 0", "load 1"]
    assert list(advice.table()["Ms_after"]) == [point.after.Ms for point in advice.points]


def test_print_shows_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    advice = hs.tune(two_loops(), "c1", {"load": 0.0})
    advice.print()
    text = capsys.readouterr().out
    assert "c1: k 0.5, Ti 60 s  ->  k" in text
    assert "the operating point" in text.replace("\n", " ")


def test_a_hunting_loop_is_calm_with_the_advice() -> None:
    system = foptd_rig(PID(k=6.5, Ti=60.0), period=1.0)
    advice = tune(system, "pi", point_of(system))
    assert not advice.points[0].before.stable
    case = replace(case_of(system, 1500.0, load_step(50.0, 0.1), 2.0), start_from=point_of(system))
    compared = advice.compare(case)
    assert compared.before["pi"].hunts
    assert compared.after["pi"].verdict is Verdict.CALM
    assert compared.worse == ()
    row = compared.table().iloc[0]
    assert row["iae_after"] < 0.3 * row["iae_before"]
    assert compared.before["pi"].period == pytest.approx(2 * np.pi / advice.points[0].before.w_critical, rel=0.2)
    assert json.loads(compared.to_json())["loops"][0]["verdict_after"] == "calm"
