"""A Co-Simulation FMU as a participant: exact steps, rollback, checkpoints, early returns, discards, and failures."""

from __future__ import annotations

import numpy as np
import pytest
from fmus.build import fmu

from heatsim.errors import FmuError, SimulationError
from heatsim.fmu import Fmu
from heatsim.solvers.co_simulation_unit import CoSimulationUnit
from heatsim.solvers.participant import Discarded
from heatsim.system.member import Member

VERSIONS = pytest.mark.parametrize("fmi", ["2.0", "3.0"])


def unit_of(
    name: str, fmi: str, parameters: dict[str, float] | None = None, attributes: dict[str, str] | None = None
) -> CoSimulationUnit:
    opened = Fmu(fmu(name, fmi, attributes=attributes), interface="co_simulation")
    return CoSimulationUnit(Member(name, opened, parameters or {}))


def held(*values: float) -> np.ndarray:
    return np.vstack([values, np.zeros((2, len(values)))])


@VERSIONS
def test_steps_of_a_capacity_are_those_of_its_equation(fmi: str) -> None:
    unit = unit_of("capacity", fmi, {"C": 200.0, "T_start": 310.0})
    assert unit.start(3.0, 100.0, np.array([0.0])) == pytest.approx([310.0])
    assert unit.advance(3.0, 5.0, held(100.0)) == pytest.approx([311.0], rel=1e-12)
    assert unit.advance(5.0, 6.0, held(-400.0)) == pytest.approx([309.0], rel=1e-12)
    assert unit.output(6.0, np.array([1e6])) == pytest.approx([309.0], rel=1e-12)
    assert unit.start(0.0, 100.0, np.array([0.0])) == pytest.approx([310.0])
    assert (unit.inputs[0].unit, unit.outputs[0].unit) == ("W", "K")
    assert unit.feedthrough.tolist() == [[False]]
    unit.close()


@VERSIONS
def test_outputs_that_depend_on_inputs_follow_them_without_a_step(fmi: str) -> None:
    unit = unit_of("exchanger", fmi, {"UA": 10.0})
    assert unit.start(0.0, 1.0, np.array([350.0, 300.0])) == pytest.approx([-500.0, 500.0])
    assert unit.output(0.0, np.array([340.0, 300.0])) == pytest.approx([-400.0, 400.0])
    assert unit.feedthrough.all()


@VERSIONS
def test_initial_equations_see_the_inputs_of_the_start(fmi: str) -> None:
    unit = unit_of("start_at_input", fmi)
    assert unit.start(0.0, 1.0, np.array([7.0])) == pytest.approx([7.0])
    assert unit.start(0.0, 1.0, np.array([8.0])) == pytest.approx([8.0])


@VERSIONS
def test_going_back_repeats_a_step_bit_by_bit(fmi: str) -> None:
    unit = unit_of("mass", fmi, {"x_start": 1.0})
    unit.start(0.0, 10.0, np.zeros(3))
    assert unit.can_rollback
    unit.advance(0.0, 0.1, held(1.0, 0.0, 0.0))
    token = unit.save()
    first = [unit.advance(0.1, 0.2, held(2.0, 0.0, 0.0)), unit.advance(0.2, 0.3, held(3.0, 0.0, 0.0))]
    for _ in range(2):
        unit.restore(token)
        again = [unit.advance(0.1, 0.2, held(2.0, 0.0, 0.0)), unit.advance(0.2, 0.3, held(3.0, 0.0, 0.0))]
        assert np.array_equal(first, again)
    unit.discard(token)
    assert not unit_of("lag", fmi).can_rollback
    assert not unit_of("liar_state", fmi).can_rollback


@VERSIONS
def test_a_checkpoint_goes_on_bit_by_bit_in_another_instance(fmi: str) -> None:
    one, other = (unit_of("branch", fmi, {"x_start": 0.95}) for _ in range(2))
    one.start(0.0, 10.0, np.ones(1))
    one.advance(0.0, 0.1, held(1.0))
    kept = one.export_state()
    expected = [one.advance(0.1 * i, 0.1 * (i + 1), held(1.0)) for i in range(1, 4)]
    other.import_state(0.1, 10.0, np.ones(1), kept)
    assert np.array_equal([other.advance(0.1 * i, 0.1 * (i + 1), held(1.0)) for i in range(1, 4)], expected)
    assert expected[-1] == pytest.approx([1.0 + 0.1 * 0.35, 1.0])
    with pytest.raises(FmuError, match=r"integrator: the checkpoint is of another version of hs_integrator\.fmu"):
        unit_of("integrator", fmi).import_state(0.1, 10.0, np.ones(1), kept)
    hidden = unit_of("lag", fmi)
    hidden.start(0.0, 1.0, np.zeros(1))
    with pytest.raises(FmuError, match=r"lag: the FMU cannot give its state for a checkpoint \(not offered"):
        hidden.export_state()


@VERSIONS
@pytest.mark.parametrize("h", [0.37, 0.01])
def test_a_ball_bounces_at_the_right_times_whatever_the_step(fmi: str, h: float) -> None:
    unit = unit_of("ball", fmi)
    unit.start(0.0, 2.0, np.zeros(0))
    t = 0.0
    bounces, jumps = [], []
    while t < 2.0:
        y = unit.advance(t, min(t + h, 2.0), held())
        t = min(t + h, 2.0)
        bounces.append(y[2])
        jumps.append(unit.jumped)
    # g = 9.81, e = 0.7: falls of sqrt(2/g), then flights of 2*v/g
    g, e = 9.81, 0.7
    v, at = np.sqrt(2.0 * g), np.sqrt(2.0 / g)
    count = 0
    while at < 2.0:
        count, last, v = count + 1, at, e * v
        at += 2.0 * v / g
    assert bounces[-1] == count
    assert y[:2] == pytest.approx([v * (2.0 - last) - 0.5 * g * (2.0 - last) ** 2, v - g * (2.0 - last)], abs=1e-9)
    assert jumps == [b != a for a, b in zip([0.0, *bounces], bounces, strict=False)]


def test_slopes_of_inputs_are_used_where_they_have_an_effect() -> None:
    # der(x) = u with u = 1 + 2*t + 3*t**2
    c = np.array([[1.0], [2.0], [3.0]])
    true = unit_of("integrator_interpolating", "2.0")
    assert true.input_degree == 2
    true.start(0.0, 1.0, np.ones(1))
    assert true.advance(0.0, 0.5, c) == pytest.approx([0.5 + 0.25 + 0.125], rel=1e-12)
    assert true.advance(0.5, 1.0, held(1.0)) == pytest.approx([0.875 + 0.5], rel=1e-12)
    for name in ("integrator_boasting", "integrator"):
        assert unit_of(name, "2.0").input_degree == 0


def test_a_step_goes_on_after_an_early_return() -> None:
    unit = unit_of("failing", "3.0", {"how": 8.0, "t_fail": 1.0})
    unit.start(0.0, 4.0, np.ones(1))
    assert unit.advance(0.0, 2.0, held(1.0)) == pytest.approx([2.0], rel=1e-12)
    assert unit.steps == 2


@pytest.mark.parametrize(("how", "h_max", "pieces"), [(8.0, 0.0, 2), (2.0, 0.3, 4)])
def test_a_discarded_step_is_made_in_shorter_ones_from_a_kept_state(how: float, h_max: float, pieces: int) -> None:
    unit = unit_of("failing", "2.0", {"how": how, "t_fail": 60.5, "h_max": h_max})
    unit.start(0.0, 100.0, np.ones(1))
    # more steps than are made again at most
    for i in range(60):
        unit.advance(float(i), i + 1.0, held(float(i)))
    assert unit.advance(60.0, 61.0, held(2.0)) == pytest.approx([59.0 * 30.0 + 2.0], rel=1e-12)
    assert unit.advance(61.0, 61.1, held(10.0)) == pytest.approx([59.0 * 30.0 + 3.0], rel=1e-12)
    assert unit.steps >= 61 + pieces


def test_a_step_that_is_discarded_after_going_back_is_made_from_where_it_went_back_to() -> None:
    unit = unit_of("failing", "2.0", {"how": 2.0, "t_fail": 2.5, "h_max": 0.3})
    unit.start(0.0, 10.0, np.ones(1))
    unit.advance(0.0, 1.0, held(1.0))
    token = unit.save()
    unit.advance(1.0, 2.0, held(100.0))
    unit.restore(token)
    unit.advance(1.0, 2.0, held(1.0))
    # the steps that were undone are not made again
    assert unit.advance(2.0, 3.0, held(2.0)) == pytest.approx([4.0], rel=1e-12)
    unit.discard(token)
    unit.close()


def test_a_discarded_step_without_a_state_says_that_a_shorter_one_is_needed() -> None:
    unit = unit_of("failing", "2.0", {"how": 8.0, "t_fail": 1.0}, attributes={"canGetAndSetFMUstate": "false"})
    unit.start(0.0, 4.0, np.ones(1))
    with pytest.raises(Discarded, match=r"take a shorter step \(it got to 1 s\), which is not done by itself"):
        unit.advance(0.0, 2.0, held(1.0))


@VERSIONS
def test_a_failure_names_everything_that_is_known(fmi: str) -> None:
    unit = unit_of("failing", fmi)
    unit.start(0.0, 4.0, np.ones(1))
    unit.advance(0.0, 0.75, held(1.0))
    with pytest.raises(SimulationError) as caught:
        unit.advance(0.75, 1.5, held(2.0))
    message = str(caught.value)
    for part in (
        f"failing: in the step from t = 0.75 to 1.5 s: fmi{fmi[0]}DoStep failed (error)",
        "its log ends: the table ends at 1 s",
        "it printed: failing: x is 1.25 | failing: goodbye",
        "inputs: u = 2; the step from 0 s succeeded with u = 1",
        "a shorter step may help",
    ):
        assert part in message
    assert "\n" not in message


@VERSIONS
def test_an_output_that_is_no_number_is_an_error(fmi: str) -> None:
    unit = unit_of("failing", fmi, {"how": 7.0})
    unit.start(0.0, 4.0, np.ones(1))
    with pytest.raises(SimulationError, match="failing: in the step from t = 0 to 2 s: output 'y' is nan"):
        unit.advance(0.0, 2.0, held(1.0))


@VERSIONS
def test_steps_of_several_lengths_are_refused_for_an_fmu_that_takes_one(fmi: str) -> None:
    unit = unit_of("integrator", fmi, attributes={"canHandleVariableCommunicationStepSize": "false"})
    unit.start(0.0, 4.0, np.ones(1))
    unit.advance(0.0, 0.1, held(1.0))
    unit.advance(0.1, 0.2, held(1.0))
    with pytest.raises(SimulationError, match=r"a step of 0\.05 s would follow one of 0\.1 s.*choose a constant step"):
        unit.advance(0.2, 0.25, held(1.0))


@VERSIONS
def test_whole_numbers_are_given_as_such(fmi: str) -> None:
    unit = unit_of("feed_through", fmi)
    n = len(unit.inputs)
    u = np.array([0.5, 3.0, 1.0, 2.0, 0.25, 5.0, 9.0][:n])
    assert unit.start(0.0, 1.0, u).tolist() == [1.0, 3.0, 0.0, 2.0, 0.25, 5.0, 9.0][:n]
    assert unit.discrete_inputs.tolist() == [False, True, True, True, False, True, True][:n]
    u[1] = 2.5
    with pytest.raises(SimulationError, match=r"at t = 0 s: 'count' takes whole numbers.*round the signal"):
        unit.output(0.0, u)
