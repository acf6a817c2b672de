"""The plant as dispatch sees it, read from a system: sizes from its parameters, laws from a few steady states of it.

Sizes, temperatures, limits and minimum times are parameters of the units, so that `system.set("storage.V", 500)`
reaches the plan. What the equations of the units decide (heat and temperature of the hall, heat of a machine, loss and
pump of the network) comes from three steady states. What only a run in motion shows (starts, mixing in the tank) is for
`heatsim.dispatch.calibration`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from heatsim.control import ContinuousSupervisor, Supervisor
from heatsim.control.scheduled_supervisor import LEAST_FLOW
from heatsim.dispatch.plant import (
    CP_WATER,
    RHO_WATER,
    Curve,
    DispatchPlant,
    Hall,
    HeatPumps,
    Network,
    PeakPlant,
    Tank,
    Tariff,
)
from heatsim.errors import UsageError, near_miss
from heatsim.solvers import trim
from heatsim.system import System

UNITS = ("hall", "heat_pump", "storage", "peak", "grid", "supervisor", "network_supply", "dry_cooler")
SAME_SIZE = 0.01
"""Relative difference of the volumes of planned and real tank that is none, 1."""
SEPARATES = 1800.0
"""Longest time of the network's rated heat that the water of a plant without a tank may store, s."""
LIFTS = np.arange(15.0, 76.0, 2.5)
"""Points of the COP curve, K."""
PART_LOAD_LOSS = 0.2
"""Relative loss of COP towards zero capacity: default of `HeatReuse.HeatPumps.Performance.Correlation`."""
THERMOCLINE = 0.06
"""Share of a tank's height above its colder half when the water at the top begins to cool: the thermocline of 4 of 30
layers that `HeatReuse.Storage.StratifiedTank` states, half of which lies above the middle."""
FULL_MARGIN = 0.01
"""State of charge that a plan leaves below the limit of the supervisor, 1."""
BOILER = {"k_return": 1.5e-3, "T_nominal": 343.15, "k_part_load": 0.02, "UA_per_heat": 700.0 / 14e6}
"""Defaults of `HeatReuse.Generation.GasBoiler` that are no parameters of the peak plant."""
PROBES = ((0.45, 0.2, 1.0), (0.8, 0.5, 1.0), (0.65, 0.9, 0.0))
"""Steady states that are looked at: IT power over rated, demand over peak, heat pumps available."""


def jesper(lift: Any) -> Any:
    """Return the COP of a large heat pump over the lift, K (Jesper and others, 2021), as in the library."""
    return 1.4480e12 * (np.asarray(lift, dtype=float) + 177.46) ** -4.946


def arpagaus(lift: Any) -> Any:
    """Return the COP over the lift, K (Arpagaus and others, Energy 152, 2018), as in the library."""
    return 52.94 * np.asarray(lift, dtype=float) ** -0.716


def plant_of(
    system: System,
    *,
    tariff: Tariff | None = None,
    start_cost: float = 0.0,
    T_outdoor: float = 283.15,
    T_ground: float = 283.15,
) -> DispatchPlant:
    """Return what dispatch knows of a system built like the reference plant.

    Takes three steady states, some seconds.

    Parameters
    ----------
    system
        Reference plant with the sampled supervisor, of any size or preset; it stays as it is.
    tariff
        Charges and values; none when left out.
    start_cost
        Wear of a start of a heat pump, EUR.
    T_outdoor, T_ground
        Temperatures of the steady states, K: the loss of the network and the fans depend on them a little.

    Raises
    ------
    UsageError
        If the system lacks a unit, or is supervised in another way.
    SimulationError
        If it has no steady state.
    """
    check_system(system)
    probes = [_probe(system, *one, T_outdoor, T_ground) for one in PROBES]
    recovering, rejecting = probes[:2], probes[2]
    supervisor = _supervisor(system)
    setpoint = _value(system, "supervisor.T_sink_setpoint")
    T_return = float(np.mean([one["grid.T_return"] for one in probes]))
    peak = _peak(system, T_return)
    return DispatchPlant(
        hall=_hall(recovering, rejecting, system),
        heat_pumps=(_heat_pumps(system, supervisor, recovering[1], start_cost),),
        tank=_tank(system, T_return),
        peak=peak,
        network=_network(probes),
        tariff=tariff or Tariff(),
        T_sink=setpoint,
    )


def check_system(system: System) -> None:
    """Refuse a system that dispatch cannot be read from or carried out on."""
    for name in UNITS:
        if name not in system.members:
            raise UsageError(
                f"{system.name}: storage dispatch needs the unit '{name}'{near_miss(name, system.members)}; "
                "build the system with hs.reference_plant()"
            )
    _supervisor(system)


def check_tank(system: System, plant: DispatchPlant) -> None:
    """Refuse a plan for another tank than the system has: its state of charge would mean another heat.

    The water that separates heat pumps and network in a system without a tank is none: less than `SEPARATES` of the
    network's rated heat.
    """
    volume = _value(system, "storage.V")
    if plant.tank is not None:
        if abs(volume / plant.tank.volume - 1.0) > SAME_SIZE:
            raise UsageError(
                f"the plan knows a tank of {plant.tank.volume:g} m3, the system has one of {volume:g} m3; take the "
                f"plant from plant_of(system), or set storage.V to {plant.tank.volume:g}"
            )
        return
    width = _value(system, "storage.T_hot_ref") - _value(system, "storage.T_cold_ref")
    if RHO_WATER * CP_WATER * volume * width > SEPARATES * _value(system, "grid.Q_flow_nominal"):
        raise UsageError(
            f"the plan knows no tank, the system has one of {volume:g} m3, which would charge and discharge unplanned; "
            "carry it out on without_tank(system), or plan with the tank"
        )


def _supervisor(system: System) -> Supervisor:
    unit = system.members["supervisor"].unit
    if not isinstance(unit, Supervisor):
        raise UsageError(
            f"{system.name}: storage dispatch needs the sampled supervisor, not {type(unit).__name__}; "
            "build the system with hs.reference_plant(supervisor='sampled')"
        )
    return unit


def _value(system: System, path: str) -> float:
    unit, _, name = path.partition(".")
    value = system.members[unit].parameter_value(name)
    if value is None:
        raise UsageError(f"{system.name}: '{unit}' has no parameter '{name}', which storage dispatch needs")
    return value


def setpoint_of(system: System, loop: str) -> float:
    """Return the fixed set point of a loop's unit."""
    value = system.members[loop].constant("setpoint")
    if value is None:
        raise UsageError(f"{system.name}: storage dispatch needs a fixed set point at '{loop}.setpoint'; set one")
    return value


def _probe(
    system: System, power: float, demand: float, available: float, T_outdoor: float, T_ground: float
) -> dict[str, float]:
    """Return inputs and outputs of a steady state with a tank that is half full."""
    twin = system.copy()
    twin.set("storage.state_of_charge_start", 0.5)
    # The same laws without samples have the same steady states, in half the time.
    twin.replace("supervisor", ContinuousSupervisor(_supervisor(system)))
    inputs = {
        "P_IT": power * _value(system, "hall.P_IT_nominal"),
        "Q_flow_demand": demand * _value(system, "grid.Q_flow_nominal"),
        "T_outdoor": T_outdoor,
        "T_ground": T_ground,
        "heat_pump_available": available,
    }
    if unknown := set(system.inputs) - set(inputs):
        raise UsageError(f"{system.name}: the input '{sorted(unknown)[0]}' is unknown to storage dispatch")
    return inputs | trim(twin, at={name: inputs[name] for name in system.inputs}).outputs


def _hall(recovering: list[dict[str, float]], rejecting: dict[str, float], system: System) -> Hall:
    low, high = recovering
    width = high["P_IT"] - low["P_IT"]
    heat = [one["hall.Q_flow_recovery"] + one["hall.Q_flow_rejected"] for one in recovering]
    per_power = (heat[1] - heat[0]) / width
    warmer = (high["hall.T_fws_out"] - low["hall.T_fws_out"]) / width
    fans = min(one["hall.P_fans"] for one in recovering)
    return Hall(
        heat_base=heat[0] - per_power * low["P_IT"],
        heat_per_power=per_power,
        T_source_base=low["hall.T_fws_out"] - warmer * low["P_IT"],
        T_source_per_power=warmer,
        rejection_power=max((rejecting["hall.P_fans"] - fans) / max(rejecting["hall.Q_flow_rejected"], 1.0), 0.0),
        fans=fans,
    )


def _heat_pumps(system: System, supervisor: Supervisor, probe: dict[str, float], start_cost: float) -> HeatPumps:
    capacity = np.array([probe[f"heat_pump.capacity_actual[{i}]"] for i in range(1, supervisor.machines + 1)])
    running = capacity[capacity > 1e-3]
    if not running.size:
        raise UsageError(f"{system.name}: no heat pump runs at 80 % of the IT power; look at hs.trim(system, at=…)")
    standby = _value(system, "heat_pump.P_standby")
    heat = probe["heat_pump.Q_flow_condenser"]
    part = float(np.mean(1.0 - PART_LOAD_LOSS * (1.0 - running) ** 2))
    COP = heat / (probe["heat_pump.P_el"] - standby * supervisor.machines) / part
    lift = probe["heat_pump.T_sink_out"] - probe["hall.T_fws_out"]
    # The correlation is chosen when the FMU is built: of the two of the library it is the one nearer to what is seen.
    law = min((jesper, arpagaus), key=lambda one: abs(math.log(COP / float(one(lift)))))
    factor = COP / float(law(lift))
    curve = tuple(float(max(factor * law(one), 1.05)) for one in LIFTS)
    least = min(supervisor.limits.minimum_load * LEAST_FLOW, 1.0)
    loads = np.unique(np.linspace(least, 1.0, 8)).tolist()
    return HeatPumps(
        name="heat_pump",
        machines=supervisor.machines,
        # Warm facility water lets small machines give more than nominal, but the supervisor asks for no more.
        heat=min(heat / float(capacity.sum()), _value(system, "supervisor.machine_heat")),
        minimum_load=least,
        COP=Curve(tuple(LIFTS.tolist()), curve),
        part_load=Curve(tuple(loads), tuple(one / (1.0 - PART_LOAD_LOSS * (1.0 - one) ** 2) for one in loads)),
        standby=standby,
        pump=probe["heat_pump.P_pumps"] / max(probe["heat_pump.Q_flow_sink"], 1.0),
        minimum_on=supervisor.limits.minimum_on,
        minimum_off=supervisor.limits.minimum_off,
        start_cost=start_cost,
        ramp=1.0 / _value(system, "heat_pump.T_ramp_up"),
    )


def _tank(system: System, T_return: float) -> Tank:
    hot, cold = _value(system, "storage.T_hot_ref"), _value(system, "storage.T_cold_ref")
    empty = (T_return - cold) / (hot - cold)
    return Tank(
        volume=_value(system, "storage.V"),
        T_hot=hot,
        T_cold=cold,
        UA=tank_conductance(system),
        charge_min=empty + THERMOCLINE,
        # The supervisor stops charging at its limit, for longer than a plan would wait; the plan keeps off it.
        charge_max=_value(system, "supervisor.charge_stop") - FULL_MARGIN,
        charge_power=_value(system, "heat_pump.Q_flow_nominal"),
        discharge_power=1.1 * _value(system, "grid.Q_flow_nominal"),
    )


def tank_conductance(system: System) -> float:
    """Return the conductance of the tank's wall, roof and floor, W/K: a cylinder of the volume and height set."""
    height = _value(system, "storage.height")
    area = _value(system, "storage.V") / height
    side = 2.0 * math.sqrt(math.pi * area) * height
    ends = _value(system, "storage.U_top") + _value(system, "storage.U_bottom")
    return _value(system, "storage.U_wall") * side + ends * area


def _peak(system: System, T_return: float) -> PeakPlant:
    heat = _value(system, "peak.Q_flow_nominal")
    T_supply = setpoint_of(system, "network_supply")
    # Water that enters is between the return (nothing else heats) and the set point (little is missing).
    entering = 0.5 * (T_return + T_supply)
    nominal = system.members["peak"].parameter_value("eta_nominal")
    if nominal is None:
        raise UsageError(
            f"{system.name}: 'peak' has no parameter 'eta_nominal'; storage dispatch knows gas boilers only"
        )
    efficiency = nominal + BOILER["k_return"] * (BOILER["T_nominal"] - entering) + 0.5 * BOILER["k_part_load"]
    losses = BOILER["UA_per_heat"] * heat * (T_supply - _value(system, "peak.T_room"))
    return PeakPlant(heat=heat, efficiency=efficiency, after_tank=True, losses=losses)


def _network(probes: list[dict[str, float]]) -> Network:
    """Mean loss, and the pump's power as the parabola through the steady states."""
    demand = np.array([one["Q_flow_demand"] for one in probes])
    pump = np.array([one["grid.P_pump"] for one in probes])
    scale = float(demand.max())
    fitted = np.polynomial.polynomial.polyfit(demand / scale, pump, 2) / scale ** np.arange(3)
    loss = float(np.mean([one["grid.Q_flow_loss"] for one in probes]))
    return Network(loss=loss, pump=tuple(float(one) for one in fitted))
