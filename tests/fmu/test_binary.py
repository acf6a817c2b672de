"""An instance of a binary: the same answers for FMI 2.0 and 3.0, and failures that tell what the FMU said."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from fmus.build import fmu

from heatsim.errors import FmuError
from heatsim.fmu import Fmu
from heatsim.fmu.binary import Binary, CallError
from heatsim.fmu.instance import settle
from heatsim.fmu.printed import redirected

VERSIONS = pytest.mark.parametrize("fmi", ["2.0", "3.0"])


def opened(name: str, fmi: str, interface: str = "co_simulation", **start: float) -> Binary:
    unit = Fmu(fmu(name, fmi, start=start), interface=interface)
    return unit.open_binary(name)


def step(binary: Binary, t: float, h: float, given: dict[str, float], wanted: list[str]) -> tuple[float, np.ndarray]:
    return binary.advance(t, h, binary.group(list(given)), np.array([*given.values()]), binary.group(wanted), True)


@VERSIONS
def test_a_step_of_a_capacity_is_that_of_its_equation(fmi: str) -> None:
    binary = opened("capacity", fmi)
    binary.initialise(0.0, 10.0, 1e-6, {"C": 500.0, "T_start": 310.0, "Q_flow": 100.0})
    reached, (temperature,) = step(binary, 0.0, 2.0, {"Q_flow": 50.0}, ["T"])
    assert (reached, temperature) == (2.0, pytest.approx(310.0 + 2.0 * 50.0 / 500.0, rel=1e-12))
    assert binary.get(binary.group(["T_start", "C"])) == pytest.approx([310.0, 500.0])
    binary.close()


@VERSIONS
def test_kept_states_come_back_also_as_bytes_and_reset_goes_to_the_start(fmi: str) -> None:
    binary = opened("capacity", fmi)
    binary.initialise(0.0, None, None, {})
    outputs = binary.group(["T"])
    token = binary.save_state()
    packed = binary.serialize(token)
    later = step(binary, 0.0, 5.0, {"Q_flow": 1000.0}, ["T"])[1]
    second = binary.save_state()
    binary.restore_state(token)
    assert binary.get(outputs) == pytest.approx([300.0], abs=0.0)
    binary.restore_state(second)
    assert np.array_equal(binary.get(outputs), later)
    assert binary.save_state(second) == second
    binary.restore_state(binary.deserialize(packed))
    assert np.array_equal(step(binary, 0.0, 5.0, {"Q_flow": 1000.0}, ["T"])[1], later)
    binary.free_state(token)
    binary.reset()
    binary.initialise(0.0, None, None, {"T_start": 280.0})
    assert binary.get(outputs) == pytest.approx([280.0])
    binary.close()


@VERSIONS
def test_numbers_of_every_type_go_in_and_out(fmi: str) -> None:
    binary = opened("feed_through", fmi)
    binary.initialise(0.0, None, None, {})
    given = {"u": 1.5, "count": -3.0, "on": 1.0, "mode": 2.0}
    wanted = {"y": 3.0, "count_out": -3.0, "off": 0.0, "mode_out": 2.0}
    if fmi == "3.0":
        given |= {"single": 0.5, "byte": -7.0, "long": 2.0**40}
        wanted |= {"single_out": 0.5, "byte_out": -7.0, "long_out": 2.0**40}
    binary.set(binary.group(list(given)), np.array([*given.values()]))
    assert binary.get(binary.group(list(wanted))).tolist() == [*wanted.values()]
    with pytest.raises(FmuError, match=r"'count' takes whole numbers from -2147483648 to 2147483647, not 3\.5"):
        binary.set(binary.group(["u", "count"]), np.array([1.0, 3.5]))
    with pytest.raises(FmuError, match=r"'on' is Boolean and takes 0 or 1, not 2"):
        binary.set(binary.group(["on"]), np.array([2.0]))
    if fmi == "3.0":
        with pytest.raises(FmuError, match="'byte' takes whole numbers from -128 to 127, not 128"):
            binary.set(binary.group(["byte"]), np.array([128.0]))
    with pytest.raises(FmuError, match="no variable 'nothing'"):
        binary.group(["nothing"])
    binary.close()


@VERSIONS
def test_model_exchange_gives_derivatives_indicators_and_events(fmi: str) -> None:
    ball = opened("ball", fmi, "model_exchange")
    ball.initialise(0.0, None, None, {"h_start": 2.0, "e": 0.5})
    assert settle(ball) is None
    ball.enter_continuous_time_mode()
    none, empty = ball.group([]), np.zeros(0)
    assert ball.states().tolist() == [2.0, 0.0]
    assert ball.nominals().tolist() == [1.0, 1.0]
    assert ball.derivatives(0.1, np.array([1.0, -3.0]), none, empty).tolist() == [-3.0, -9.81]
    assert ball.indicators(0.1, np.array([0.25, -3.0]), none, empty).tolist() == [0.25]
    assert ball.completed_step(False) == (False, False)
    ball.place(0.2, np.array([0.0, -3.0]), none, empty)
    ball.enter_event_mode()
    info = ball.update_discrete_states()
    assert (info.states_changed, info.next_time, info.again, info.terminate) == (True, None, False, False)
    assert ball.states().tolist() == [0.0, 1.5]
    ball.close()

    sampler = opened("sampler", fmi, "model_exchange", period=4.0)
    sampler.initialise(0.0, None, None, {})
    assert settle(sampler) == 4.0
    sampler.close()

    turns = opened("turns", fmi, "model_exchange")
    turns.initialise(0.0, None, None, {})
    settle(turns)
    turns.enter_continuous_time_mode()
    turns.place(7.0, np.array([7.0]), turns.group(["omega"]), np.ones(1))
    assert turns.completed_step(False) == (True, False)
    turns.close()


@VERSIONS
def test_directional_derivatives_are_those_of_the_equations(fmi: str) -> None:
    binary = opened("exchanger", fmi, "model_exchange")
    binary.initialise(0.0, None, None, {"UA": 25.0})
    told = binary.directional_derivative(["Q_flow_hot", "Q_flow_cold"], ["T_hot", "T_cold"], np.array([2.0, 1.0]))
    assert told == pytest.approx([-25.0, 25.0], rel=1e-12)
    binary.close()


@VERSIONS
def test_a_failing_step_tells_function_log_and_what_was_printed(fmi: str, capfd: pytest.CaptureFixture[str]) -> None:
    binary = opened("failing", fmi)
    binary.initialise(0.0, None, None, {})
    with pytest.raises(CallError) as caught:
        step(binary, 0.0, 2.0, {"u": 1.0}, ["y"])
    said = (
        f"failing: fmi{fmi[0]}DoStep failed (error); its log ends: the table ends at 1 s; it printed: failing: x is 1"
    )
    assert str(caught.value).startswith(said)
    assert (caught.value.function, caught.value.status) == ("DoStep", "error")
    assert list(binary.log) == ["the table ends at 1 s"]
    binary.close()
    # caught, and the streams are this process's own again
    print("mine", flush=True)
    assert capfd.readouterr() == ("mine\n", "")


@VERSIONS
def test_what_is_printed_inside_one_redirection_of_many_calls_goes_to_the_call_that_fails(fmi: str) -> None:
    binary = opened("failing", fmi)
    binary.initialise(0.0, None, None, {})
    with redirected():
        step(binary, 0.0, 0.5, {"u": 1.0}, ["y"])
        with pytest.raises(CallError, match=r"it printed: failing: x is 1 \| failing: goodbye"):
            step(binary, 0.5, 0.5, {"u": 1.0}, ["y"])
    binary.close()


def test_a_discarded_step_tells_how_far_it_came_and_an_early_return_comes_back() -> None:
    discards = opened("failing", "2.0", how=8)
    discards.initialise(0.0, None, None, {})
    with pytest.raises(CallError) as caught:
        step(discards, 0.0, 4.0, {"u": 1.0}, ["y"])
    assert (caught.value.status, caught.value.last_time) == ("discard", 1.0)
    returns = opened("failing", "3.0", how=8)
    returns.initialise(0.0, None, None, {})
    reached, values = step(returns, 0.0, 4.0, {"u": 1.0}, ["y"])
    assert (reached, values.tolist()) == (1.0, pytest.approx([1.0]))


@VERSIONS
def test_a_request_to_stop_is_an_error(fmi: str) -> None:
    binary = opened("failing", fmi, how=9)
    binary.initialise(0.0, None, None, {})
    with pytest.raises(CallError, match="asks to end the simulation") as caught:
        step(binary, 0.0, 4.0, {"u": 1.0}, ["y"])
    assert caught.value.status == "terminated"


@VERSIONS
def test_a_fatal_error_is_the_last_call(fmi: str) -> None:
    binary = opened("failing", fmi, how=3)
    binary.initialise(0.0, None, None, {})
    with pytest.raises(CallError, match=r"failed \(fatal\)"):
        step(binary, 0.0, 4.0, {"u": 1.0}, ["y"])
    binary.close()  # does not touch the instance any more


@VERSIONS
def test_the_working_folder_stays_and_instances_are_many(
    fmi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    unit = Fmu(fmu("integrator", fmi), interface="co_simulation")
    for i in range(1200):
        binary = unit.open_binary("integrator")
        if i % 100 == 0:
            binary.initialise(0.0, None, None, {"x_start": float(i)})
            assert binary.get(binary.group(["y"])) == pytest.approx([i])
        binary.close()
    assert os.getcwd() == str(tmp_path)


def test_a_missing_binary_or_a_wrong_token_says_what_to_do(tmp_path: Path) -> None:
    unit = Fmu(fmu("capacity", "2.0"))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FmuError, match=r"tank: the FMU's binary cannot be used here \(Cannot find.*this platform"):
        Binary("tank", empty, unit.description, "co_simulation")
    other = Fmu(fmu("capacity", "3.0"))
    object.__setattr__(other.description, "guid", "{another}")
    with pytest.raises(FmuError, match=r"its log ends: wrong instantiation token \{another\}"):
        Binary("tank", other.folder, other.description, "co_simulation")
