"""No plant breaks, whatever its inputs do within their limits: jumps, no flow, reversed flow, trips, all at once.

Each plant of `HeatReuse.Plants` runs for an hour on random piecewise constant inputs between their declared min and
max, through the public API. Every value stays finite, temperatures stay between physical bounds, and the energy
balance closes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import heatsim as hs
from heatsim import analysis
from heatsim.compiler.library import default_library

PLANTS = [name for name in default_library().models() if name.startswith("HeatReuse.Plants.")]
HOUR = 3600.0
SLACK = 0.5
"""Allowance on the bounds of temperatures, K: limiters and interpolations are smooth."""


@dataclass(frozen=True)
class Bounds:
    """What heat sources and sinks inside a plant allow beyond the temperatures that enter, surround it, or begin.

    Attributes
    ----------
    lowest, highest
        Temperatures down to and up to which something inside cools and heats, K.
    colder
        How far something inside cools below the coldest that enters, K.
    hotter
        How far something inside heats above the hottest that enters, K.
    """

    lowest: float = 1e3
    highest: float = 0.0
    colder: float = 0.0
    hotter: float = 0.0


# Boilers fade out at T_max: 110 degC with gas, 130 degC with electricity. Evaporators of heat pumps fade out before
# water freezes, condensers at 85 degC; a pump against closed valves heats the 2 m3 before them by 2.3 K in an hour.
# Processors draw nothing above 115 degC, and the pumps of a loop that nothing cools heat it a little further within an
# hour. Servers draw nothing in air above 60 degC, and are 75 K hotter than the air at five times their nominal power.
# The evaporators of the hall are 18 K colder than the facility water.
HEAT_PUMP = Bounds(lowest=273.15, highest=273.15 + 85.0, hotter=2.5)
HALL = Bounds(highest=273.15 + 135.0, colder=18.0)
INSIDE = {
    "CHPPlant": Bounds(highest=273.15 + 110.0),
    "PeakPlant": Bounds(highest=273.15 + 110.0),
    "ElectricPeakPlant": Bounds(highest=273.15 + 130.0),
    "HeatPumpPlant": HEAT_PUMP,
    "HeatPumpSeriesPlant": HEAT_PUMP,
    "DataCenterLoop": HALL,
    "DataCenterCooledByNetwork": HALL,
    "MultiCDULoop": HALL,
}


@cache
def fmu(name: str) -> hs.Fmu:
    return hs.build(name, compiler="embedded")


def without_limits(plant: hs.Fmu) -> list[str]:
    """Say which inputs have no min or max, or senseless ones."""
    found = []
    for signal in plant.inputs.values():
        low, high, start = signal.minimum, signal.maximum, signal.start or 0.0
        if low is None or high is None:
            found.append(f"{signal.name} has no {'min' if low is None else 'max'}")
        elif not (low < high < 1e30 and low <= start <= high) or (signal.unit == "K" and low < 200.0):
            found.append(f"{signal.name} has min={low}, max={high}, start={start}")
    return found


@pytest.mark.xdist_group("day")
@pytest.mark.parametrize("name", PLANTS)
def test_every_input_has_limits_around_its_start(name: str) -> None:
    assert without_limits(fmu(name)) == []


Piece = tuple[float, dict[str, float]]


def pieces(name: str) -> st.SearchStrategy[list[Piece]]:
    """Lengths and values of the pieces of all inputs of a plant."""
    values = {}
    for signal in fmu(name).inputs.values():
        low, high = float(signal.minimum or 0.0), float(1.0 if signal.maximum is None else signal.maximum)
        corners = [low, high, min(max(0.0, low), high), float(signal.start or 0.0)]
        values[signal.name] = st.one_of(st.sampled_from(corners), st.floats(low, high))
    lengths = st.sampled_from([2.0, 30.0, 300.0, 900.0])
    return st.lists(st.tuples(lengths, st.fixed_dictionaries(values)), min_size=2, max_size=7)


def inputs(plan: list[Piece]) -> dict[str, Any]:
    """Held signals; the last piece lasts until the end."""
    times = np.concatenate([[0.0], np.cumsum([length for length, _ in plan[:-1]])])
    given_by_name = {name: hs.Signal.held(times, [values[name] for _, values in plan]) for name in plan[0][1]}
    arrays: dict[str, Any] = {}
    for name, signal in given_by_name.items():
        base = name.partition("[")[0]
        if base == name:
            arrays[name] = signal
        else:
            grid = np.append(times, max(HOUR, times[-1] + 1.0))
            column = np.append(signal.values, signal.values[-1])
            known = arrays.get(base)
            columns = column[:, None] if known is None else np.column_stack([known.values, column])
            arrays[base] = xr.DataArray(
                columns, coords={"time": grid}, dims=("time", "i"), attrs={"interpolation": "held"}
            )
    return arrays


def check(name: str, plan: list[Piece], plant: hs.Fmu | None = None) -> None:
    """Run a plant on a plan and assert what must hold."""
    plant = fmu(name) if plant is None else plant
    ds = hs.simulate(plant, inputs=inputs(plan), stop=HOUR, output_step=30.0, rtol=1e-9, variables=["*", "states"])
    for variable in ds.data_vars.values():
        assert np.isfinite(variable.values).all(), variable.name
    audit = analysis.audit(ds)
    assert audit.total.share < 1e-6, audit
    low, high = bounds(name, plan, ds, plant)
    for variable in temperatures(ds):
        assert variable.values.min() >= low, (variable.name, float(variable.values.min()), low)
        assert variable.values.max() <= high, (variable.name, float(variable.values.max()), high)


def temperatures(ds: xr.Dataset) -> list[xr.DataArray]:
    """Absolute temperatures; those that never leave 150 K upwards are differences."""
    kelvin = [variable for variable in ds.data_vars.values() if variable.attrs["units"] == "K"]
    return [variable for variable in kelvin if variable.values.flat[0] > 150.0]


def bounds(name: str, plan: list[Piece], ds: xr.Dataset, plant: hs.Fmu) -> tuple[float, float]:
    """Coldest and hottest temperature that physics allows, K."""
    unit_of = plant.variables
    entering = [value for _, values in plan for key, value in values.items() if unit_of[key].unit == "K"]
    around = [p.start for p in plant.parameters.values() if p.name in ("T_room", "T_ambient", "T_ground", "T_hall")]
    initial = [float(value) for variable in temperatures(ds) for value in np.ravel(variable.values[0])]
    known = [*entering, *initial, *(float(value) for value in around if value is not None)]
    inside = INSIDE.get(name.rpartition(".")[2], Bounds())
    low, high = min(*known, inside.lowest) - inside.colder, max(max(known) + inside.hotter, inside.highest)
    return low - SLACK, high + SLACK


def driven(name: str, examples: int) -> Callable[[], None]:
    """Return a property test of one plant with a fixed set of examples."""
    assert without_limits(fmu(name)) == []

    @settings(
        derandomize=True,
        database=None,
        max_examples=examples,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(pieces(name))
    def run(plan: list[Piece]) -> None:
        check(name, plan)

    return run


@pytest.mark.xdist_group("day")
@pytest.mark.parametrize("name", PLANTS)
def test_any_inputs_within_their_limits(name: str) -> None:
    driven(name, 6)()


@pytest.mark.slow
@pytest.mark.xdist_group("day")
@pytest.mark.parametrize("name", PLANTS)
def test_many_inputs_within_their_limits(name: str) -> None:
    driven(name, 200)()


# --- the tests find what is wrong -------------------------------------------------------------------------------------

WRONG = """model Wrong "Heats water beyond what enters, makes energy, and says nothing about its input"
  parameter Real made = 0 "Heat from nowhere, W";
  parameter Real heat = 0 "Heat of a source that has a meter, W";
  input Real T_in(unit="K", start=300, min=280);
  input Real m_flow(unit="kg/s", start=1, min=-1, max=1);
  output Real T(unit="K", start=300, fixed=true);
  output Real U(unit="J") = 1e6*T;
  output Real E_in_water(unit="J", start=0, fixed=true);
  output Real E_in_source(unit="J", start=0, fixed=true);
equation
  1e6*der(T) = der(E_in_water) + heat + made;
  der(E_in_water) = 4186*noEvent(max(m_flow, 0))*(T_in - T);
  der(E_in_source) = heat;
end Wrong;
"""
PLAN = [(300.0, {"T_in": 320.0, "m_flow": 1.0}), (300.0, {"T_in": 280.0, "m_flow": 0.0})]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., hs.Fmu]:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "Wrong.mo").write_text(WRONG)

    def build(**parameters: float) -> hs.Fmu:
        out = folder / f"{len(list(folder.iterdir()))}.fmu"
        return hs.build("Wrong", library=folder / "Wrong.mo", compiler="embedded", parameters=parameters, out=out)

    return build


def test_an_input_without_max_is_found(wrong: Callable[..., hs.Fmu]) -> None:
    assert without_limits(wrong()) == ["T_in has no max"]


def test_energy_from_nowhere_and_heat_beyond_bounds_are_found(wrong: Callable[..., hs.Fmu]) -> None:
    check("Wrong", PLAN, wrong())
    with pytest.raises(AssertionError, match="AuditResult"):
        check("Wrong", PLAN, wrong(made=1e3))
    with pytest.raises(AssertionError, match="'T'"):
        check("Wrong", PLAN, wrong(heat=1e6))
