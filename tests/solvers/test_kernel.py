"""Equations as machine code give what the virtual machine gives, and are compiled once for all parameter values."""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np
import pytest
import xarray as xr
from small_systems import controlled, oscillator
from small_units import SampledPI, Tank

from heatsim.compiler.native import load, native
from heatsim.compiler.toolchain import SHARED_SUFFIX
from heatsim.errors import CompilerError, HeatsimWarning, UsageError
from heatsim.simulation import simulate
from heatsim.solvers import kernel as kernels
from heatsim.solvers.compose import compose
from heatsim.solvers.integrator import Statistics
from heatsim.solvers.kernel import integrator, kernel
from heatsim.system import Port, Signal, System


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of compiled equations, and no solvers of earlier runs."""
    monkeypatch.setenv("HEATSIM_CACHE", str(tmp_path))
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
    return tmp_path / "native"


def compiled(ds: xr.Dataset) -> bool:
    return bool(json.loads(ds.attrs["stats"])["machine_code"])


def test_machine_code_gives_the_same_run(cache: Path) -> None:
    inputs = {"T_ambient": Signal.linear([0.0, 100.0, 400.0], [290.0, 280.0, 300.0])}
    runs = {n: simulate(controlled(SampledPI(10.0)), inputs, stop=400.0, native=n, rtol=1e-9) for n in (True, False)}
    assert compiled(runs[True])
    assert not compiled(runs[False])
    for name in runs[True].data_vars:
        np.testing.assert_allclose(runs[True][name], runs[False][name], rtol=1e-7)


def test_it_agrees_with_the_exact_solution(cache: Path) -> None:
    ds = simulate(oscillator(), stop=10.0, native=True, rtol=1e-10, output_step=0.5)
    assert compiled(ds)
    assert float(ds["a.x"][-1]) == pytest.approx(0.05104081, abs=1e-7)
    assert float(ds["b.x"][-1]) == pytest.approx(0.03164134, abs=1e-7)


def test_another_parameter_compiles_nothing(cache: Path) -> None:
    results = []
    for heat_capacity in (1e5, 2e5):
        system = (
            controlled(SampledPI(10.0)).set("tank.C", heat_capacity).set("pi.setpoint", 300.0 + heat_capacity / 1e5)
        )
        results.append(simulate(system, {"T_ambient": 290.0}, stop=100.0, native=True))
        plain = simulate(system, {"T_ambient": 290.0}, stop=100.0, native=False)
        np.testing.assert_allclose(results[-1]["tank.T"], plain["tank.T"], rtol=1e-6)
    assert len(list(cache.iterdir())) == 2  # derivatives with Jacobian, and outputs
    assert float(abs(results[0]["tank.T"] - results[1]["tank.T"]).max()) > 0.1


def test_short_runs_are_not_compiled_and_long_ones_are() -> None:
    composite = compose(controlled(SampledPI(10.0)))
    assert not kernel(composite, "auto", restarts=1, intervals=10).native
    assert kernel(composite, "auto", restarts=100_000, intervals=10).native
    assert not kernel(composite, False, restarts=100_000, intervals=10).native


def test_a_binary_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    class Table:
        inputs = (Port("u", "1"),)
        outputs = (Port("y", "1"),)
        parameters = ()
        states = (Port("x", "1"),)

        def equations(self, t, x, u, p):  # type: ignore[no-untyped-def]
            call = ca.interpolant("table", "linear", [[0.0, 1.0]], [0.0, 2.0])
            return {"x": call(u["u"]) - x["x"]}, {"y": x["x"]}

    system = System("s").add("table", Table()).add_input("u", "1").connect("u", "table.u")
    with pytest.raises(UsageError, match=r"native=True: .* nothing to compile; use native='auto'"):
        simulate(system, {"u": 0.5}, stop=10.0, native=True)
    ds = simulate(system, {"u": 0.5}, stop=10.0)
    assert float(ds["table.y"][-1]) == pytest.approx(1.0 - np.exp(-10.0), rel=1e-5)


def test_without_a_compiler_a_run_goes_on_with_a_warning(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise CompilerError("no working C compiler (none found): run `pip install ziglang`, or install gcc or clang")

    monkeypatch.setattr("heatsim.compiler.native.find_c_compiler", none)
    composite = compose(oscillator())
    with pytest.raises(CompilerError, match="no working C compiler"):
        integrator(composite, kernel(composite, True, 1, 1), 1e-6, Statistics())
    statistics = Statistics()
    with pytest.warns(HeatsimWarning, match="several times slower: no working C compiler"):
        integrator(composite, kernel(composite, "auto", 10**9, 1), 1e-6, statistics)
    assert not statistics.machine_code


@pytest.mark.parametrize("content", [b"", b"no library"])
def test_a_library_damaged_on_the_disk_is_made_anew(cache: Path, content: bytes) -> None:
    x = ca.SX.sym("x")
    function = ca.Function("doubled", [x], [2.0 * x])
    library = native(function, lambda: [function])
    library.unlink()
    library.write_bytes(content)
    assert float(load("doubled", function, lambda: [function])(3.0)) == 6.0
    assert library.stat().st_size > len(content)


def test_a_folder_from_which_nothing_can_be_loaded_is_told(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(name: str, path: str) -> None:
        raise RuntimeError(f"cannot load {path}: operation not permitted")

    monkeypatch.setattr("heatsim.compiler.native.ca.external", refused)
    with pytest.raises(CompilerError, match=r"operation not permitted.*HEATSIM_CACHE"):
        simulate(oscillator(), stop=10.0, native=True)
    composite = compose(oscillator())
    with pytest.warns(HeatsimWarning, match="several times slower: compiled equations cannot be loaded"):
        integrator(composite, kernel(composite, "auto", 10**9, 1), 1e-6, Statistics())


def test_libraries_that_others_remove_or_own_are_no_failure(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heatsim.compiler.native._KEPT", 1)
    cache.mkdir()
    gone = cache / f"gone{SHARED_SUFFIX}"
    gone.symlink_to(cache / "nowhere")  # as one that is removed between listing and looking at it
    (cache / f"old{SHARED_SUFFIX}").write_bytes(b"")
    os.utime(cache / f"old{SHARED_SUFFIX}", (0, 0))
    simulate(oscillator(), stop=10.0, native=True)
    left = [file for file in cache.iterdir() if file != gone]
    assert len(left) == 1  # the last one made
    assert left[0].suffix == SHARED_SUFFIX

    def forbidden(*_: Any) -> None:
        raise PermissionError("another user's")

    monkeypatch.setattr("heatsim.compiler.native.os.utime", forbidden)
    monkeypatch.setattr("heatsim.compiler.native._KEPT", 9)
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
    assert compiled(simulate(oscillator(), stop=10.0, native=True))
    monkeypatch.setattr("heatsim.solvers.cvodes._EQUATIONS", {})
    assert compiled(simulate(oscillator(), stop=10.0, native=True))


def test_sampled_control_at_rest_takes_one_or_two_steps_a_sample(cache: Path) -> None:
    system = controlled(SampledPI(10.0))
    ds = simulate(system, {"T_ambient": 290.0}, stop=40_000.0, output_step=1000.0, native=True)
    stats = json.loads(ds.attrs["stats"])
    assert stats["segments"] >= 4000
    assert stats["steps"] < 3 * stats["segments"]


def test_kinks_of_inputs_need_no_restart_and_cost_no_accuracy(monkeypatch: pytest.MonkeyPatch) -> None:
    times = np.arange(0.0, 1001.0, 50.0)
    signal = Signal.linear(times, 290.0 + 10.0 * np.sin(times / 60.0))
    system = System("s").add("tank", Tank(), inputs={"Q_flow": 0.0}).add_input("T", "K").connect("T", "tank.T_ambient")

    def temperature(rtol: float) -> np.ndarray:
        ds = simulate(system, {"T": signal}, stop=1000.0, output_step=10.0, rtol=rtol)
        segments.append(json.loads(ds.attrs["stats"])["segments"])
        return np.asarray(ds["tank.T"].values)

    segments: list[int] = []
    going_on = {rtol: temperature(rtol) for rtol in (1e-6, 1e-9)}
    assert set(segments) == {1}
    monkeypatch.setattr("heatsim.solvers.monolithic.hard_breaks", lambda line: np.ones(line.breaks.size, dtype=bool))
    exact = temperature(1e-12)
    # exact between kinks: C*dT/dt = UA*(a + b*t - T)
    time_constant, T = 1e3, 300.0
    for start, end in itertools.pairwise(times):
        a, b = float(signal(start)), (float(signal(end)) - float(signal(start))) / (end - start)
        T = a + b * (end - start - time_constant) + (T - a + b * time_constant) * np.exp((start - end) / time_constant)
    assert exact[-1] == pytest.approx(T, abs=1e-7)
    for rtol, values in going_on.items():
        assert abs(values - exact).max() < 1.5 * abs(temperature(rtol) - exact).max()
    assert min(segments[2:]) >= times.size - 1


def test_kernel_has_parameters_and_constants_as_arguments() -> None:
    composite = compose(controlled(SampledPI(10.0)))
    chosen = kernel(composite, False, 1, 1)
    n = sum(len(block.parameters) for block in composite.blocks.values())
    constants = [
        source
        for name in composite.blocks
        for source in composite.sources[name]
        if source.output is None and source.external is None
    ]
    assert chosen.parameters.size == n + len(constants)
    x, u = composite.initial, np.arange(1.0, len(composite.externals) + 1.0)
    np.testing.assert_allclose(chosen.ode(0.0, x, u, chosen.parameters), composite.ode(0.0, x, u), rtol=1e-14)
    assert kernels.kernel(composite, "auto", 1, 1) is not None


def test_kernel_with_several_constants_is_the_composite() -> None:
    """Each constant and parameter has its own place, also along direct dependences with factors and offsets."""
    system = System("s").add("a", Tank(), inputs={"T_ambient": 280.0}, parameters={"C": 2e5})
    system.add("b", Tank(), inputs={"Q_flow": 700.0, "T_ambient": 270.0}, parameters={"UA": 30.0})
    system.add("c", Tank(), inputs={"Q_flow": -50.0}).add_input("T", "K").connect("T", "c.T_ambient", offset=-3.0)
    system.connect("b.Q_flow_loss", "a.Q_flow", factor=-0.5, offset=11.0)
    composite = compose(system)
    chosen = kernel(composite, False, 1, 1)
    assert chosen.output is not None
    x, u = composite.initial + np.arange(1.0, 1.0 + len(composite.states)), np.array([301.0])
    a, b, c = x[0], x[2], x[4]
    loss = 30.0 * (b - 270.0)
    rates = [(11.0 - 0.5 * loss - 100.0 * (a - 280.0)) / 2e5, 11.0 - 0.5 * loss, (700.0 - loss) / 1e5, 700.0]
    rates += [(-50.0 - 100.0 * (c - 298.0)) / 1e5, -50.0]
    for derivatives in (chosen.ode(0.0, x, u, chosen.parameters), composite.ode(0.0, x, u)):
        np.testing.assert_allclose(np.asarray(derivatives).ravel(), rates, rtol=1e-13)
    outputs = chosen.output(0.0, x, u, chosen.parameters)
    np.testing.assert_allclose(outputs, composite.output(0.0, x, u), rtol=1e-14)
