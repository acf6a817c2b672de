"""Jacobi over Co-Simulation FMUs: equal to loops that others make, and to the general driver bit by bit."""

from __future__ import annotations

import json
from pathlib import Path

import fmpy
import numpy as np
import pytest
import xarray as xr
from fmpy.fmi2 import FMU2Slave
from fmpy.fmi3 import FMU3Slave
from fmus.build import fmu
from small_units import SampledPI

import heatsim as hs
from heatsim.errors import SimulationError
from heatsim.fmu import Fmu
from heatsim.solvers.coupling import Point
from heatsim.solvers.held_steps import HeldSteps
from heatsim.system import System
from heatsim.system.signals import Signal

VERSIONS = pytest.mark.parametrize("fmi", ["2.0", "3.0"])
STEP, STOP = 0.05, 5.0
LEFT = {"k": 10.0, "c": 0.2, "m": 1.0}
RIGHT = {"k": 10.0, "c": 0.5, "m": 1.0, "k_link": 20.0, "c_link": 0.3, "x_start": 0.5}


def opened(name: str, fmi: str, **start: float) -> Fmu:
    return Fmu(fmu(name, fmi, start=start), interface="co_simulation")


def oscillator(fmi: str) -> System:
    """Two masses; the force of the link depends directly on the place and speed that it is given."""
    system = System("oscillator").add("a", opened("mass", fmi, **LEFT)).add("b", opened("mass", fmi, **RIGHT))
    system.set("a.x_other", 0.0).set("a.v_other", 0.0).set("b.F", 0.0)
    return system.connect("b.F_other", "a.F").connect("a.x", "b.x_other").connect("a.v", "b.v_other")


class Slave:
    """A Co-Simulation FMU by FMPy alone."""

    def __init__(self, path: Path, fmi: str, folder: Path) -> None:
        described = fmpy.read_model_description(str(path))
        self.references = {v.name: v.valueReference for v in described.modelVariables}
        kind = FMU2Slave if fmi == "2.0" else FMU3Slave
        self.fmu = kind(
            guid=described.guid,
            unzipDirectory=fmpy.extract(str(path), str(folder)),
            modelIdentifier=described.coSimulation.modelIdentifier,
            instanceName="slave",
        )
        self.fmu.instantiate()
        self.read, self.write = (
            (self.fmu.getReal, self.fmu.setReal) if fmi == "2.0" else (self.fmu.getFloat64, self.fmu.setFloat64)
        )
        if fmi == "2.0":
            self.fmu.setupExperiment(startTime=0.0)
            self.fmu.enterInitializationMode()
        else:
            self.fmu.enterInitializationMode(startTime=0.0)
        self.fmu.exitInitializationMode()

    def get(self, *names: str) -> list[float]:
        return list(self.read([self.references[n] for n in names]))

    def set(self, **values: float) -> None:
        self.write([self.references[n] for n in values], [*values.values()])


@VERSIONS
@pytest.mark.parametrize("output_step", [STEP, 1.0])
def test_fixed_steps_are_those_of_a_loop_with_fmpy(fmi: str, output_step: float, tmp_path: Path) -> None:
    a = Slave(fmu("mass", fmi, start=LEFT), fmi, tmp_path / "a")
    b = Slave(fmu("mass", fmi, start=RIGHT), fmi, tmp_path / "b")
    expected = []
    for i in range(round(STOP / STEP) + 1):
        x, v = a.get("x", "v")
        b.set(x_other=x, v_other=v)
        (force,) = b.get("F_other")
        expected.append([x, b.get("x")[0], force])
        a.set(F=force)
        a.fmu.doStep(i * STEP, STEP)
        b.fmu.doStep(i * STEP, STEP)
    ds = hs.simulate(
        oscillator(fmi), stop=STOP, output_step=output_step, method="jacobi", step=STEP, extrapolation="held"
    )
    found = np.column_stack([ds["a.x"], ds["b.x"], ds["b.F_other"]])
    assert np.max(np.abs(found - np.array(expected)[:: round(output_step / STEP)])) < 1e-10


def test_fixed_steps_are_those_of_libcosim() -> None:
    """Of a circle of two integrators (FMI 2.0, which libcosim reads); it, too, exchanges once after each step."""
    pytest.importorskip("libcosimpy", reason="libcosimpy is not installed")
    from libcosimpy.CosimExecution import CosimExecution
    from libcosimpy.CosimObserver import CosimObserver
    from libcosimpy.CosimSlave import CosimLocalSlave

    starts: dict[str, dict[str, float]] = {"one": {"x_start": 1.0}, "two": {"k": -1.0}}
    execution = CosimExecution.from_step_size(int(STEP * 1e9))
    one, two = (
        execution.add_local_slave(CosimLocalSlave(str(fmu("integrator", "2.0", start=start)), name))
        for name, start in starts.items()
    )
    observer = CosimObserver.create_last_value()
    execution.add_observer(observer)
    u, y = 1, 2  # value references, the places in the table of `fmus.build`
    execution.connect_real_variables(two, y, one, u)
    execution.connect_real_variables(one, y, two, u)
    execution.simulate_until(int(STOP * 1e9))
    expected = [observer.last_real_values(slave, [y])[0] for slave in (one, two)]

    system = System("circle")
    for name, start in starts.items():
        system.add(name, opened("integrator", "2.0", **start))
    system.connect("two.y", "one.u").connect("one.y", "two.u")
    ds = hs.simulate(system, stop=STOP, output_step=STOP, method="jacobi", step=STEP, extrapolation="held")
    found = [float(ds["one.y"][-1]), float(ds["two.y"][-1])]
    assert found == pytest.approx(expected, abs=1e-10)
    # explicit Euler steps of the rotation
    exact = (1.0 - 1j * STEP) ** round(STOP / STEP)
    assert found == pytest.approx([exact.real, exact.imag], abs=1e-10)


@VERSIONS
@pytest.mark.parametrize("extrapolation", ["held", "linear"])
@pytest.mark.parametrize("output_step", [0.04, 0.07, 1.0])
def test_the_tight_loop_gives_the_bits_of_the_general_driver(
    fmi: str, extrapolation: str, output_step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With jumps of inputs, conversions at connections, a sampled unit, and outputs between the steps."""
    hot = Signal(np.array([0.0, 3.0, 4.01]), np.array([350.0, 360.0, 340.0]), "held")

    def run() -> tuple[xr.Dataset, int]:
        system = System("plant").add("tank", opened("capacity", fmi, C=500.0)).add("ball", opened("ball", fmi))
        system.add("hx", opened("exchanger", fmi, UA=20.0)).add("pi", SampledPI(2.0), inputs={"setpoint": 320.0})
        system.add("room", opened("capacity", fmi, C=800.0)).connect("pi.command", "room.Q_flow")
        system.add_input("T_hot", "K").connect("T_hot", "hx.T_hot").connect("tank.T", "hx.T_cold")
        system.connect("room.T", "pi.measurement").connect("hx.Q_flow_cold", "tank.Q_flow", factor=0.5, offset=3.0)
        taken: list[Point | None] = []
        with monkeypatch.context() as patch:
            take = HeldSteps.take
            patch.setattr(HeldSteps, "take", lambda self, point: taken.append(take(self, point)) or taken[-1])
            if slow:
                patch.setattr(HeldSteps, "fits", lambda self: False)
            ds = hs.simulate(
                system,
                inputs={"T_hot": hot},
                stop=8.0,
                output_step=output_step,
                method="jacobi",
                step=0.04,
                extrapolation=extrapolation,
            )
        return ds, sum(point is not None for point in taken)

    slow = True
    expected, pieces = run()
    assert pieces == 0
    slow = False
    found, pieces = run()
    assert pieces > 0
    assert set(found.data_vars) == set(expected.data_vars)
    for name in expected.data_vars:
        assert np.array_equal(found[name], expected[name]), name
    counts = [json.loads(ds.attrs["stats"])["steps_accepted"] for ds in (found, expected)]
    assert counts[0] == counts[1]


@VERSIONS
def test_a_failure_in_the_tight_loop_names_unit_time_and_inputs(fmi: str) -> None:
    system = System("s").add("meter", opened("failing", fmi, t_fail=1.02)).set("meter.u", 2.0)
    with pytest.raises(
        SimulationError, match=r"meter: in the step from t = 1 to 1\.05 s: .*printed: failing.*inputs: u = 2"
    ):
        hs.simulate(system, stop=2.0, output_step=0.1, method="jacobi", step=0.05, extrapolation="held")
    bad = System("s").add("meter", opened("failing", fmi, t_fail=1.02, how=7)).set("meter.u", 2.0)
    with pytest.raises(SimulationError, match=r"meter: in the step from t = 1 to 1\.05 s: output 'y' is nan"):
        hs.simulate(bad, stop=2.0, output_step=0.1, method="jacobi", step=0.05, extrapolation="held")
