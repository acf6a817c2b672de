"""Modelica classes in a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import heatsim as hs
from heatsim.errors import UsageError
from heatsim.sweeps.case import SweepCase
from heatsim.sweeps.plan import plan
from heatsim.sweeps.studies.built_in_model import ModelStudy
from heatsim.sweeps.studies.study import find_study

TANK = "HeatReuse.Plants.ThermalStorage"
STOP = 1800.0


def swept(**values: Any) -> xr.Dataset:
    named = {name.replace("___", ":"): value for name, value in values.items()}
    study = find_study(TANK)
    case = SweepCase(TANK, named, {"stop": STOP, "output_step": 60.0}, series=True)
    study.check(case)
    found = study.run(case)
    assert isinstance(found, xr.Dataset)
    return found


def by_hand(inputs: dict[str, float] | None = None, **parameters: float) -> xr.Dataset:
    fmu = hs.build(TANK)
    given = {name: variable.start for name, variable in fmu.inputs.items()} | (inputs or {})
    return hs.simulate(fmu, given, stop=STOP, output_step=60.0, rtol=1e-6, parameters=parameters)


@pytest.mark.parametrize(
    ("values", "parameters", "inputs"),
    [
        ({"V": 500.0}, {"V": 500.0}, {}),
        ({"V___factor": 0.25, "V___offset": 10.0}, {"V": 510.0}, {}),
        ({"T_top_start": "80degC"}, {"T_top_start": 353.15}, {}),
        ({"T_source_in": 350.0}, {}, {"T_source_in": 350.0}),
        ({"T_source_in___offset": 10.0, "U_wall___factor": 2.0}, {"U_wall": 0.3}, {"T_source_in": 358.15}),
    ],
)
def test_values_reach_the_class(values: dict[str, Any], parameters: dict[str, float], inputs: dict[str, float]) -> None:
    found, ds = swept(**values), by_hand(inputs, **parameters)
    usual = swept()
    for name in ("T", "T_load_out", "U"):
        assert np.array_equal(found[name].values, ds[name].values)
    assert not np.array_equal(found["U"].values, usual["U"].values)
    assert float(found["T_load_out.max"]) == float(ds["T_load_out"].max())
    assert float(found["T_load_out.min"]) == float(ds["T_load_out"].min())
    assert float(found["T[3].final"]) == float(ds["T"].transpose("time", ...)[-1, 2])
    assert found["T_load_out.final"].attrs == {"units": "K", "long_name": "Water to the network, at the end"}
    assert 0.0 <= float(found["energy_residual"]) < 1e-5


def test_values_of_an_input_that_is_no_si_number_are_in_its_unit(tmp_path: Path) -> None:
    model = "HeatReuse.Validation.ColdPlateTable"
    for over, settings in (({"V_flow": "1.1 l/min"}, {"stop": 5.0}), ({"stop": [5.0]}, {"V_flow": "1.1 l/min"})):
        definition = plan(model, over, out=tmp_path, settings=settings).definition
        (case,) = definition.cases()
        assert case["V_flow"] == 1.1
        assert definition.described["V_flow"][0] == find_study(model).describe("V_flow")[0] == "l/min"


def test_short_names_and_descriptions() -> None:
    assert find_study("ThermalStorage").reference() == TANK
    study = find_study(TANK)
    assert study.describe("V") == ("m3", "Volume of the tank")
    assert study.describe("V:factor") == ("1", "Volume of the tank, factor")
    assert study.describe("stop") == ("s", "End of the run")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Vv": 5.0}, r"no parameter 'Vv' \(did you mean 'V'\?\)"),
        ({"Vv:factor": 5.0}, r"no parameter or input 'Vv'"),
        ({"V": "5kg"}, r"V: '5kg' cannot be expressed in 'm3'"),
        ({"stop:factor": 2.0}, r"sweep the values of the option stop themselves"),
        ({"library": "nowhere.mo"}, r"no Modelica library at .*nowhere.mo"),
    ],
)
def test_what_the_class_cannot_take_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_study(TANK).check(SweepCase(TANK, values))


OWN = """
model Own "Tanks"
  parameter Real a = 2;
  parameter Integer n = 1;
  output Real x[n](each start = 1, each fixed = true);
equation
  der(x) = -x/a;
  annotation(experiment(StopTime = 10));
end Own;
"""


def test_a_library_of_the_user_and_a_parameter_that_is_compiled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Own.mo").write_text(OWN)
    study = ModelStudy("Own")
    # a range gives floats, and the number is an Integer
    case = SweepCase("Own", {"a:factor": 2.0, "n": 2.0}, {"library": "Own.mo"})
    study.check(case)
    assert study.files("library", "Own.mo") == (tmp_path / "Own.mo",)
    found = study.run(case)
    for name in ("x[1].final", "x[2].final"):
        assert float(found[name]) == pytest.approx(np.exp(-10.0 / 4.0), rel=1e-4)
