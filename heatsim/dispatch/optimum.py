"""Solve the optimisation model and read its schedule."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from heatsim.dispatch import forecasts as forecast_room
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.problem import MW, MWH, Problem, build
from heatsim.dispatch.schedule import make_schedule
from heatsim.dispatch.state import DispatchState
from heatsim.errors import SimulationError


def optimise(
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    *,
    gap: float = 0.005,
    relax: bool = False,
    time_limit: float = 60.0,
    final_value: float | None = None,
    final_charge: float | None = None,
    cyclic: bool = False,
    policy: str = "optimum",
) -> xr.Dataset:
    """Return the schedule of least cost.

    Parameters
    ----------
    plant, state, forecasts
        What is planned, where it begins, and what is known of the horizon.
    gap
        Largest relative distance from the best bound, 1.
    relax
        Linear problem: numbers of machines may be fractions.
    time_limit
        Of the solver, s; a plan found by then is returned with its gap.
    final_value, final_charge
        Value of the heat left in the tank, EUR/J, and lowest final state of charge, 1.
    cyclic
        The horizon repeats: tank and machines end as they begin, at the best state (see `problem.build`).

    Raises
    ------
    SimulationError
        If there is no plan; says which constraint cannot hold, and when.
    """
    data = forecast_room.check(forecasts)
    problem = build(plant, state, data, relax=relax, final_value=final_value, final_charge=final_charge, cyclic=cyclic)
    status, condition = problem.model.solve(
        solver_name="highs",
        io_api="direct",
        output_flag=False,
        log_to_console=False,
        mip_rel_gap=gap,
        time_limit=time_limit,
        progress=False,
    )
    if status != "ok":
        raise SimulationError(f"no plan: the solver says {condition}")
    return _read(problem, policy, {"gap": gap, "relaxed": int(relax), "solver": f"HiGHS: {condition}"})


def _read(problem: Problem, policy: str, attrs: dict[str, Any]) -> xr.Dataset:
    """Return the schedule of a solved model."""
    plant, data = problem.plant, problem.forecasts
    found = problem.model.solution
    number = data.sizes["time"]

    def of(name: str, scale: float = MW) -> np.ndarray:
        return np.asarray(found[name].values, dtype=float) * scale if name in found else np.zeros(number)

    groups = plant.heat_pumps
    values: dict[str, np.ndarray] = {}
    values["Q_flow_heat_pump"] = sum((of(f"Q:{g.name}") for g in groups), np.zeros(number))
    values["machines_on"] = sum((of(f"on:{g.name}", 1.0) for g in groups), np.zeros(number))
    values["machines_on_group"] = np.array([of(f"on:{g.name}", 1.0) for g in groups])
    values["Q_flow_group"] = np.array([of(f"Q:{g.name}") for g in groups])
    values["starts"] = sum((of(f"up:{g.name}", 1.0) for g in groups), np.zeros(number))
    values["cost_starts"] = sum((of(f"up:{g.name}", g.start_cost) for g in groups), np.zeros(number))
    values["Q_flow_rejected"] = of("Q_rejected")
    values["Q_flow_recovered"] = forecast_room.heat_offered(plant, data) - values["Q_flow_rejected"]
    values["Q_flow_peak"] = of("Q_peak")
    values["Q_flow_unmet"] = of("Q_unmet")
    values["Q_flow_charge"] = of("Q_charge")
    values["P_bought"], values["P_sold"] = of("P_bought"), of("P_sold")
    fuel = values["Q_flow_peak"] / plant.peak.efficiency
    values["P_fuel"] = fuel if plant.peak.carrier == "gas" else np.zeros(number)
    if plant.chp is not None:
        load = of("load:chp", 1.0)
        values["Q_flow_chp"], values["P_chp"] = load * plant.chp.heat, load * plant.chp.power
        values["P_fuel"] = values["P_fuel"] + load * plant.chp.fuel
        values["starts_chp"] = of("up:chp", 1.0)
        values["cost_starts"] = values["cost_starts"] + plant.chp.start_cost * values["starts_chp"]
    compressors = values["Q_flow_heat_pump"] - values["Q_flow_recovered"]
    pumps = sum((g.pump * of(f"Q:{g.name}") for g in groups), np.zeros(number))
    standby = sum(g.standby * g.machines for g in groups)
    starting = sum((of(f"up:{g.name}", g.start_energy / data.attrs["step"]) for g in groups), np.zeros(number))
    values["P_heat_pump"] = compressors + pumps + standby + starting
    charge = of("E_tank", MWH / plant.tank.capacity) if plant.tank is not None else np.zeros(number + 1)
    return make_schedule(plant, problem.state, data, values, charge, policy=policy, attrs=attrs)
