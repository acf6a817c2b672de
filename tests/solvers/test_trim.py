"""Trim finds steady states, keeps what is held, and says what does not settle."""

from __future__ import annotations

import pytest
from small_systems import controlled, oscillator
from small_units import SampledPI, Tank

from heatsim.errors import SimulationError, UsageError
from heatsim.simulation import simulate
from heatsim.solvers import trim
from heatsim.system import Port, Signal, System


def _tanks() -> System:
    system = System("tanks").add("storage", Tank(), start={"T": 340.0}).add("tank", Tank(), inputs={"Q_flow": 2000.0})
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    return system.set("storage.Q_flow", 0.0).connect("tank.T", "storage.T_ambient")


def test_steady_state_of_a_tank_is_that_of_the_balance() -> None:
    point = trim(_tanks(), {"T_ambient": Signal.linear([0.0, 100.0], [280.0, 300.0])}, t=50.0)
    assert point.states["tank.T"] == pytest.approx(290.0 + 2000.0 / 100.0, abs=1e-4)
    assert point.method == "newton"
    assert point.inputs == {"T_ambient": pytest.approx(290.0)}


def test_held_states_and_meters_keep_their_start_values() -> None:
    point = trim(_tanks(), {"T_ambient": 290.0}, hold="storage.T*")
    assert point.states["storage.T"] == 340.0
    assert point.states["tank.E_in"] == 0.0
    assert set(point.held) == {"storage.T", "storage.E_in", "tank.E_in"}
    released = trim(_tanks(), {"T_ambient": 290.0}, hold=())
    assert released.states["storage.T"] == pytest.approx(released.states["tank.T"], abs=1e-4)


def test_sampled_loop_settles_at_its_set_point_and_starts_there() -> None:
    system = controlled(SampledPI(10.0))
    point = trim(system, {"T_ambient": 290.0})
    assert point.method == "integration"
    assert point.states["tank.T"] == pytest.approx(320.0, abs=1e-2)
    assert point.commands["pi.command"] == pytest.approx(3000.0, rel=1e-3)
    ds = simulate(system, {"T_ambient": 290.0}, stop=600.0, start_from=point)
    assert ds["tank.T"].values == pytest.approx(320.0, abs=1e-2)


def test_state_that_does_not_settle_is_named() -> None:
    class Integrator:
        inputs = (Port("u", "1"),)
        outputs = (Port("y", "1"),)
        states = (Port("level", "1"), Port("valve", "1"))
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"level": u["u"], "valve": x["level"] - x["valve"]}, {"y": x["valve"]}

    with pytest.raises(SimulationError, match=r"no steady state within 1000 s; 's\.(level|valve)'"):
        trim(System("s").add("s", Integrator(), inputs={"u": 1.0}), horizon=1000.0)


def test_steady_state_of_the_oscillator_is_rest() -> None:
    point = trim(oscillator())
    assert all(abs(value) < 1e-6 for value in point.states.values())


def test_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"hold: no state matches 'tnak\.T'"):
        trim(_tanks(), {"T_ambient": 290.0}, hold="tnak.T")


def test_trim_point_of_another_system_is_refused() -> None:
    point = trim(oscillator())
    with pytest.raises(UsageError, match="belongs to another system"):
        simulate(_tanks(), {"T_ambient": 290.0}, stop=60.0, start_from=point)


class Remembering(SampledPI):
    """Integrates over the time since its last tick."""

    def initial_state(self, u, p):  # type: ignore[no-untyped-def]
        return {"integral": 0.0, "last": float("nan")}

    def step(self, t, u, state, p):  # type: ignore[no-untyped-def]
        passed = 0.0 if state["last"] != state["last"] else t - state["last"]
        error = u["setpoint"] - u["measurement"]
        integral = state["integral"] + p["k"] / p["Ti"] * error * passed
        return {"command": p["k"] * error + integral}, {"integral": integral, "last": t}


def test_instants_in_the_memory_of_controllers_end_at_the_time_of_the_trim() -> None:
    point = trim(controlled(Remembering(10.0, 3.0)), {"T_ambient": 290.0}, t=40.0)
    assert point.memory["pi"]["last"] == 33.0
    ds = simulate(controlled(Remembering(10.0, 3.0)), {"T_ambient": 290.0}, start=40.0, stop=600.0, start_from=point)
    assert ds["tank.T"].values == pytest.approx(320.0, abs=1e-2)
    assert ds["pi.command"].values == pytest.approx(3000.0, abs=5.0)


def test_trim_point_from_a_later_time_is_refused_where_controllers_remember() -> None:
    system = controlled(SampledPI(10.0))
    point = trim(system, {"T_ambient": 290.0}, t=100.0)
    with pytest.raises(UsageError, match="start_from was found for t = 100 s, after start = 0 s"):
        simulate(system, {"T_ambient": 290.0}, stop=600.0, start_from=point)


def test_horizon_must_be_positive() -> None:
    with pytest.raises(UsageError, match="trim: horizon must be a positive number"):
        trim(_tanks(), {"T_ambient": 290.0}, horizon=0.0)


def test_machine_code_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match=r"trim: native='auto' is unknown; choose True, False or 'preferred'"):
        trim(_tanks(), {"T_ambient": 290.0}, native="auto")
