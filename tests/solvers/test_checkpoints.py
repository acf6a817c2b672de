"""A run that is resumed from a checkpoint equals the run that was not interrupted, to the last bit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from small_systems import controlled, oscillator
from small_units import SampledPI, Tank, bar_fmu, fmi2_fmu, integrator_fmu

import heatsim as hs
from heatsim.errors import HeatsimWarning, SimulationError, UsageError
from heatsim.results.checkpoints import load_checkpoint, save_checkpoint
from heatsim.simulation import resume, simulate
from heatsim.solvers import trim
from heatsim.system import Port, Signal, System

WAVE = Signal.linear([0.0, 100.0, 333.0, 1000.0], [290.0, 295.0, 280.0, 300.0])


def _equal(whole: xr.Dataset, part: xr.Dataset) -> None:
    """Every value of a part is that of the whole, bit by bit."""
    assert set(whole.data_vars) == set(part.data_vars)
    same = whole.sel(time=part["time"].values)
    for name in part.data_vars:
        assert np.array_equal(same[name].values, part[name].values), name


class Counting(SampledPI):
    """Keeps the number of its ticks, and an average of its measurements, to itself."""

    def __init__(self, period: float = 10.0, offset: float = 0.0) -> None:
        super().__init__(period, offset)
        self._own: dict[str, Any] = {"n": 0, "window": np.zeros(3)}

    def get_state(self) -> dict[str, Any]:
        return {"n": self._own["n"], "window": self._own["window"].copy()}

    def set_state(self, state: dict[str, Any]) -> None:
        self._own = {"n": int(state["n"]), "window": np.array(state["window"], dtype=float)}

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        self._own = {"n": 0, "window": np.full(3, u["measurement"])}
        return super().initial_state(u, p)

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        self._own["window"] = np.append(self._own["window"][1:], u["measurement"])
        self._own["n"] += 1
        outputs, memory = super().step(t, {**u, "measurement": float(self._own["window"].mean())}, state, p)
        return {"command": outputs["command"] + 0.1 * self._own["n"]}, memory


@pytest.mark.parametrize("controller", [SampledPI, Counting])
@pytest.mark.parametrize(("cut", "output_step"), [(350.0, 7.0), (300.0, 60.0), (100.0, 0.1)])
def test_resumed_run_equals_the_uninterrupted_one(
    tmp_path: Path, controller: type[SampledPI], cut: float, output_step: float
) -> None:
    file = tmp_path / "run.checkpoint"
    system = controlled(controller(10.0, 3.0))
    inputs = {"T_ambient": WAVE}
    settings: dict[str, Any] = {
        "output_step": output_step,
        "checkpoint_step": 50.0,
        "variables": ["states", "*"],
        "native": False,
    }
    whole = simulate(system, inputs, stop=450.0, **settings)
    first = simulate(system, inputs, stop=cut, checkpoint=file, **settings)
    second = resume(file, controlled(controller(10.0, 3.0)), inputs, stop=450.0, variables=["states", "*"])
    assert float(second["time"][0]) >= cut
    _equal(whole, first)
    _equal(whole, second)
    joined = hs.join(first, second)
    assert np.array_equal(joined["time"].values, whole["time"].values)
    _equal(whole, joined)
    assert joined.attrs["start"] == 0.0
    assert joined.attrs["stop"] == 450.0
    steps = [json.loads(ds.attrs["stats"])["steps"] for ds in (first, second, joined)]
    assert steps[0] + steps[1] == steps[2]


def test_run_that_breaks_off_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def stopping(t: float, stop: float) -> None:
        if t > 230.0:
            raise Interrupted

    file = tmp_path / "run.checkpoint"
    system = oscillator()
    settings: dict[str, Any] = {"output_step": 0.5, "checkpoint_step": 50.0, "rtol": 1e-8, "native": False}
    whole = simulate(system, stop=300.0, **settings)
    with pytest.raises(Interrupted):
        simulate(system, stop=300.0, checkpoint=file, progress=_always(stopping), **settings)
    assert load_checkpoint(file).time in (150.0, 200.0, 250.0)
    rest = resume(file, system, stop=300.0)
    _equal(whole, rest)
    assert [p.name for p in tmp_path.iterdir()] == ["run.checkpoint"]
    # further checkpoints go into the same file
    assert load_checkpoint(file).time == 300.0


def _always(call: Any) -> Any:
    """The reporter calls a few times a second; that is seldom for a short run, so time is made to pass."""
    import time as clock

    def called(t: float, stop: float) -> None:
        clock.sleep(0.06)
        call(t, stop)

    return called


def test_resumed_run_can_be_resumed_and_streamed(tmp_path: Path) -> None:
    file = tmp_path / "run.checkpoint"
    system = controlled(SampledPI(10.0))
    inputs = {"T_ambient": WAVE}
    whole = simulate(system, inputs, start=20.0, stop=500.0, output_step=30.0, checkpoint_step=100.0)
    parts = [
        simulate(system, inputs, start=20.0, stop=120.0, output_step=30.0, checkpoint=file, checkpoint_step=100.0),
        resume(file, system, inputs, stop=320.0, stream=tmp_path / "second.nc"),
        resume(file, system, inputs, stop=500.0),
    ]
    for part in parts:
        # the last row of a part may lie off the grid
        on_grid = part.sel(time=[t for t in part["time"].values if t in whole["time"].values])
        _equal(whole, on_grid)
    joined = hs.join(*parts)
    assert set(whole["time"].values) <= set(joined["time"].values)
    assert np.all(np.diff(joined["time"].values) > 0)
    parts[1].close()


@pytest.mark.parametrize("cut", [50.0, 1000.0])
def test_parts_of_a_run_that_chooses_to_compile_by_itself_equal_the_whole(tmp_path: Path, cut: float) -> None:
    """Neither the length of a part decides how it is evaluated, nor do its first steps depend on those before it."""
    file = tmp_path / "run.checkpoint"
    knots = np.arange(0.0, 2000.0, 10.0)
    inputs = {"T_ambient": Signal.held(knots, 290.0 + 5.0 * np.sin(knots / 50.0) * (knots % 400.0 < 200.0))}
    whole = simulate(controlled(SampledPI(10.0)), inputs, stop=2000.0, output_step=10.0, checkpoint_step=50.0)
    simulate(controlled(SampledPI(10.0)), inputs, stop=cut, output_step=10.0, checkpoint_step=50.0, checkpoint=file)
    rest = resume(file, controlled(SampledPI(10.0)), inputs, stop=2000.0)
    for name in rest.data_vars:
        assert np.array_equal(rest[name].values, whole[name].sel(time=rest.time).values), name


def test_meters_and_kinks_of_time_go_on(tmp_path: Path) -> None:
    class Pulsed(Tank):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            import casadi as ca

            rates, outputs = super().equations(t, x, u, p)
            extra = ca.if_else(ca.fmod(t, 100.0) < 33.0, 500.0, 0.0)
            return {"T": rates["T"] + extra / p["C"], "E_in": rates["E_in"] + extra}, outputs

    system = System("s").add("tank", Pulsed(), inputs={"Q_flow": 100.0, "T_ambient": 290.0})
    file = tmp_path / "c"
    settings: dict[str, Any] = {"output_step": 10.0, "checkpoint_step": 150.0, "native": False}
    whole = simulate(system, stop=900.0, **settings)
    simulate(system, stop=450.0, checkpoint=file, **settings)
    _equal(whole, resume(file, system, stop=900.0))


def test_fmu_that_is_only_a_binary_goes_on(tmp_path: Path) -> None:
    fmu = fmi2_fmu(tmp_path)
    file = tmp_path / "c"
    inputs = {"u": Signal.held([0.0, 1.3, 3.1], [0.0, 2.0, 1.0])}
    whole = simulate(fmu, inputs, stop=6.0, output_step=0.5, checkpoint_step=1.0)
    simulate(fmu, inputs, stop=2.0, output_step=0.5, checkpoint=file, checkpoint_step=1.0)
    _equal(whole, resume(file, fmu, inputs, stop=6.0))


def test_another_system_is_refused_with_what_differs(tmp_path: Path) -> None:
    file = tmp_path / "c"
    inputs = {"T_ambient": 290.0}
    simulate(controlled(SampledPI(10.0)), inputs, stop=100.0, checkpoint=file)

    def refused(system: System, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            resume(file, system, inputs, stop=200.0)

    refused(controlled(SampledPI(10.0)).set("tank.UA", 120.0), r"parameter UA of unit 'tank' was 100\.0 and is 120\.0")
    refused(controlled(SampledPI(20.0)), r"period of unit 'pi' was 10\.0 and is 20\.0")
    refused(controlled(Counting(10.0)), r"class of unit 'pi' was SampledPI and is Counting")
    other = controlled(SampledPI(10.0))
    other.connections[1] = other.connections[1].__class__("tank.T", "pi.measurement", 1.0, 0.5)
    refused(other, r"connections: lost tank\.T -> pi\.measurement \* 1\.0 \+ 0\.0")
    refused(controlled(SampledPI(10.0)).add("more", Tank(), inputs={"Q_flow": 0, "T_ambient": 0}), "unit 'more' is new")

    class Steeper(Tank):
        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            rates, outputs = super().equations(t, x, u, p)
            return {**rates, "T": 1.01 * rates["T"]}, outputs

    Steeper.__qualname__ = "Tank"
    system = System("loop").add("tank", Steeper()).add("pi", SampledPI(10.0), inputs={"setpoint": 320.0})
    system.add_input("T_ambient", "K").connect("T_ambient", "tank.T_ambient")
    refused(
        system.connect("tank.T", "pi.measurement").connect("pi.command", "tank.Q_flow"), "equations of unit 'tank' was"
    )
    with pytest.raises(UsageError, match=r"was taken at t = 100 s, so stop must come after"):
        resume(file, controlled(SampledPI(10.0)), inputs, stop=100.0)


def test_another_fmu_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "c"
    simulate(integrator_fmu(tmp_path / "a"), {"u": 1.0}, stop=10.0, checkpoint=file)
    other = integrator_fmu(tmp_path / "b")
    other.sha256 = "0" * 64
    with pytest.raises(UsageError, match=r"sha256 of unit 'hs_integrator' was [0-9a-f]{12}… and is 000000000000…"):
        resume(file, other, {"u": 1.0}, stop=20.0)


def test_files_that_are_no_checkpoints_are_refused(tmp_path: Path) -> None:
    system = oscillator()
    with pytest.raises(UsageError, match="no such checkpoint"):
        resume(tmp_path / "missing", system, stop=1.0)
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    with pytest.raises(UsageError, match="is no checkpoint of heatsim, or a damaged one"):
        resume(tmp_path / "text", system, stop=1.0)
    simulate(system, stop=1.0, checkpoint=tmp_path / "c")
    whole = (tmp_path / "c").read_bytes()
    (tmp_path / "c").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="is no checkpoint of heatsim, or a damaged one"):
        resume(tmp_path / "c", system, stop=2.0)
    np.savez(tmp_path / "d.npz", header=np.array([object()]), allow_pickle=True)
    with pytest.raises(UsageError, match="is no checkpoint of heatsim"):
        resume(tmp_path / "d.npz", system, stop=2.0)


def test_state_that_a_file_cannot_hold_names_the_unit(tmp_path: Path) -> None:
    class Odd(Counting):
        def get_state(self) -> dict[str, Any]:
            return {"f": object()}

        def set_state(self, state: dict[str, Any]) -> None:
            pass

    with pytest.raises(UsageError, match=r"get_state\(\) of 'pi' holds a object, which a file cannot keep"):
        simulate(controlled(Odd(10.0)), {"T_ambient": 290.0}, stop=100.0, checkpoint=tmp_path / "c")


def test_setting_of_another_version_is_named(tmp_path: Path) -> None:
    system = controlled(SampledPI(10.0))
    simulate(system, {"T_ambient": 290.0}, stop=95.0, checkpoint=tmp_path / "c")
    kept = load_checkpoint(tmp_path / "c")
    with pytest.raises(UsageError, match="setting 'magic' is unknown to this version"):
        resume(replace(kept, settings={**kept.settings, "magic": 1}), system, {"T_ambient": 290.0}, stop=200.0)


def test_fmu_alone_starts_from_a_row_with_arrays(tmp_path: Path) -> None:
    bar = bar_fmu(tmp_path)
    inputs = {"Q_flow": 50.0, "T_end": 300.0}
    whole = simulate(bar, inputs, stop=200.0, output_step=20.0, rtol=1e-9, variables=["states", "*"])
    rest = simulate(bar, inputs, start=100.0, stop=200.0, output_step=20.0, rtol=1e-9, start_from=whole)
    assert rest["T"].values == pytest.approx(whole["T"].sel(time=rest["time"]).values, abs=1e-4)
    with pytest.raises(UsageError, match=r"has no state 'hs_bar\.x1'; simulate with variables="):
        simulate(bar, inputs, start=100.0, stop=200.0, start_from=whole.drop_vars("x1"))


def test_checkpoints_survive_the_disk(tmp_path: Path) -> None:
    system = controlled(Counting(10.0))
    simulate(system, {"T_ambient": 290.0}, stop=95.0, checkpoint=tmp_path / "c")
    kept = load_checkpoint(tmp_path / "c")
    assert kept.states == ("tank.T", "tank.E_in")
    assert kept.hidden["pi"]["n"] == 10
    assert kept.hidden["pi"]["window"].shape == (3,)
    again = load_checkpoint(save_checkpoint(kept, tmp_path / "d"))
    assert again.memory == kept.memory
    assert again.identity == kept.identity
    assert np.array_equal(again.x, kept.x)


@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), 1e-12, True])
def test_step_of_checkpoints_must_make_sense(step: float) -> None:
    with pytest.raises(UsageError, match="checkpoint_step"):
        simulate(oscillator(), stop=10.0, checkpoint_step=step)


def test_run_starts_from_the_end_of_another(tmp_path: Path) -> None:
    system = controlled(SampledPI(10.0, 3.0))
    inputs = {"T_ambient": 290.0}
    file = tmp_path / "c"
    whole = simulate(system, inputs, stop=200.0, output_step=10.0, rtol=1e-9, variables=["states", "*"])
    first = simulate(
        system, inputs, stop=100.0, output_step=10.0, rtol=1e-9, variables=["states", "*"], checkpoint=file
    )
    for source in (first, first.isel(time=-1), file, load_checkpoint(file)):
        rest = simulate(system, inputs, start=100.0, stop=200.0, output_step=10.0, rtol=1e-9, start_from=source)
        same = whole.sel(time=rest["time"].values)
        assert rest["tank.T"].values == pytest.approx(same["tank.T"].values, abs=1e-6)
        assert rest["pi.command"].values == pytest.approx(same["pi.command"].values, rel=1e-7)
    # with other parameters too
    warmer = simulate(
        system, inputs, start=100.0, stop=200.0, start_from=first, parameters={"pi.setpoint": 330.0, "tank.UA": 50.0}
    )
    assert float(warmer["tank.T"][0]) == float(first["tank.T"][-1])
    assert float(warmer["tank.T"][-1]) > float(whole["tank.T"][-1])


def test_tick_at_the_time_of_a_state_is_not_made_twice(tmp_path: Path) -> None:
    controller = SampledPI(10.0)
    system = controlled(controller)
    first = simulate(system, {"T_ambient": 290.0}, stop=100.0, variables=["states", "*"])
    controller.ticks.clear()
    simulate(system, {"T_ambient": 290.0}, start=100.0, stop=120.0, start_from=first)
    assert controller.ticks == [110.0, 120.0]


def test_row_in_the_middle_has_no_memory_and_says_so() -> None:
    system = controlled(SampledPI(10.0))
    ds = simulate(system, {"T_ambient": 290.0}, stop=300.0, output_step=50.0, variables=["states", "*"])
    with pytest.warns(HeatsimWarning, match=r"holds no memory of the sampled units \(pi\)"):
        rest = simulate(system, {"T_ambient": 290.0}, start=150.0, stop=300.0, output_step=50.0, start_from=ds)
    assert float(rest["tank.T"][0]) == float(ds["tank.T"].sel(time=150.0))
    with pytest.raises(UsageError, match="no row at t = 151 s"):
        simulate(system, {"T_ambient": 290.0}, start=151.0, stop=300.0, start_from=ds)


def test_start_from_something_else_is_refused() -> None:
    with pytest.raises(UsageError, match="is the result of trim, a Dataset with states or a checkpoint, not dict"):
        simulate(oscillator(), stop=1.0, start_from={"x": 1.0})  # type: ignore[arg-type]
    ds = simulate(oscillator(), stop=1.0, variables=["states", "*"])
    with pytest.raises(UsageError, match=r"has no state 'tank\.T'"):
        simulate(
            System("s").add("tank", Tank(), inputs={"Q_flow": 0.0, "T_ambient": 290.0}),
            start=1.0,
            stop=2.0,
            start_from=ds,
        )


def test_linear_model_is_made_at_a_checkpoint(tmp_path: Path) -> None:
    system = controlled(SampledPI(10.0))
    simulate(system, {"T_ambient": 290.0}, stop=100.0, checkpoint=tmp_path / "c")
    lin = hs.linearize(system, tmp_path / "c", outputs="tank.T", sampled="discrete")
    assert lin.dt == 10.0
    assert lin.info.point.time == 100.0


def test_parts_that_do_not_fit_are_not_joined() -> None:
    system = controlled(SampledPI(10.0))
    inputs = {"T_ambient": 290.0}
    first = simulate(system, inputs, stop=100.0)
    with pytest.raises(UsageError, match="nothing is known between t = 100 and 120 s"):
        hs.join(first, simulate(system, inputs, start=120.0, stop=200.0))
    with pytest.raises(UsageError, match="is in one part only; give both the same"):
        hs.join(first, simulate(system, inputs, start=100.0, stop=200.0, variables="tank.T"))
    with pytest.raises(UsageError, match="the parts differ in 'values'"):
        hs.join(first, simulate(system, inputs, start=100.0, stop=200.0, parameters={"tank.UA": 1.0}))
    with pytest.raises(UsageError, match="join needs the parts"):
        hs.join()


def test_failure_after_a_checkpoint_leaves_the_file_whole(tmp_path: Path) -> None:
    class Grows:
        inputs = ()
        outputs = (Port("y", "1"),)
        states = (Port("x", "1", start=1.0),)
        parameters = ()

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            return {"x": x["x"] ** 2}, {"y": x["x"]}

    system = System("s").add("g", Grows())
    with pytest.raises(SimulationError):
        simulate(system, stop=2.0, output_step=0.1, checkpoint=tmp_path / "c", checkpoint_step=0.25)
    kept = load_checkpoint(tmp_path / "c")
    assert kept.time == 0.75
    assert kept.x[0] == pytest.approx(4.0, rel=1e-3)


class Wall:
    """Heat capacity around the tank."""

    inputs = (Port("Q_flow", "W"), Port("T_out", "K"))
    outputs = (Port("T", "K", nominal=300.0),)
    states = (Port("T", "K", start=295.0, nominal=300.0),)
    parameters = ()

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"T": (u["Q_flow"] - 80.0 * (x["T"] - u["T_out"])) / 2e4}, {"T": x["T"]}


def _coupled_system() -> System:
    system = System("bond").add("tank", Tank()).add("wall", Wall()).add("pi", SampledPI(10.0), inputs={"setpoint": 320})
    system.add_input("T_out", "K").connect("T_out", "wall.T_out").connect("wall.T", "tank.T_ambient")
    system.connect("tank.Q_flow_loss", "wall.Q_flow").connect("tank.T", "pi.measurement")
    system.connect("pi.command", "tank.Q_flow")
    return system.heat_bond("loss", "tank.Q_flow_loss", "wall.T")


@pytest.mark.parametrize("method", ["jacobi", "gauss_seidel", "iterated"])
@pytest.mark.parametrize("step_control", ["constant", "adaptive", "rollback"])
def test_co_simulation_goes_on_bit_by_bit(tmp_path: Path, method: str, step_control: str) -> None:
    file = tmp_path / "c"
    inputs = {"T_out": WAVE}
    settings: dict[str, Any] = {
        "method": method,
        "step": 2.0 if step_control == "constant" else 0.7,
        "step_control": step_control,
        "extrapolation": "quadratic",
        "output_step": 7.0,
        "checkpoint_step": 50.0,
        "advise": False,
        "variables": ["states", "*"],
    }
    whole = simulate(_coupled_system(), inputs, stop=300.0, **settings)
    simulate(_coupled_system(), inputs, stop=100.0, checkpoint=file, **settings)
    rest = resume(file, _coupled_system(), inputs, stop=300.0, variables=["states", "*"])
    assert rest.attrs["method"] == method
    _equal(whole, rest)


def test_integrators_of_a_plant_at_rest_forget_what_they_learnt(tmp_path: Path) -> None:
    """At rest they begin with longer and longer first steps; a resumed run has to begin like one that goes on."""
    inputs = {"T_out": Signal.linear([0.0, 1e4], [290.0, 290.5])}
    settings: dict[str, Any] = {
        "start_from": trim(_coupled_system(), {"T_out": 290.0}),
        "method": "jacobi",
        "step": 1.0,
        "rtol": 1e-2,
        "checkpoint_step": 50.0,
        "output_step": 10.0,
        "advise": False,
    }
    whole = simulate(_coupled_system(), inputs, stop=300.0, **settings)
    simulate(_coupled_system(), inputs, stop=100.0, checkpoint=tmp_path / "c", **settings)
    _equal(whole, resume(tmp_path / "c", _coupled_system(), inputs, stop=300.0))
