"""The planner inside a run: measures the plant, asks a policy for a plan, and gives out its set points.

A sampled unit. Its memory holds the set points of the plan that is in force, so that checkpoints and `hs.resume` go on
with the same plan; plans themselves are noted beside it for the report, by the time at which they were made.
"""

from __future__ import annotations

import math
from typing import Any

import xarray as xr

from heatsim.dispatch.forecasts import step_of, window
from heatsim.dispatch.measured_state import RUNNING, charge_of, machine_state
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.policies import Policy
from heatsim.dispatch.state import DispatchState
from heatsim.errors import HeatsimError, InputError, UsageError
from heatsim.system import Port

LONGEST_PLAN = 14.0 * 86400.0
"""Longest horizon of a plan when neither policy nor caller names one, s; then it is planned again."""
NEEDED = ("Q_flow_heat_pump", "machines_on", "state_of_charge", "Q_flow_recovered", "Q_flow_rejected")
"""What a schedule must hold."""
REJECTED = 0.02
"""Planned rejection over recovery below which the plan takes all heat, 1."""
DAY = 86400.0
NEVER = -1e18
"""Time of what has not happened, s."""

OUTPUTS: tuple[Port, ...] = (
    Port("Q_flow_heat_pump", "W", description="Planned mean heat of the heat pumps in the interval"),
    Port("Q_flow_before", "W", description="The same in the interval before"),
    Port("Q_flow_next", "W", description="The same in the next interval"),
    Port("full", "1", description="1 where the plan takes all the heat that the hall offers"),
    Port("full_before", "1", description="The same in the interval before"),
    Port("full_next", "1", description="The same in the next interval"),
    Port("machines_on", "1", description="Planned number of running machines"),
    Port("machines_before", "1", description="The same in the interval before"),
    Port("machines_next", "1", description="The same in the next interval"),
    Port("charge_begin", "1", description="Planned state of charge at the begin of the interval"),
    Port("charge_end", "1", description="Planned state of charge at the end of the interval"),
    Port("begin", "s", description="Begin of the interval"),
    Port("end", "s", description="End of the interval"),
    Port("plans", "1", description="Number of plans made"),
    Port("failures", "1", description="Number of plans that failed; the one before stayed in force"),
)
"""What the planner gives out, the same for every plant and policy."""


class Planner:
    """Sampled unit that plans from what it measures and gives out set points for `ScheduledSupervisor`.

    Parameters
    ----------
    policy
        What plans.
    forecasts
        Forecasts of the whole run. A policy sees them from a day before the present interval, as the prices of today
        stand for those of days that are not known yet, to the end of its horizon.
    plant
        The plant as dispatch sees it: groups of machines, and the temperatures of a full and an empty tank.
    layers, machines
        Numbers of layer temperatures and of machines that are measured.
    every
        Time from one plan to the next, s: a whole number of intervals; infinite to plan once. A plan that runs out is
        followed by another in any case.
    horizon
        Length of a plan, s; None for `LONGEST_PLAN`.
    period
        Sample time, s; the intervals of the forecasts are a whole number of it.
    keep_plans
        Whether `plans` keeps the schedules; a year of them is large.

    Attributes
    ----------
    failures
        What went wrong, by the time, s: the plan before stayed in force.
    """

    def __init__(
        self,
        policy: Policy,
        forecasts: xr.Dataset,
        plant: DispatchPlant,
        *,
        layers: int,
        machines: int,
        every: float = math.inf,
        horizon: float | None = None,
        period: float = 60.0,
        keep_plans: bool = True,
    ) -> None:
        step = step_of(forecasts)
        if sum(group.machines for group in plant.heat_pumps) != machines:
            raise UsageError(
                f"the plan knows {sum(group.machines for group in plant.heat_pumps)} machines, the system has "
                f"{machines}; take the plant from plant_of(system)"
            )
        _check_multiple("every", every, step)
        _check_multiple("horizon", horizon if horizon is not None else math.inf, step)
        _check_multiple("the interval of the forecasts", step, period)
        self._policy, self._forecasts, self._plant = policy, forecasts, plant
        self._layers, self._machines = layers, machines
        self._kept: dict[float, xr.Dataset] | None = {} if keep_plans else None
        self.every, self.horizon = every, LONGEST_PLAN if horizon is None else horizon
        self.interval = step
        self.name = policy.name
        self.period = period
        self.offset = 0.0
        self.failures: dict[float, str] = {}
        self.parameters: tuple[Port, ...] = ()
        self.inputs: tuple[Port, ...] = (
            *(Port(f"T[{i}]", "K", description="Water in the tank, per layer") for i in range(1, layers + 1)),
            *(Port(f"capacity[{i}]", "1", description="Capacity reached, per machine") for i in range(1, machines + 1)),
            Port("E_machines", "J", description="Electricity of the machines with standby"),
            Port("E_pumps", "J", description="Electricity of the condenser pumps"),
            Port("E_network", "J", description="Electricity of the network pump"),
        )
        self.outputs: tuple[Port, ...] = OUTPUTS

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return the memory before the first tick: no plan, machines that have always been as they are."""
        self._kept, self.failures = None if self._kept is None else {}, {}
        memory = {"plans": 0.0, "failures": 0.0, "made": NEVER, "begin": 0.0, "intervals": 0.0}
        memory |= {
            "edge": NEVER,
            "electricity": 0.0,
            "peak_power": 0.0,
            "before": 0.0,
            "full_before": 0.0,
            "machines_before": 0.0,
        }
        for i in range(1, self._machines + 1):
            memory |= {f"on[{i}]": float(u[f"capacity[{i}]"] > RUNNING), f"since[{i}]": NEVER}
        return memory

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Measure, plan when it is time, and give out the set points of the present interval."""
        memory = dict(state)
        for i in range(1, self._machines + 1):
            on = float(u[f"capacity[{i}]"] > RUNNING)
            if on != memory[f"on[{i}]"]:
                memory |= {f"on[{i}]": on, f"since[{i}]": t}
        at_edge = abs((t - self._origin) / self.interval - round((t - self._origin) / self.interval)) < 1e-9
        if at_edge:
            self._meter(t, u, memory)
            # What was planned for the interval that ends; at the start of a run, what the machines give.
            started = memory["plans"] > 0
            memory["before"] = self._at(t - self.interval, memory, "heat") if started else self._heat(u)
            memory["full_before"] = self._at(t - self.interval, memory, "full") if started else 0.0
            running = sum(memory[f"on[{i}]"] for i in range(1, self._machines + 1))
            memory["machines_before"] = self._machines_at(t - self.interval, memory) if started else running
        end = memory["begin"] + memory["intervals"] * self.interval
        covered = self._origin <= t < self._origin + self.interval * self._forecasts.sizes["time"] - 1e-6
        if at_edge and covered and (t >= memory["made"] + self.every - 1e-6 or t >= end - 1e-6):
            memory = self._replan(t, u, memory)
        return self._set_points(t, memory), memory

    @property
    def plans(self) -> dict[float, xr.Dataset]:
        """Schedules by the time at which they were made, s."""
        return {} if self._kept is None else self._kept

    @property
    def _origin(self) -> float:
        return float(self._forecasts["time"].values[0])

    def _meter(self, t: float, u: dict[str, float], memory: dict[str, float]) -> None:
        """Take the mean power of the interval that ends: what a peak charge has counted already."""
        energy = u["E_machines"] + u["E_pumps"] + u["E_network"]
        if memory["edge"] > NEVER and t > memory["edge"]:
            mean = (energy - memory["electricity"]) / (t - memory["edge"])
            memory["peak_power"] = max(memory["peak_power"], mean)
        memory |= {"edge": t, "electricity": energy}

    def _heat(self, u: dict[str, float]) -> float:
        """Return the heat of all machines by their capacity, W."""
        heats = [group.heat for group in self._plant.heat_pumps for _ in range(group.machines)]
        return sum(heat * u[f"capacity[{i}]"] for i, heat in enumerate(heats, start=1))

    def measured(self, t: float, u: dict[str, float], memory: dict[str, float]) -> DispatchState:
        """Return the state of the plant from measurements: tank from its layers, machines from their capacity."""
        charge = float(charge_of(self._plant, [u[f"T[{i}]"] for i in range(1, self._layers + 1)]))
        machines = range(1, self._machines + 1)
        capacity, since = [u[f"capacity[{i}]"] for i in machines], [memory[f"since[{i}]"] for i in machines]
        return machine_state(self._plant, t, charge, capacity, since, memory["peak_power"])

    def _replan(self, t: float, u: dict[str, float], memory: dict[str, float]) -> dict[str, float]:
        """Plan; when that fails the plan before stays in force, and the first one must not fail."""
        seen = window(self._forecasts, max(t - DAY, self._origin), t + self.horizon)
        try:
            schedule = self._policy.plan(self.measured(t, u, memory), seen)
            points = self._points(t, schedule)
        except HeatsimError as error:
            if memory["plans"] == 0:
                raise
            self.failures[t] = str(error)
            return memory | {"failures": memory["failures"] + 1.0, "made": t}
        if self._kept is not None:
            self._kept[t] = schedule
        kept = {
            key: value
            for key, value in memory.items()
            if not key.startswith(("heat[", "full[", "machines[", "charge["))
        }
        return kept | points | {"plans": memory["plans"] + 1.0, "made": t, "begin": t}

    def _points(self, t: float, schedule: xr.Dataset) -> dict[str, float]:
        """Return the set points of a schedule as memory, up to the horizon."""
        for name in NEEDED:
            if name not in schedule:
                raise InputError(f"policy '{self.name}': its schedule has no '{name}'; make it with make_schedule")
        time, step = schedule["time"].values, step_of(schedule)
        if abs(float(time[0]) - t) > 1e-6 or abs(step - self.interval) > 1e-6:
            raise InputError(
                f"policy '{self.name}': its schedule begins at {float(time[0]):g} s in steps of {step:g} s; "
                f"the plan must begin at {t:g} s in steps of {self.interval:g} s"
            )
        number = min(time.size, max(1, round(self.horizon / self.interval)))
        points = {"intervals": float(number)}
        for key, name, size in (
            ("heat", "Q_flow_heat_pump", number),
            ("machines", "machines_on", number),
            ("charge", "state_of_charge", number + 1),
        ):
            values = schedule[name].values[:size].astype(float)
            if values.size < size or not all(map(math.isfinite, values)):
                raise InputError(f"policy '{self.name}': '{name}' of its schedule is too short or not finite")
            points |= {f"{key}[{k}]": float(value) for k, value in enumerate(values)}
        rejected, recovered = (schedule[f"Q_flow_{one}"].values[:number] for one in ("rejected", "recovered"))
        full = (recovered > 0.0) & (rejected < REJECTED * recovered)
        return points | {f"full[{k}]": float(value) for k, value in enumerate(full)}

    def _at(self, t: float, memory: dict[str, float], key: str) -> float:
        """Return a set point of the plan in the interval of a time; that of the nearest one outside of the plan."""
        k = math.floor((t - memory["begin"]) / self.interval + 1e-9)
        return memory.get(f"{key}[{min(max(k, 0), max(int(memory['intervals']) - 1, 0))}]", 0.0)

    def _machines_at(self, t: float, memory: dict[str, float]) -> float:
        """Return the planned number of machines; for fractions of a relaxed plan as many as carry the heat."""
        return float(math.ceil(self._at(t, memory, "machines") - 1e-3))

    def _set_points(self, t: float, memory: dict[str, float]) -> dict[str, float]:
        """Return the set points of the interval of `t`; one that has ended when there is no plan for it."""
        k = math.floor((t - memory["begin"]) / self.interval + 1e-9)
        outputs: dict[str, Any] = {"plans": memory["plans"], "failures": memory["failures"]}
        if not 0 <= k < memory["intervals"]:
            none = dict.fromkeys((port.name for port in self.outputs), 0.0)
            return none | outputs | {"begin": t - self.interval, "end": t}
        begin = memory["begin"] + k * self.interval
        return outputs | {
            "Q_flow_heat_pump": memory[f"heat[{k}]"],
            "Q_flow_before": memory["before"],
            "Q_flow_next": self._at(t + self.interval, memory, "heat"),
            "full": memory[f"full[{k}]"],
            "full_before": memory["full_before"],
            "full_next": self._at(t + self.interval, memory, "full"),
            "machines_on": self._machines_at(t, memory),
            "machines_before": memory["machines_before"],
            "machines_next": self._machines_at(t + self.interval, memory),
            "charge_begin": memory[f"charge[{k}]"],
            "charge_end": memory[f"charge[{k + 1}]"],
            "begin": begin,
            "end": begin + self.interval,
        }


def _check_multiple(what: str, length: float, unit: float) -> None:
    if not math.isinf(length) and (length <= 0 or abs(length / unit - round(length / unit)) > 1e-9):
        raise UsageError(f"{what} is {length:g} s; give a whole number of {unit:g} s")
