"""Solve the optimisation model and read its schedule."""

from __future__ import annotations

import time
import warnings

import highspy
import numpy as np
import xarray as xr

from heatsim.dispatch import forecasts as forecast_room
from heatsim.dispatch.frame import MW, MWH
from heatsim.dispatch.infeasibility import explain
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.power import full_load_power, pieces
from heatsim.dispatch.problem import TONNE, Problem, build
from heatsim.dispatch.schedule import make_schedule, stock_value
from heatsim.dispatch.solver import Matrices, Solution, solve
from heatsim.dispatch.state import DispatchState
from heatsim.errors import HeatsimWarning, SimulationError, UsageError, caller_level

_ABOVE = 1e-6
"""Power above its curve that counts as such, of the full load of all machines."""


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
        What is planned, where it begins, and what is known of the horizon: all intervals of the forecasts, the first
        of which holds `state.t`.
    gap
        Largest distance from the best bound, 1: of the cost, or of the value of the heat wanted
        (`schedule.stock_value`) where that is more, as a cost may be near zero.
    relax
        Linear problem: numbers of machines may be fractions.
    time_limit
        Of the solver, s; a plan found by then is returned with its gap and a warning.
    final_value, final_charge
        Value of the heat left in the tank, EUR/J, and lowest final state of charge, 1; without a tank they do nothing.
    cyclic
        The horizon repeats: tank and machines end as they begin, at the best state (see `problem.build`).
    policy
        Name in the schedule.

    Returns
    -------
    xarray.Dataset
        Schedule (`heatsim.dispatch.schedule`) with `heat_price` over `time`, EUR/J: what one unit of heat more in an
        interval would cost with the same machines running (the dual of the heat balance, whole numbers fixed; one of
        several where the cost has a kink), and with a tank `storage_value`, EUR/J: what one unit of heat more, put
        into it in an interval, would save. Attributes: `status` ("optimal" or "time limit"), `gap` reached and
        `gap_wanted`, `objective` and `bound` (EUR; without the charge on the power peak of before, less the value of
        the heat left), `relaxed`, `solver`, `build_seconds`, `solve_seconds`, with a limit of CO2 `co2_price_of_limit`,
        EUR/kg (what one kg more would save); of a relaxed plan
        `energy_above_curve`, J: electricity that no machine's curve explains.

    Raises
    ------
    UsageError
        If state, plant and arguments do not fit together.
    SimulationError
        If there is no plan; says which constraint cannot hold, when, and by how much; or that the time limit came
        first.
    """
    data = forecast_room.check(forecasts)
    _check(plant, state, data, cyclic, final_value, final_charge)
    turnover = stock_value(plant, data) * float(forecast_room.heat_wanted(plant, data).sum()) * data.attrs["step"]
    exact: dict[str, np.ndarray] = {}
    building = solving = 0.0
    for attempt in range(3):
        begin = time.perf_counter()
        problem = build(
            plant, state, data, relax=relax, final_value=final_value, final_charge=final_charge, cyclic=cyclic,
            exact=exact,
        )  # fmt: skip
        matrices = Matrices.of(problem.model)
        building += time.perf_counter() - begin
        left = max(time_limit - solving, 0.1 * time_limit)
        found = solve(matrices, gap=gap, absolute_gap=gap * turnover, time_limit=left)
        solving += found.seconds
        if not found.found:
            _refuse(problem, matrices, found, time_limit)
        values = _values(problem, matrices, found)
        above = _above_curve(problem, values)
        if relax or not any(np.any(one > 0.0) for one in above.values()):
            break
        # Where more power than needed pays, whole numbers keep it on the curve: there first, then everywhere.
        exact = {name: (one > 0.0) | exact.get(name, False) | (attempt > 0) for name, one in above.items()}
    reached = abs(found.objective - found.bound) / max(abs(found.objective), turnover, 1e-9)
    if found.status != "optimal":
        warnings.warn(
            f"the plan from t = {data['time'].values[0] / 3600.0:g} h on is {100.0 * reached:.2g} % from the best "
            f"bound, not {100.0 * gap:.2g} %: the solver's {time_limit:g} s were over; raise time_limit or gap",
            HeatsimWarning,
            stacklevel=caller_level(),
        )
    schedule = _read(problem, values, policy)
    price = _duals(problem, matrices, found, "heat_balance") / (data.attrs["step"] / 3600.0) / MWH
    schedule["heat_price"] = ("time", price, {"units": "EUR/J", "long_name": "Cost of one more unit of heat"})
    schedule.attrs |= {
        "status": found.status,
        "gap": reached,
        "gap_wanted": gap,
        "objective": found.objective,
        "bound": found.bound,
        "relaxed": int(relax),
        "solver": f"HiGHS {highspy.Highs().version()}",
        "build_seconds": building,
        "solve_seconds": solving,
    }
    if plant.tank is not None:
        value = -_duals(problem, matrices, found, "tank_balance") / MWH
        attrs = {"units": "EUR/J", "long_name": "What one more unit of heat in the tank is worth"}
        schedule["storage_value"] = ("time", value, attrs)
    if plant.tariff.co2_limit is not None:
        schedule.attrs["co2_price_of_limit"] = -float(_duals(problem, matrices, found, "co2_limit")) / TONNE
    if relax:
        schedule.attrs["energy_above_curve"] = (
            data.attrs["step"] * MW * sum(float(np.sum(one)) for one in above.values())
        )
    return schedule


def _check(
    plant: DispatchPlant,
    state: DispatchState,
    data: xr.Dataset,
    cyclic: bool,
    final_value: float | None,
    final_charge: float | None,
) -> None:
    """Refuse what does not fit together."""
    first, step = float(data["time"].values[0]), data.attrs["step"]
    if not cyclic and not first - 1e-6 * step <= state.t < first + step:
        raise UsageError(
            f"the state is that of t = {state.t / 3600.0:g} h, the forecasts begin at {first / 3600.0:g} h; "
            "cut them with forecasts.window, or give the state of their begin"
        )
    state.check_machines({group.name: group.machines for group in plant.heat_pumps})
    if plant.tank is not None and final_charge is not None:
        low, high = plant.tank.charge_min, plant.tank.charge_max
        if not final_charge <= high:
            raise UsageError(
                f"final_charge {final_charge:g} is above Tank.charge_max {high:g}; give {low:g} to {high:g}"
            )
    unmet = plant.tariff.unmet_cost
    if plant.tank is not None and unmet is not None and final_value is not None and final_value >= unmet:
        raise UsageError(
            f"final_value {final_value * 3.6e9:g} EUR/MWh is not below Tariff.unmet_cost {unmet * 3.6e9:g} EUR/MWh: "
            "a plan would rather starve the network than empty the tank"
        )


def _refuse(problem: Problem, matrices: Matrices, found: Solution, time_limit: float) -> None:
    """Say why there is no plan."""
    if found.status == "infeasible":
        raise SimulationError(explain(problem, matrices))
    raise SimulationError(f"{found.status} ({time_limit:g} s); raise time_limit or gap, or use relax=True")


def _values(problem: Problem, matrices: Matrices, found: Solution) -> dict[str, np.ndarray]:
    """Return the variables of the model by name, in units of the model."""
    by_label = np.full(int(matrices.columns.max()) + 1, np.nan)
    by_label[matrices.columns] = found.x
    return {name: by_label[np.asarray(one.labels.values)] for name, one in problem.model.variables.items()}


def _duals(problem: Problem, matrices: Matrices, found: Solution, name: str) -> np.ndarray:
    """Return the marginal values of a constraint, EUR per unit of the model."""
    by_label = np.full(int(matrices.rows.max()) + 1, np.nan)
    by_label[matrices.rows] = found.dual
    return np.asarray(by_label[np.asarray(problem.model.constraints[name].labels.values)])


def _above_curve(problem: Problem, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return how much the compressors' power of each group lies above its curve, shape (intervals,), MW."""
    result = {}
    for group in problem.plant.heat_pumps:
        if f"P:{group.name}" not in values:
            continue
        full = full_load_power(group, forecast_room.lift(problem.plant, problem.forecasts)) / MW
        on, heat = values[f"on:{group.name}"], values[f"Q:{group.name}"]
        curve = full * np.max([a * on + b * heat * MW / group.heat for a, b in pieces(group)], axis=0)
        above = values[f"P:{group.name}"] - curve
        result[group.name] = np.where(above > _ABOVE * full * group.machines, above, 0.0)
    return result


def _read(problem: Problem, found: dict[str, np.ndarray], policy: str) -> xr.Dataset:
    """Return the schedule of a solved model."""
    plant, data, state = problem.plant, problem.forecasts, problem.state
    number, step = data.sizes["time"], data.attrs["step"]

    def of(name: str, scale: float = MW) -> np.ndarray:
        return found[name] * scale if name in found else np.zeros(number)

    def starts(name: str, before: int) -> np.ndarray:
        on = found[f"on:{name}"]
        return np.maximum(np.diff(on, prepend=on[-1] if problem.cyclic else before), 0.0)

    groups = plant.heat_pumps
    heat = np.array([of(f"Q:{g.name}") for g in groups])
    started = np.array([starts(g.name, state.machines_on.get(g.name, 0)) for g in groups])
    values: dict[str, np.ndarray] = {
        "Q_flow_heat_pump": heat.sum(axis=0),
        "Q_flow_group": heat,
        "machines_on_group": np.array([of(f"on:{g.name}", 1.0) for g in groups]),
        "starts": started.sum(axis=0),
        "cost_starts": np.array([g.start_cost for g in groups]) @ started,
        "Q_flow_rejected": of("Q_rejected"),
        "Q_flow_recovered": forecast_room.heat_offered(plant, data) - of("Q_rejected"),
        "Q_flow_peak": of("Q_peak"),
        "Q_flow_unmet": of("Q_unmet"),
        "Q_flow_charge": of("Q_charge"),
    }
    values["machines_on"] = values["machines_on_group"].sum(axis=0)
    # Who buys and sells at once at equal prices does neither.
    drawn = of("P_bought") - of("P_sold")
    values["P_bought"], values["P_sold"] = np.maximum(drawn, 0.0), np.maximum(-drawn, 0.0)
    fuel = values["Q_flow_peak"] / plant.peak.efficiency
    values["P_fuel"] = fuel if plant.peak.carrier == "gas" else np.zeros(number)
    if plant.chp is not None:
        load = of("load:chp", 1.0)
        values["Q_flow_chp"], values["P_chp"] = load * plant.chp.heat, load * plant.chp.power
        values["P_fuel"] = values["P_fuel"] + load * plant.chp.fuel
        values["starts_chp"] = starts("chp", int(state.chp_on))
        values["cost_starts"] = values["cost_starts"] + plant.chp.start_cost * values["starts_chp"]
    compressors = values["Q_flow_heat_pump"] - values["Q_flow_recovered"]
    pumps = np.array([g.pump for g in groups]) @ heat
    starting = sum((of(f"up:{g.name}", g.start_energy / step) for g in groups if g.start_energy), np.zeros(number))
    values["P_heat_pump"] = compressors + pumps + starting + sum(g.standby * g.machines for g in groups)
    charge = of("E_tank", MWH / plant.tank.capacity) if plant.tank is not None else np.zeros(number + 1)
    return make_schedule(plant, state, data, values, charge, policy=policy)
