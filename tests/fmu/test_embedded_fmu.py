"""FMUs of the embedded compiler: merged as expressions, start values follow parameters, assertions stop a run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from heatsim.compiler.embedded import compile_model
from heatsim.compiler.toolchain import find_c_compiler
from heatsim.errors import SimulationError
from heatsim.fmu import Fmu
from heatsim.simulation import simulate
from heatsim.system import System

MODELS = """
package Small
  model Rod "Rod heated at one end"
    parameter Integer n = 3;
    parameter Real T_start(unit="K") = 330 "Start temperature";
    parameter Real C(unit="J/K") = 1e4;
    parameter Real G(unit="W/K") = 100;
    input Real Q_flow(unit="W");
    output Real T[n](each unit="K", each start=T_start, each fixed=true, each nominal=300) "Temperature, per layer";
  equation
    assert(T[1] < 400, "the rod melts");
    C*der(T[1]) = Q_flow - G*(T[1] - T[2]);
    for i in 2:n - 1 loop
      C*der(T[i]) = G*(T[i - 1] - T[i]) - G*(T[i] - T[i + 1]);
    end for;
    C*der(T[n]) = G*(T[n - 1] - T[n]);
  end Rod;
  model Cubic "A nonlinear equation at every evaluation"
    parameter Real gain = 1;
    input Real u(unit="1");
    output Real y(unit="1");
    Real x(start=0, fixed=true);
  equation
    y + y^3 = gain*(u - x);
    der(x) = y;
  end Cubic;
end Small;
"""


@pytest.fixture(scope="module")
def fmus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fmu]:
    """The models above, compiled once."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "Small.mo").write_text(MODELS, encoding="utf-8")
    made = {}
    for name in ("Rod", "Cubic"):
        out = folder / f"{name}.fmu"
        compile_model(f"Small.{name}", library=folder / "Small.mo", out=out, c_compiler=find_c_compiler())
        made[name] = Fmu(out)
    return made


def test_start_values_follow_parameters(fmus: dict[str, Fmu]) -> None:
    block = fmus["Rod"].block({"T_start": 351.0})
    assert block.initial_states == pytest.approx([351.0] * 3)
    assert fmus["Rod"].block().initial_states == pytest.approx([330.0] * 3)


def test_equations_are_merged_unless_there_is_a_nonlinear_block(fmus: dict[str, Fmu]) -> None:
    assert fmus["Rod"].block().symbolic
    assert not fmus["Cubic"].block().symbolic


def test_rod_keeps_its_energy(fmus: dict[str, Fmu]) -> None:
    ds = simulate(fmus["Rod"], {"Q_flow": 1000.0}, stop=600.0, parameters={"C": 2e4})
    assert ds["T"].dims == ("time", "layer")
    gained = 2e4 * (ds["T"].values[-1] - 330.0).sum()
    assert gained == pytest.approx(1000.0 * 600.0, rel=1e-8)


def test_nonlinear_block_meets_an_independent_integrator(fmus: dict[str, Fmu]) -> None:
    ds = simulate(fmus["Cubic"], {"u": 3.0}, stop=2.0, output_step=0.5, rtol=1e-9)

    def flow(x: float) -> float:
        return float(brentq(lambda y: y + y**3 - (3.0 - x), -5.0, 5.0, xtol=1e-14))

    exact = solve_ivp(lambda t, x: [flow(x[0])], (0, 2), [0.0], t_eval=ds["time"].values, rtol=1e-11, atol=1e-12).y[0]
    assert ds["y"].values == pytest.approx([flow(x) for x in exact], abs=1e-7)


def test_system_with_and_without_nonlinear_blocks_runs_in_both_methods(fmus: dict[str, Fmu]) -> None:
    system = System("mixed").add("cubic", fmus["Cubic"], inputs={"u": 3.0}).add("rod", fmus["Rod"])
    system.connect("cubic.y", "rod.Q_flow", factor=500.0)
    runs = [simulate(system, stop=10.0, output_step=2.0, rtol=1e-8)]
    runs.append(simulate(system, stop=10.0, output_step=2.0, rtol=1e-8, method="jacobi", step=0.1))
    assert np.abs(runs[0]["rod.T"].values - runs[1]["rod.T"].values).max() < 1e-3


def test_broken_assertion_stops_with_unit_message_and_time(fmus: dict[str, Fmu]) -> None:
    with pytest.raises(
        SimulationError, match=r"Rod: an assertion of the model does not hold at t = \d+ s: .*the rod melts"
    ):
        simulate(fmus["Rod"], {"Q_flow": 20000.0}, stop=3600.0)
