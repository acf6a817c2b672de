"""Receding horizon: a plan for the next days from imperfect forecasts, made anew again and again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
import xarray as xr

from heatsim.dispatch.follow import Moment, Walk, Wish
from heatsim.dispatch.forecasts import check, horizon, step_of
from heatsim.dispatch.imperfect import ErrorModel, imperfect
from heatsim.dispatch.plant import DispatchPlant
from heatsim.dispatch.schedule import stock_value
from heatsim.dispatch.state import DispatchState
from heatsim.errors import UsageError


class Plans(Protocol):
    """What `closed_loop` needs of a policy."""

    @property
    def name(self) -> str:
        """Name of the policy."""
        ...

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return a schedule from the state on."""
        ...


@dataclass
class RecedingHorizon:
    """The schedule of least cost over the next days, from what is known of them.

    `plan` makes one plan; it is made anew `every` so often by who executes it: `closed_loop` on the optimisation's own
    model, the planner of `heatsim.dispatch.execution` on the plant.

    Attributes
    ----------
    plant
        What is planned.
    horizon
        Length of a plan, s; shorter where the forecasts end.
    every
        Time between plans, s.
    imperfect
        How wrong the forecasts are that the plan is made from; None: they are the truth.
    seed
        Number of the random sequence of their errors.
    gap, time_limit
        Largest relative distance from the best bound, 1, and time of the solver for one plan, s.
    final_value
        Value of the heat left in the tank at the end of a plan, EUR/J; None: what heat costs to make in its horizon
        (`stock_value`; where the forecasts end sooner, in the hours before as well). Without such a value every plan
        would end with an empty tank.
    """

    plant: DispatchPlant
    horizon: float = 48.0 * 3600.0
    every: float = 3600.0
    imperfect: ErrorModel | None = field(default_factory=ErrorModel)
    seed: int = 0
    gap: float = 0.005
    time_limit: float = 30.0
    final_value: float | None = None
    name: ClassVar[str] = "receding_horizon"

    def __post_init__(self) -> None:
        if not self.horizon >= self.every > 0.0:
            raise UsageError(
                f"RecedingHorizon: plans of {self.horizon:g} s every {self.every:g} s; a plan must last until the next"
            )

    def known(self, t: float, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the forecasts as they are known at `t`, s, over the horizon."""
        data = check(forecasts)
        if self.imperfect is None:
            return horizon(data, t, t + self.horizon)
        return imperfect(data, t, self.imperfect, self.seed, stop=t + self.horizon)

    def plan(self, state: DispatchState, forecasts: xr.Dataset) -> xr.Dataset:
        """Return the schedule of one horizon, from the state on.

        Parameters
        ----------
        state
            Where the plan begins.
        forecasts
            True series; what the plan knows of them is made here.
        """
        from heatsim.dispatch.optimum import optimise

        data = self.known(state.t, forecasts)
        value = self._stock_value(state.t, forecasts, data) if self.final_value is None else self.final_value
        return optimise(
            self.plant,
            state,
            data,
            gap=self.gap,
            time_limit=self.time_limit,
            final_value=value,
            policy=self.name,
        )

    def _stock_value(self, t: float, forecasts: xr.Dataset, data: xr.Dataset) -> float:
        """Return what heat left in the tank is worth, EUR/J, over one horizon.

        Where the forecasts end before that, what is missing is taken from before the plan: the value of a few last
        hours would make the tank full or empty at the end by chance.
        """
        begin = float(data["time"].values[-1]) + step_of(data) - self.horizon
        before = (forecasts["time"] >= begin - 1e-6) & (forecasts["time"] < t - 1e-6)
        if not bool(before.any()):
            return stock_value(self.plant, data)
        past = check(forecasts).isel(time=before.values)
        names = [name for name in data if name in past]
        return stock_value(self.plant, xr.concat([past[names], data[names]], "time").assign_attrs(data.attrs))


def closed_loop(
    policy: Plans,
    plant: DispatchPlant,
    state: DispatchState,
    forecasts: xr.Dataset,
    stop: float | None = None,
    *,
    every: float | None = None,
) -> xr.Dataset:
    """Return what a policy that plans again and again does on the optimisation's own model.

    Each plan begins at the state that the ones before led to. Until the next one its machines, the heat of the heat
    pumps, of the engine and of the boilers are carried out (`heatsim.dispatch.follow`); the tank takes what the demand
    is over or below its forecast, and when it cannot, heat pumps and boilers do.

    Parameters
    ----------
    policy
        Plans; its own plant may differ from the true one.
    plant, state, forecasts
        True plant, its state at the begin, and the true series.
    stop
        End, s; None: that of the forecasts.
    every
        Time between plans, s; None: `policy.every`, or one hour.

    Returns
    -------
    xarray.Dataset
        Schedule of what was done, `policy.name` as its policy; attributes `plans` (how many) and `every`.
    """
    data = check(forecasts)
    pace = float(getattr(policy, "every", 3600.0) if every is None else every)
    if pace < step_of(data) * (1.0 - 1e-9):
        raise UsageError(f"plans every {pace:g} s are made within the forecasts' intervals of {step_of(data):g} s")
    walk = Walk(plant, state, horizon(data, state.t, np.inf if stop is None else stop), policy.name)
    loop = _Loop(policy, data, pace)
    for _ in range(walk.number):
        walk.advance(loop(walk.moment()))
    return walk.schedule({"plans": loop.plans, "every": pace})


class _Loop:
    """The wish of a plan that is made anew every so often."""

    def __init__(self, policy: Plans, data: xr.Dataset, every: float) -> None:
        self.policy, self.data, self.every = policy, data, every
        self.plans, self.next, self.plan = 0, -np.inf, xr.Dataset()

    def __call__(self, moment: Moment) -> Wish:
        if moment.t >= self.next - 1e-6:
            self.plan = self.policy.plan(moment.state(), self.data)
            self.plans += 1
            self.next = moment.t + self.every
        return planned(self.plan, moment)


def planned(plan: xr.Dataset, moment: Moment) -> Wish:
    """Return the wish to do what a plan says.

    Raises
    ------
    UsageError
        If the plan does not hold the moment.
    """
    time = plan["time"].values
    i = int(np.searchsorted(time, moment.t + 1e-6)) - 1
    end = float(time[-1]) + step_of(plan)
    if i < 0 or moment.t > end - 1e-6:
        raise UsageError(
            f"a plan for {time[0] / 3600.0:g} to {end / 3600.0:g} h says nothing of t = {moment.t / 3600.0:g} h; "
            "plan more often, or further"
        )
    heat, chp, boiler = (float(plan[name].values[i]) for name in ("Q_flow_heat_pump", "Q_flow_chp", "Q_flow_peak"))
    machines = None
    if "machines_on_group" in plan:
        counts = np.rint(plan["machines_on_group"].values[:, i]).astype(int)
        machines = dict(zip((str(one) for one in plan["group"].values), map(int, counts), strict=True))
    # The tank takes what is left over of the heat that the plan makes, whatever it was meant to take.
    return Wish(heat, flow=heat + chp + boiler - moment.wanted, machines=machines, chp_heat=chp)
