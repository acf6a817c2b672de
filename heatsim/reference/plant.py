"""The reference plant: five FMUs, their connections, the loops and the supervisor, as one System.

10 MW of liquid-cooled servers, heat pumps of together 12 MW heat, a tank of 2000 m³ and a network with a peak of 14 MW,
or a published plant (`preset`); `it_capacity` scales all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import casadi as ca

from heatsim.compiler import BuildEvent, BuildResult, build_many
from heatsim.control import ContinuousSupervisor, Expression, Lag, StagingLimits, Supervisor, split_range
from heatsim.errors import UsageError
from heatsim.fmu import Fmu
from heatsim.reference.loops import Loop
from heatsim.reference.presets import preset as find_preset
from heatsim.reference.sizing import Sizing
from heatsim.system import Port, System

PLANTS = {
    "hall": "HeatReuse.Plants.DataCenterLoop",
    "heat_pump": "HeatReuse.Plants.HeatPumpPlant",
    "storage": "HeatReuse.Plants.ThermalStorage",
    "peak": "HeatReuse.Plants.PeakPlant",
    "grid": "HeatReuse.Plants.DistrictGrid",
}
"""Unit name in the system and Modelica class of each plant."""

MINIMUM_LOAD = StagingLimits().minimum_load
CONSUMER_SHARES = (0.30, 0.25, 0.25, 0.20)
"""Share of the demand, per consumer; the same as the default of the network's parameter `share`."""

BONDS = {
    "hall_heat_pump": (
        ("hall.T_fws_out", "heat_pump.T_source_out"),
        "hall.m_flow_fws",
        ("hall.E_in_recovery", "heat_pump.E_in_source"),
    ),
    "heat_pump_storage": (
        ("heat_pump.T_sink_out", "storage.T_source_out"),
        "heat_pump.m_flow_sink",
        ("heat_pump.E_in_sink", "storage.E_in_source"),
    ),
    "storage_peak_grid": (
        ("storage.T_load_out", "peak.T_out", "grid.T_return"),
        "grid.m_flow",
        ("storage.E_in_load", "peak.E_in_water", "grid.E_in_supply"),
    ),
}
"""Water between units: outlets in the direction of the flow, the flow, and the meters that count its heat."""


def reference_plant(
    it_capacity: float | None = None,
    *,
    preset: str = "reference",
    heat_capacity: float | None = None,
    storage_volume: float | None = None,
    supervisor: str = "sampled",
    supervisor_period: float = 60.0,
    compiler: str = "auto",
    report: Callable[[str], None] | None = None,
) -> System:
    """Return the closed-loop reference plant.

    Parameters
    ----------
    it_capacity
        Rated IT power, W; that of the preset when left out. Heat pumps, tank and network are scaled with it.
    preset
        "reference" (10 MW), or a published plant: "odense", "mantsala", "norderstedt", "campus". What is published of
        each and what is assumed: `print(heatsim.reference.PRESETS[preset])`.
    heat_capacity
        Nominal heat of all heat pumps together, W; that of the preset, scaled, when left out. Everything that depends
        on it changes with it: supervisor, feed-forward, headers of the tank, condenser flow and the gain of its loop.
    storage_volume
        Water in the tank, m3; that of the preset, scaled, when left out.
    supervisor
        "sampled": digital, every minute, with staging of the machines. "continuous": the same laws without samples and
        staging, for long runs and linear analysis.
    supervisor_period
        Sample time of the sampled supervisor, s.
    compiler
        What makes the FMUs: `auto`, `openmodelica` or `embedded`.
    report
        Gets a line of text for each FMU.

    Returns
    -------
    System
        Units `hall`, `heat_pump`, `storage`, `peak`, `grid`, one unit for each loop of `heatsim.reference.loops`, and
        `supervisor`. Inputs: `P_IT`, `T_outdoor`, `T_ground`, `Q_flow_demand`, `heat_pump_available`.
    """
    if supervisor not in ("sampled", "continuous"):
        raise UsageError(f"supervisor '{supervisor}' is unknown; choose 'sampled' or 'continuous'")
    plan = find_preset(preset)
    capacity = plan.it_capacity.value if it_capacity is None else it_capacity
    if not 1.0 <= supervisor_period <= 600.0:
        raise UsageError(f"supervisor_period {supervisor_period:g} s lies outside of 1 to 600 s")
    if not 1e5 <= capacity <= 1e9:
        raise UsageError(f"it_capacity {capacity:g} W lies outside of 0.1 MW to 1000 MW; give a power in W")
    sizing = Sizing.of(plan, it_capacity).sized(heat_capacity, storage_volume)
    system = System("reference_plant" if preset == "reference" else preset)
    parameters = sizing.parameters()
    for name, result in _build(sizing, compiler, _Progress(report or (lambda line: None))).items():
        system.add(name, Fmu(result.path), parameters=parameters[name])
    _inputs(system)
    _water(system)
    for loop in sizing.loops():
        _close(system, loop)
    _heat_pump_control(system, sizing, supervisor, supervisor_period)
    _peak_control(system, sizing)
    for i in range(1, len(CONSUMER_SHARES) + 1):
        system.declare_loop(
            f"consumer_{i}",
            f"grid.T_secondary[{i}]",
            f"grid.opening[{i}]",
            sizing.preset.T_secondary.value,
            y_min=0.0,
            y_max=1.0,
            unit="K",
            command_unit="1",
            gain="grid.k_thermostat",
        )
    for name, (outlets, m_flow, meters) in BONDS.items():
        system.water_bond(name, *outlets, m_flow=m_flow, meters=meters)
    return system


class _Progress:
    """Turns the events of a build into a line per model, and one before the first that has to be compiled."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._compiling = False

    def __call__(self, event: BuildEvent) -> None:
        if event.kind == "started" and not self._compiling:
            self._compiling = True
            self._tell(f"compiling Modelica models ({event.compiler})")
        if event.result is not None:
            state = "unchanged" if event.kind == "cached" else f"built in {event.result.seconds:.1f} s"
            states = event.result.manifest["states"]
            self._tell(f"  {event.model:<32} {event.compiler:<12} {states:>4} states  {state}")


def _build(sizing: Sizing, compiler: str, progress: _Progress) -> dict[str, BuildResult]:
    """Return the FMU of each unit; hall and heat pumps are compiled for what the preset has."""
    structure = sizing.structure()
    names = [name for name in PLANTS if name not in structure]
    models = [PLANTS[name] for name in names]
    built = dict(zip(names, build_many(models, compiler=compiler, progress=progress), strict=True))
    for name, values in structure.items():
        built[name] = build_many([PLANTS[name]], compiler=compiler, parameters=values, progress=progress)[0]
    return {name: built[name] for name in PLANTS}


def _inputs(system: System) -> None:
    """Declare the signals from outside and connect them."""
    system.add_input("P_IT", "W", "Power of the IT equipment")
    system.add_input("T_outdoor", "K", "Outdoor air temperature")
    system.add_input("T_ground", "K", "Ground temperature at the depth of the pipes")
    system.add_input("Q_flow_demand", "W", "Heat demand of all consumers")
    system.add_input("heat_pump_available", "1", "Heat pumps available: 1 free, 0 tripped")
    system.connect("P_IT", "hall.P_IT")
    system.connect("T_outdoor", "hall.T_outdoor")
    system.connect("T_outdoor", "storage.T_ambient")
    system.connect("T_ground", "grid.T_ground")
    for i, share in enumerate(CONSUMER_SHARES, start=1):
        system.connect("Q_flow_demand", f"grid.Q_flow_demand[{i}]", factor=share)


def _water(system: System) -> None:
    """Connect flows and temperatures: hall, heat pumps, tank, peak plant, network and back."""
    for source, target in (
        ("hall.T_fws_out", "heat_pump.T_source_in"),
        ("hall.m_flow_fws", "heat_pump.m_flow_source"),
        ("heat_pump.T_source_out", "hall.T_fws_in"),
        ("heat_pump.T_sink_out", "storage.T_source_in"),
        ("heat_pump.m_flow_sink", "storage.m_flow_source"),
        ("storage.T_source_out", "heat_pump.T_sink_in"),
        ("storage.T_load_out", "peak.T_in"),
        ("grid.m_flow", "peak.m_flow"),
        ("grid.m_flow", "storage.m_flow_load"),
        ("peak.T_out", "grid.T_supply"),
        ("grid.T_return", "storage.T_load_in"),
    ):
        system.connect(source, target)


def _close(system: System, loop: Loop) -> None:
    """Add a loop's controller and connect what the loop's record says."""
    system.add(loop.name, loop.controller(), inputs=loop.constants())
    system.connect(loop.measurement, f"{loop.name}.measurement")
    if loop.command is not None:
        system.connect(f"{loop.name}.y", loop.command)


def _heat_pump_control(system: System, sizing: Sizing, kind: str, period: float) -> None:
    """Add the dry coolers' split range, the heat pumps' commands and the supervisor."""
    # The fans idle while the valve does the work: starting them from rest would make the loop's gain many times higher.
    cooler = split_range(opening=[(0.0, 0.0), (0.5, 1.0)], fan=[(0.0, 0.0), (0.05, 0.25), (0.45, 0.25), (1.0, 1.0)])
    system.add("cooler_range", cooler)
    system.connect("dry_cooler.y", "cooler_range.u")
    system.connect("cooler_range.opening", "hall.opening_cooler")
    system.connect("cooler_range.fan", "hall.speed_fan")

    machine_heat, setpoint = sizing.machine_heat, sizing.T_sink_setpoint
    power = 0.6 * sizing.preset.it_capacity.value * sizing.scale
    system.add(
        "hall_power", Lag(T=120.0, unit="W", nominal=power, start=power, description="Power of the IT equipment")
    )
    # The signal itself rather than the hall's output: a coupled output that jumps cannot be extrapolated.
    system.connect("P_IT", "hall_power.u")
    supervisor = Supervisor(
        machines=sizing.machines,
        machine_heat=machine_heat,
        period=period,
        T_fws_setpoint=sizing.preset.T_hall_supply.value,
        T_sink_setpoint=setpoint,
    )
    system.add("supervisor", supervisor if kind == "sampled" else ContinuousSupervisor(supervisor))
    for source, target in (
        ("heat_pump_available", "available"),
        ("hall_power.y", "P_hall"),
        ("heat_pump.T_source_out", "T_fws_return"),
        ("storage.T_source_out", "T_sink_in"),
        ("heat_pump.T_sink_out", "T_sink_out"),
        ("grid.m_flow", "m_flow_load"),
        ("heat_pump.COP", "COP"),
        ("hall.Q_flow_rejected", "Q_flow_rejected"),
        ("storage.state_of_charge", "state_of_charge"),
    ):
        system.connect(source, f"supervisor.{target}")
    system.connect("supervisor.m_flow_sink_setpoint", "sink_flow.setpoint")

    system.add("capacity_feedforward", _heat_feedforward(machine_heat, setpoint, "heat pumps"))
    system.connect("heat_pump.m_flow_sink", "capacity_feedforward.m_flow")
    system.connect("storage.T_source_out", "capacity_feedforward.T_in")
    system.connect("capacity_feedforward.load", "heat_pump_capacity.feedforward")
    system.connect("supervisor.share_total", "heat_pump_capacity.y_min", factor=MINIMUM_LOAD)
    system.connect("supervisor.share_total", "heat_pump_capacity.y_max")

    system.add("machine_commands", _machine_commands(sizing.machines))
    system.connect("heat_pump_capacity.y", "machine_commands.load")
    system.connect("supervisor.share_total", "machine_commands.share_total")
    system.connect("heat_pump_available", "machine_commands.available")
    for i in range(1, sizing.machines + 1):
        system.connect(f"supervisor.share[{i}]", f"machine_commands.share[{i}]")
        system.connect(f"machine_commands.capacity[{i}]", f"heat_pump.capacity[{i}]")


def _peak_control(system: System, sizing: Sizing) -> None:
    """Add the feed-forward of the peak plant: the boilers start when the water cools, not when the network does."""
    feedforward = _heat_feedforward(sizing.peak_heat, sizing.T_network_setpoint, "peak plant")
    system.add("peak_feedforward", feedforward)
    system.connect("grid.m_flow", "peak_feedforward.m_flow")
    system.connect("storage.T_load_out", "peak_feedforward.T_in")
    system.connect("peak_feedforward.load", "network_supply.feedforward")


def _heat_feedforward(nominal: float, T_setpoint: float, what: str) -> Expression:
    """Heat that brings a flow to its set temperature, in units of a nominal heat."""

    def load(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
        lift = ca.fmax(p["T_setpoint"] - u["T_in"], 0.0)
        return {"load": ca.fmax(u["m_flow"], 0.0) * p["cp"] * lift / p["nominal"]}

    return Expression(
        inputs=[
            Port("m_flow", "kg/s", nominal=100.0, description=f"Water flow of the {what}"),
            Port("T_in", "K", nominal=300.0, description=f"Water entering the {what}"),
        ],
        outputs=[Port("load", "1", description=f"Feed-forward of the {what}'s load")],
        parameters=[
            Port("T_setpoint", "K", start=T_setpoint, description="Set point of the leaving temperature"),
            Port("cp", "J/(kg.K)", start=4186.0, description="Specific heat capacity of water"),
            Port("nominal", "W", start=nominal, description="Heat at a load of 1"),
        ],
        function=load,
    )


def _machine_commands(number: int) -> Expression:
    """Give each machine its share of the load, at least its minimum load; a trip takes it away without waiting."""
    machines = range(1, number + 1)

    def command(share: Any, relative: Any, available: Any) -> Any:
        running = ca.if_else(share > 1e-6, available, 0.0)  # share is held between samples
        return running * ca.fmin(ca.fmax(share * relative, MINIMUM_LOAD), 1.0)

    def commands(u: dict[str, Any], p: dict[str, Any]) -> dict[str, Any]:
        relative = u["load"] / ca.fmax(u["share_total"], 1e-3)
        return {f"capacity[{i}]": command(u[f"share[{i}]"], relative, u["available"]) for i in machines}

    return Expression(
        inputs=[
            Port("load", "1", description="Load of all machines together, machines"),
            Port("share_total", "1", description="Sum of the shares"),
            Port("available", "1", description="1 heat pumps may run, 0 tripped"),
            *(Port(f"share[{i}]", "1", description="Share in the load, per machine") for i in machines),
        ],
        outputs=[Port(f"capacity[{i}]", "1", description="Capacity command, per machine") for i in machines],
        function=commands,
    )
