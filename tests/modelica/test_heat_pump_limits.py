"""Heat pumps at and beyond the limits of their envelope: first and second law, stopped pumps, odd parameters."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from modelica_plant import Plant, Run, energy_residual

OFF = {f"capacity[{i}]": 0.0 for i in (1, 2, 3)}


@pytest.fixture(scope="module")
def bank(plant: Callable) -> Plant:
    return plant("Plants.HeatPumpPlant")


@pytest.fixture(scope="module")
def settled(bank: Plant) -> np.ndarray:
    return bank.run(7200, points=3).final


def carnot(run: Run) -> np.ndarray:
    """Largest COP between the water of the two sides that the second law allows, machine 1."""
    sink, source = run["bank.machine[1].T_sink_out"], run["bank.machine[1].T_source_out"]
    return sink / np.maximum(sink - source, 1.0)


def test_no_performance_comes_near_carnot_inside_of_its_limits(plant: Callable) -> None:
    """Entering temperatures include those of a source that stands still or flows backwards."""
    model = plant("Validation.HeatPumpPerformance")
    x, p = model.start(), list(model.p.values())
    for out, sink, rise, capacity in product(range(-8, 70, 6), range(12, 100, 6), (-30, 0, 10, 50), (0, 0.3, 1)):
        values = {"T_source_a": out + rise, "T_source_out": out, "T_sink_out": sink}
        u = {name: value + 273.15 for name, value in values.items()} | {"capacity": capacity}
        y = dict(zip(model.outputs, np.array(model.function(0, x, [u[n] for n in model.inputs], p)[1]), strict=True))
        limit = (sink + 273.15) / max(sink - out, 1.0)
        for number in range(1, 7):
            if y[f"derating[{number}]"] > 0:
                if number > 2 or out > 8:  # the limits of the correlations are those of the machine: 8 degC
                    assert y[f"COP[{number}]"] < 0.95 * limit, (number, out, sink, rise, capacity)
                if out > 8 and sink < 86:
                    assert y[f"COP[{number}]"] > 1, (number, out, sink, rise, capacity)


@pytest.mark.parametrize("source_in", [283.15, 313.15, 343.15])
def test_machine_whose_source_stops_obeys_the_second_law(bank: Plant, settled: np.ndarray, source_in: float) -> None:
    """Warm water that stands before the evaporator does not help: the evaporator cools to its limit."""
    run = bank.run(1800, inputs={"m_flow_source": 0.0, "T_source_in": source_in}, x0=settled, points=1801)
    at_work = run["Q_flow_condenser"] > 1e5
    assert (run["COP"] < 0.8 * carnot(run))[at_work].all()
    assert run["bank.machine[1].T_source_out"].min() > 273.15 + 7.9
    assert run["Q_flow_condenser"][-1] < 1e4
    assert energy_residual(run) < 1e-6


@pytest.mark.parametrize(("factor", "sign"), [(0.2, 1), (5.0, -1)])
def test_a_senseless_factor_on_the_cop_breaks_neither_law(bank: Plant, factor: float, sign: int) -> None:
    """COP at least 1, so that no machine heats its source, and at most that of Carnot."""
    run = bank.run(3600, parameters={"COP_factor": factor, "P_standby": 0.0}, inputs={"T_sink_in": 323.15})
    limit = 1.0 if sign > 0 else carnot(run)
    assert run["COP"] == pytest.approx(limit * np.ones_like(run.time), rel=1e-4)
    assert (run["Q_flow_condenser"] - run["P_el"] > -100).all()


def test_heat_output_rises_with_the_source_and_falls_with_the_sink(plant: Callable) -> None:
    """2.5 % per kelvin of source, 0.5 % per kelvin of sink, and never below 30 %."""
    model = plant("Validation.HeatPumpPerformance")

    def output(source: float, sink: float) -> float:
        inputs = {"T_source_a": source + 283.15, "T_source_out": source + 273.15, "T_sink_out": sink + 273.15}
        return model.run(1, inputs=inputs, points=2)["availability[1]"][-1]

    assert output(30, 75) == pytest.approx(1.0, abs=1e-3)
    assert output(40, 75) == pytest.approx(1.25, abs=1e-3)
    assert output(30, 85) == pytest.approx(0.95, abs=1e-3)
    assert output(-8, 85) == pytest.approx(0.3, abs=2e-3)


def test_condenser_without_flow_stops_at_its_limit(bank: Plant, settled: np.ndarray) -> None:
    """All machines at full capacity when the pump stops: no water is heated above T_sink_max."""
    run = bank.run(7200, inputs={"speed_sink": 0.0}, x0=settled, points=721)
    hottest = max(run[f"bank.machine[{i}].T_sink_out"].max() for i in (1, 2, 3))
    assert 273.15 + 84.5 < hottest < 273.15 + 85.1
    assert run["Q_flow_condenser"][-1] < 2e4
    lower = bank.run(7200, inputs={"speed_sink": 0.0}, x0=settled, parameters={"T_sink_max": 353.15}, points=721)
    assert lower["bank.machine[1].T_sink_out"].max() < 273.15 + 80.1


@pytest.mark.parametrize(("T_source_in", "free"), [(288.15, 0.0), (342.0, 1.0)])
def test_output_fades_at_the_limits_of_the_source(bank: Plant, T_source_in: float, free: float) -> None:
    """Below 12 degC leaving the envelope takes output away; the flow of the source decides what leaves."""
    inputs = {"T_source_in": T_source_in, "m_flow_source": 100.0 if free < 0.5 else 2000.0}
    run = bank.run(7200, inputs=inputs, points=3)
    leaving = run["bank.machine[1].T_source_out"][-1] - 273.15
    assert run["derating"][-1] < 0.95
    assert 8 < leaving < 12 if free < 0.5 else 66 < leaving < 70


def test_commands_below_the_lowest_capacity_run_at_it_or_stop(bank: Plant) -> None:
    run = bank.run(3600, inputs={"capacity[1]": 0.27, "capacity[2]": 0.22, "capacity[3]": 0.7}, points=3)
    assert run.array("capacity_actual")[-1] == pytest.approx([0.3, 0.0, 0.7], abs=1e-3)


def test_plant_without_standby_power_or_lowest_capacity_stays_finite_at_rest(plant: Callable, bank: Plant) -> None:
    run = bank.run(3600, inputs=OFF, parameters={"P_standby": 0.0, "capacity_min": 0.0}, points=3)
    assert run["COP"][-1] == pytest.approx(0, abs=1e-6)
    assert run["P_el"][-1] == pytest.approx(0, abs=1)
    train = plant("Plants.HeatPumpSeriesPlant").run(3600, inputs=OFF, parameters={"P_standby": 0.0}, points=3)
    assert train["COP"][-1] == pytest.approx(0, abs=1e-6)
