"""Models with all kinds of events, compiled, against another integrator (scipy's DOP853, events by bisection)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conformance.model_exchange import simulate as reference

import heatsim as hs

MODELS = Path(__file__).parents[1] / "modelica" / "conformance" / "models" / "events"

RELAY = """
model Relay "when with elsewhen and reinit, on a state that an input drives"
  input Real u(start = 1);
  Real x(start = 0.5, fixed = true);
  Real v(start = 0, fixed = true);
  output Real y = x + v;
  output Integer n(start = 0, fixed = true);
  discrete output Real last(start = 0, fixed = true);
equation
  der(x) = u - 0.3*v;
  der(v) = x - 0.1*v;
  when x > 1.5 then
    reinit(x, 0.2*pre(v));
    n = pre(n) + 1;
    last = time;
  elsewhen v > 2 then
    reinit(v, -0.5);
    n = pre(n) + 10;
    last = pre(last) - 1;
  end when;
end Relay;
"""


def compare(file: Path, model: str, folder: Path, stop: float, inputs: dict[str, float]) -> None:
    fmu = hs.build(model, library=file, compiler="embedded", out=folder / "out")
    assert fmu.execution == "events"
    ds = hs.simulate(fmu, inputs or None, stop=stop, output_step=stop / 10, rtol=1e-10)
    names = [name for name in fmu.outputs if name in ds]
    assert names
    (folder / "unpacked").mkdir()
    times = [float(t) for t in ds["time"].values]
    functions = {name: (lambda _t, value=value: value) for name, value in inputs.items()}
    expected = reference(fmu.path, folder / "unpacked", times, names, inputs=functions)
    for name in names:
        assert np.asarray(ds[name].values, dtype=float) == pytest.approx(expected.values[name], abs=2e-7), name


@pytest.mark.parametrize(
    "name",
    [
        "DiscreteInputs",
        "EdgeChange",
        "ElseWhenPriority",
        "EventChain",
        "Hysteresis",
        "LastChange",
        "MinimumOffTime",
        "NextTime",
        "PumpStaging",
        "SampledPI",
        "SimultaneousSamples",
        "StickSlip",
        "Thermostat",
    ],
)
def test_model_alone(name: str, tmp_path: Path) -> None:
    inputs = {"enable": 1.0, "n": 2.0, "u": 0.5} if name == "DiscreteInputs" else {}
    # no event at a result: the other integrator gives the values before it
    compare(MODELS / f"{name}.mo", name, tmp_path, 7.31, inputs)


def test_elsewhen_with_reinit(tmp_path: Path) -> None:
    (tmp_path / "Relay.mo").write_text(RELAY, encoding="utf-8")
    compare(tmp_path / "Relay.mo", "Relay", tmp_path, 9.97, {"u": 1.0})
