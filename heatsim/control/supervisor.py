"""Sampled supervisor of the heat-reuse plant: operating mode, running machines and condenser flow.

Every period it decides how much of the waste heat goes into the heat pumps, which machines run, and in which mode the
plant is. The tank is the hydraulic separator between heat pumps and network, so the condenser flow decides whether it
charges or discharges. What the heat pumps do not take stays in the facility water, and the dry coolers, whose own loop
has a slightly higher set point and needs no decision from here, reject it: the hall is safe without the supervisor.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from heatsim.control.staging import StagingLimits, StagingState, stage, stage_towards, stop_all
from heatsim.system import Port
from heatsim.system.loops import LoopPorts


class Mode(IntEnum):
    """Operating modes of the plant."""

    RECOVERY = 0
    CHARGING = 1
    DISCHARGING = 2
    PARTIAL_REJECTION = 3
    FULL_REJECTION = 4
    START_UP = 5
    HEAT_PUMP_TRIP = 6


@dataclass(frozen=True)
class Guide:
    """What limits the decisions from outside, such as a plan.

    Attributes
    ----------
    flow
        Highest condenser flow, kg/s.
    machines
        Machines that are to run, as far as minimum times allow; None leaves it to the load, and what follows aside.
    least
        Lowest flow over that of the machines' lowest load at nominal temperatures, 1.
    """

    flow: float = float("inf")
    machines: int | None = None
    least: float = 1.0


_FREE = Guide()


def _parameter(name: str, value: float, unit: str, description: str) -> Port:
    return Port(name, unit, start=value, description=description)


class Supervisor:
    """Sampled mode sequence of the reference plant.

    Condenser flow: the heat the hall makes, taken from its (filtered) electric power, times `COP/(COP − 1)`, divided by
    `cp·(T_sink_setpoint − T_sink_in)`, is the feed-forward; a slow PI on the temperature of the water that returns to
    the hall trims it. The power is used rather than the heat in the facility water because it does not depend on what
    the heat pumps do: a feed-forward from water temperatures closes a second loop around them, and the two hunt. A full
    tank limits the flow to what the network takes (with hysteresis; with `full_flow` below 1 to less, so that the tank
    discharges until charging is released), fewer machines limit it to their capacity.

    Load sharing: a machine that starts takes its part of the load as fast as it can ramp, and one that stops hands its
    part over before it stops; `share[i]` goes from 0 to 1 and back for that. Switching a machine by a full share would
    take the load off the running ones faster than the new one picks it up.

    Parameters
    ----------
    machines
        Number of heat-pump machines.
    machine_heat
        Nominal heat of one machine, W.
    period
        Sample time, s.
    limits
        Staging limits.
    on_at_start
        Machines that run at the start, chosen from the offered heat when None.
    """

    def __init__(
        self,
        *,
        machines: int = 3,
        machine_heat: float = 4e6,
        period: float = 60.0,
        T_fws_setpoint: float = 303.15,
        T_sink_setpoint: float = 349.15,
        limits: StagingLimits | None = None,
        on_at_start: int | None = None,
    ) -> None:
        self.loops = (
            LoopPorts("flow", "T_fws_return", "m_flow_sink_setpoint", "T_fws_setpoint", 0.0, gain="k"),
            LoopPorts("machines", "T_fws_return", "machines_on", "T_fws_setpoint", 0.0, float(machines)),
            LoopPorts("tank", "state_of_charge", "m_flow_sink_setpoint", "charge_stop", 0.0),
        )
        self.machines = machines
        self.period = period
        self.offset = 0.0
        self.limits = limits or StagingLimits()
        self.on_at_start = on_at_start
        self.inputs: tuple[Port, ...] = (
            Port("available", "1", description="1 heat pumps may run, 0 tripped"),
            Port("P_hall", "W", description="Electric power that becomes heat in the hall, filtered"),
            Port("T_fws_return", "K", description="Facility water leaving the evaporators"),
            Port("T_sink_in", "K", description="Water entering the condensers"),
            Port("T_sink_out", "K", description="Water leaving the condensers"),
            Port("m_flow_load", "kg/s", description="Flow taken by the network"),
            Port("COP", "1", description="Coefficient of performance of the running machines"),
            Port("Q_flow_rejected", "W", description="Heat rejected by the dry coolers"),
            Port("state_of_charge", "1", description="State of charge of the tank"),
        )
        self.outputs: tuple[Port, ...] = (
            Port("m_flow_sink_setpoint", "kg/s", description="Set point of the condenser flow"),
            *(Port(f"share[{i}]", "1", description="Share in the load, per machine") for i in range(1, machines + 1)),
            Port("share_total", "1", description="Sum of the shares: load that the machines can take, machines"),
            Port("machines_on", "1", description="Number of machines called to run"),
            Port(
                "mode",
                "1",
                description="Operating mode: " + ", ".join(f"{m.value} {m.name.lower()}" for m in Mode),
            ),
        )
        self.parameters: tuple[Port, ...] = (
            _parameter(
                "T_fws_setpoint", T_fws_setpoint, "K", "Set point of the facility water leaving the evaporators"
            ),
            _parameter("T_sink_setpoint", T_sink_setpoint, "K", "Set point of the heat pumps' leaving temperature"),
            _parameter("machine_heat", machine_heat, "W", "Nominal heat of one machine"),
            _parameter("k", 0.04, "1/K", "Gain of the trim: share of the flow per kelvin"),
            _parameter("Ti", 1000.0, "s", "Integral time of the trim"),
            _parameter("trim_limit", 0.3, "1", "Largest trim"),
            _parameter("ramp_up", 600.0, "s", "Time of a machine's share, and of the flow of all, from zero to full"),
            _parameter("ramp_down", 150.0, "s", "Time of the flow set point from the flow of all machines to zero"),
            _parameter("share_stop", 0.45, "1", "A machine that is to stop stops when its share has fallen to this"),
            _parameter("charge_stop", 0.95, "1", "State of charge at which charging stops"),
            _parameter("charge_release", 0.88, "1", "State of charge at which charging may start again"),
            _parameter("full_flow", 1.0, "1", "Condenser flow over that of the network while the tank is full"),
            _parameter("start_up_time", 900.0, "s", "Mode start_up is shown this long after the first machine starts"),
            _parameter("cp", 4186.0, "J/(kg.K)", "Specific heat capacity of water"),
        )

    def _offered_flow(self, u: dict[str, float], p: dict[str, float]) -> float:
        """Condenser flow that would take all the heat the hall makes, kg/s."""
        offered = max(u["P_hall"], 0.0)
        # A standing plant has no measured COP; the machines' usual range bounds the feed-forward.
        cop = min(max(u["COP"], 2.5), 6.0)
        lift = max(p["T_sink_setpoint"] - u["T_sink_in"], 8.0)
        return offered * cop / (cop - 1.0) / (p["cp"] * lift)

    def _machine_load(self, m_flow: float, u: dict[str, float], p: dict[str, float]) -> float:
        """Load in units of one machine for a condenser flow, 1."""
        return m_flow * p["cp"] * max(p["T_sink_setpoint"] - u["T_sink_in"], 8.0) / p["machine_heat"]

    def _full(self, u: dict[str, float], state: dict[str, float], p: dict[str, float]) -> bool:
        """Whether the tank is full, with a hysteresis."""
        return u["state_of_charge"] >= (p["charge_release"] if state["full"] > 0.5 else p["charge_stop"])

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return a state at rest in the operating point: machines chosen from the offered heat, no change wanted."""
        flow = self._offered_flow(u, p)
        load = self._machine_load(flow, u, p)
        if self.on_at_start is not None:
            running = self.on_at_start
        elif u["available"] < 0.5 or load < self.limits.minimum_load:
            running = 0
        else:
            running = min(self.machines, max(1, -int(-load // self.limits.start_above)))
        state = {
            "trim": 0.0,
            "setpoint": flow if running else 0.0,
            "full": float(u["state_of_charge"] >= p["charge_stop"]),
        }
        state |= {"wish": 0.0, "wish_since": 0.0, "started": -1e9, "mode": float(Mode.RECOVERY)}
        for i in range(self.machines):
            state[f"on[{i + 1}]"] = float(i < running)
            state[f"share[{i + 1}]"] = float(i < running)
            state[f"since[{i + 1}]"] = -1e9
        return state

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Decide for the next period; returns outputs and the new state."""
        return self._decide(t, u, state, p, _FREE)

    def _decide(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float], guide: Guide
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Decide for the next period within what a guide from outside leaves."""
        machines = range(1, self.machines + 1)
        tripped = u["available"] < 0.5
        flow = self._offered_flow(u, p)
        full = self._full(u, state, p)

        error = u["T_fws_return"] - p["T_fws_setpoint"]
        wanted = max(flow * (1.0 + p["k"] * error + state["trim"]), 0.0)
        limit = min(p["full_flow"] * u["m_flow_load"] if full else float("inf"), guide.flow)

        staging = StagingState(
            on=tuple(state[f"on[{i}]"] > 0.5 for i in machines),
            since=tuple(state[f"since[{i}]"] for i in machines),
            wish=int(state["wish"]),
            wish_since=state["wish_since"],
        )
        was_running = sum(staging.on)
        if tripped:
            staging = stop_all(t, staging)
        elif guide.machines is not None:
            staging = stage_towards(t, guide.machines, staging, self.limits)
        else:
            staging = stage(t, self._machine_load(min(wanted, limit), u, p), staging, self.limits)
        running = sum(staging.on)
        started = t if running and not was_running else state["started"]

        per_machine = p["machine_heat"] / (p["cp"] * max(p["T_sink_setpoint"] - u["T_sink_in"], 8.0))
        shares = {i: self._share(state[f"share[{i}]"], staging.on[i - 1], tripped, p) for i in machines}
        share_total = sum(shares.values())
        largest = share_total * per_machine
        smallest = min(self.limits.minimum_load * guide.least, 1.0) * largest
        # The flow ramps no faster than the machines do; a faster flow would arrive cold at the network.
        full_flow = (self.machines if guide.machines is None else max(running, 1)) * per_machine
        highest = state["setpoint"] + full_flow * self.period / p["ramp_up"]
        lowest = state["setpoint"] - full_flow * self.period / p["ramp_down"]
        setpoint = min(max(min(wanted, limit), lowest), highest)
        setpoint = max(min(setpoint, largest), smallest)

        # The trim integrates only while it can act and the machines follow; a limited flow would wind it up.
        trim = state["trim"]
        follows = abs(u["T_sink_out"] - p["T_sink_setpoint"]) < 2.0
        if running and follows and setpoint == wanted:
            trim += p["k"] * self.period / p["Ti"] * error
        trim = min(max(trim, -p["trim_limit"]), p["trim_limit"])

        mode = self._mode(t, tripped, running, started, full, setpoint, u, p, Mode(int(state["mode"])))
        outputs = {"m_flow_sink_setpoint": setpoint, "machines_on": float(running), "mode": float(mode)}
        outputs |= {"share_total": share_total} | {f"share[{i}]": shares[i] for i in machines}
        new = {"trim": trim, "setpoint": setpoint, "full": float(full), "started": started, "mode": float(mode)}
        new |= {"wish": float(staging.wish), "wish_since": staging.wish_since}
        for i in machines:
            new[f"on[{i}]"] = float(staging.on[i - 1])
            new[f"share[{i}]"] = shares[i]
            new[f"since[{i}]"] = staging.since[i - 1]
        return outputs, new

    def _share(self, share: float, on: bool, tripped: bool, p: dict[str, float]) -> float:
        """Share of a machine for the next period."""
        if tripped:
            return 0.0
        step = self.period / p["ramp_up"]
        if on:
            return min(share + step, 1.0)
        return share - step if share - step > p["share_stop"] else 0.0

    def _mode(
        self,
        t: float,
        tripped: bool,
        running: int,
        started: float,
        full: bool,
        setpoint: float,
        u: dict[str, float],
        p: dict[str, float],
        previous: Mode,
    ) -> Mode:
        """Name the mode the plant is in; thresholds have a hysteresis so that the name does not flicker."""
        if tripped:
            return Mode.HEAT_PUMP_TRIP
        if running == 0:
            return Mode.FULL_REJECTION
        if t - started < p["start_up_time"]:
            return Mode.START_UP
        rejection = 0.03 if previous == Mode.PARTIAL_REJECTION else 0.06
        if u["Q_flow_rejected"] > rejection * self.machines * p["machine_heat"]:
            return Mode.PARTIAL_REJECTION
        band = 0.03 * self.machines * p["machine_heat"] / (p["cp"] * 30.0)
        charge = setpoint - u["m_flow_load"]
        if charge > (0.5 if previous == Mode.CHARGING else 1.0) * band and not full:
            return Mode.CHARGING
        if charge < -(0.5 if previous == Mode.DISCHARGING else 1.0) * band:
            return Mode.DISCHARGING
        return Mode.RECOVERY
