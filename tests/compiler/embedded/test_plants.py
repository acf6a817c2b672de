"""The FMUs of the plants: valid, exact derivatives, the same numbers in each way of reading, independent instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import fmpy
import numpy as np
import pytest
from fmpy.fmi3 import FMU3Model
from fmpy.validation import validate_fmu

import heatsim
from heatsim.compiler import build
from heatsim.fmu import Block, Fmu

PLANTS = ["PeakPlant", "ThermalStorage", "HeatPumpPlant", "DataCenterLoop", "DistrictGrid"]


@dataclass
class Point:
    """Arguments (states, inputs, parameters) and results (derivatives, outputs that are not states) of a plant."""

    block: Block
    values: np.ndarray
    arguments: list[int]  # value references
    results: list[int]
    expected: np.ndarray  # results by the serialised equations


def built(name: str) -> Fmu:
    return Fmu(build(f"HeatReuse.Plants.{name}", compiler="embedded").path)


def random_point(fmu: Fmu, path: Path) -> Point:
    """A point near the start, within the limits of the states."""
    rng = np.random.default_rng(7)
    block = fmu.block()
    variables = {v.name: v for v in fmpy.read_model_description(str(path)).modelVariables}
    reference = {name: v.valueReference for name, v in variables.items()}
    acting = [variables[port.name].variability == "tunable" for port in block.parameters]

    def spread(ports: Sequence[object], share: float) -> np.ndarray:
        values = np.array([port.start for port in ports])
        sizes = np.maximum(np.abs(values), [0.1 * abs(port.nominal) for port in ports])
        low = [-np.inf if port.minimum is None else port.minimum for port in ports]
        high = [np.inf if port.maximum is None else port.maximum for port in ports]
        return np.clip(values + share * sizes * rng.uniform(-1, 1, len(values)), low, high)

    x, u, p = spread(block.states, 0.01), spread(block.inputs, 0.05), spread(block.parameters, 0.01)
    ode, y = (result.full().ravel() for result in block.function(0.0, x, u, p))
    states = {port.name for port in block.states}
    pure = [k for k, port in enumerate(block.outputs) if port.name not in states]
    names = [f"der({port.name})" for port in block.states] + [block.outputs[k].name for k in pure]
    # parameters of start values cannot be set any more
    ports = [*block.states, *block.inputs, *(port for port, acts in zip(block.parameters, acting, strict=True) if acts)]
    return Point(
        block,
        np.concatenate([x, u, p[acting]]),
        [reference[port.name] for port in ports],
        [reference[name] for name in names],
        np.concatenate([ode, y[pure]]),
    )


class Instance:
    """The binary of a plant."""

    def __init__(self, path: Path, folder: str, point: Point) -> None:
        description = fmpy.read_model_description(str(path))
        self.point = point
        self.model = FMU3Model(
            guid=description.guid,
            unzipDirectory=folder,
            modelIdentifier=description.modelExchange.modelIdentifier,
            instanceName="plant",
        )
        self.model.instantiate()
        self.model.enterInitializationMode(startTime=0.0)
        self.model.exitInitializationMode()
        self.model.enterContinuousTimeMode()

    def evaluate(self, values: np.ndarray) -> np.ndarray:
        self.model.setFloat64(self.point.arguments, list(values))
        return self.results()

    def results(self) -> np.ndarray:
        return np.array(self.model.getFloat64(self.point.results))

    def directional(self, seed: np.ndarray) -> np.ndarray:
        return np.array(self.model.getDirectionalDerivative(self.point.results, self.point.arguments, list(seed)))


@pytest.mark.parametrize("name", PLANTS)
def test_plant_is_valid_and_its_binary_has_the_numbers_and_slopes_of_its_equations(name: str, tmp_path: Path) -> None:
    fmu = built(name)
    assert validate_fmu(str(fmu.path)) == []
    point = random_point(fmu, fmu.path)
    folder = str(fmpy.extract(str(fmu.path), str(tmp_path)))
    first, second = Instance(fmu.path, folder, point), Instance(fmu.path, folder, point)
    untouched = second.results()
    # rel: the binary may be contracted or reordered by the C compiler
    assert first.evaluate(point.values) == pytest.approx(point.expected, rel=1e-9, abs=1e-9)

    rng = np.random.default_rng(8)
    seed = rng.normal(size=point.values.size) * np.maximum(np.abs(point.values), 1e-3)
    slopes = first.directional(seed)
    errors = np.full(slopes.shape, np.inf)
    for step in (1e-4, 1e-5, 1e-6, 1e-7):  # the best of several steps: roundoff and curvature differ by output
        ahead, behind = first.evaluate(point.values + step * seed), first.evaluate(point.values - step * seed)
        errors = np.minimum(errors, np.abs((ahead - behind) / (2 * step) - slopes))
    assert np.all(errors <= 1e-6 * np.abs(slopes) + 1e-7 * np.maximum(1.0, np.abs(point.expected)))
    assert np.array_equal(second.results(), untouched)
    first.model.freeInstance()
    second.model.freeInstance()


def test_fmpy_integrates_the_storage_like_heatsim() -> None:
    fmu = built("ThermalStorage")
    inputs = {"m_flow_source": 30.0, "T_source_in": 345.0, "m_flow_load": 20.0, "T_load_in": 320.0, "T_ambient": 290.0}
    own = heatsim.simulate(fmu, inputs=inputs, stop=3600.0, output_step=600.0, rtol=1e-9)
    theirs = fmpy.simulate_fmu(
        str(fmu.path),
        stop_time=3600.0,
        output_interval=600.0,
        relative_tolerance=1e-9,
        start_values=inputs,
        output=list(fmu.outputs),
    )
    assert own["T"].sizes["layer"] == 30
    for name in fmu.outputs:
        array, _, index = name.partition("[")
        values = own[array].isel(layer=int(index[:-1]) - 1) if index else own[array]
        assert values.values == pytest.approx(theirs[name], rel=1e-6, abs=1e-6 * float(np.abs(values).max())), name
