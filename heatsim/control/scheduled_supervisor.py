"""Sampled supervisor that follows a plan: the mode sequence of the plant with set points for heat, machines and tank.

A plan names, for each interval, the mean heat of the heat pumps, the number of running machines and the state of charge
at both ends. The supervisor turns them into a highest condenser flow and a number of machines; everything below stays
as it is without a plan: the flow never takes more heat than the hall offers (its trim holds the facility water at its
set point), a full tank limits the flow, minimum times and ramps hold, a trip stops the machines, and what the heat
pumps leave, the dry coolers reject.
"""

from __future__ import annotations

import math
from dataclasses import replace
from enum import IntEnum

from heatsim.control.staging import StagingLimits
from heatsim.control.supervisor import Guide, Supervisor
from heatsim.system import Port

LEAST_FLOW = 1.15
"""Heat of a machine at its lowest capacity over that share of its nominal heat: when machines run at their lowest load
the dry coolers take the rest, water leaves the evaporators some 6 K warmer than at full recovery, and the machines give
2.5 % more heat for each kelvin (`HeatReuse.HeatPumps.Performance.Correlation`)."""
RAMP = 900.0
"""Time in which the heat passes from one interval of a plan to the next, s."""


_NEVER = 1e18
"""Time of what has not happened, s."""


class Intervention(IntEnum):
    """Why the plant does not do what the plan says."""

    NONE = 0
    TANK_FULL = 1
    HALL = 2
    MINIMUM_TIME = 3
    TRIP = 4
    NETWORK = 5
    NO_PLAN = 6
    ENVELOPE = 7
    HALL_HOT = 8


INTERVENTIONS: dict[Intervention, str] = {
    Intervention.NONE: "follows the plan",
    Intervention.TANK_FULL: "tank full: the flow is limited to that of the network",
    Intervention.HALL: "hall offers less heat than planned",
    Intervention.MINIMUM_TIME: "minimum time of a machine",
    Intervention.TRIP: "heat pumps tripped",
    Intervention.NETWORK: "network too cold with the boilers at their limit: the heat pumps take all heat",
    Intervention.NO_PLAN: "no plan: the heat pumps take all heat",
    Intervention.ENVELOPE: "envelope of the machines",
    Intervention.HALL_HOT: "dry coolers cannot hold the facility water: the heat pumps take all heat",
}
"""What each intervention is, in words."""


class ScheduledSupervisor(Supervisor):
    """Mode sequence that follows a plan.

    Heat: the flow for the planned heat, `(Q_planned + Q_correction)/(cp (T_sink_setpoint - T_sink_in))`, is the highest
    that the mode sequence may use. Between intervals the planned heat passes in a straight line, half of it before the
    edge and half behind, so that the energy of both intervals is kept and neither hall nor network sees a jump: over
    `ramp_up`, or the part of it that the change is of the heat of machines that run on. Machines start half of
    `ramp_up` before the edge and stand half of it behind. The correction brings the tank back to its planned state of
    charge, which it leaves because machines ramp, forecasts err and water is never as cold as in a plan: it gives back
    the deviation beyond `dead_band` within `correction_time`, with at most `authority` times the heat of all machines.

    Machines: the planned number, one change at each sample as far as minimum times allow. Where the plan has machines
    running, one more or fewer runs when the tank is off its plan by more than `machine_band`, and by more than what a
    machine gives in its shortest running time: the water between the loops of a plant without a tank is not worth a
    start. Where the plan has none running, none is started for the tank. Fewer run when the hall offers less than
    their lowest load, or a full tank leaves them less.

    Calls: the plan is left, and the heat pumps take all heat as without one, when the hall needs it (facility water to
    the hall above `T_hall_limit` for `call_time`: the dry coolers cannot do it alone), or the network (supply colder
    than `T_network_setpoint` by `T_network_band` with the boilers at their limit). A call lasts `call_hold` at least;
    one of the network until the tank has gained `call_charge` too, or machines would start and stop in turns.

    Without a plan for the present time it does what `Supervisor` does. The output `intervention` says why the plan is
    not followed, see `Intervention`.

    Parameters
    ----------
    tank_capacity
        Heat between an empty and a full tank, J.
    T_network_setpoint
        Set point of the boilers, K.
    T_hall_limit
        Facility water to the hall above which the heat pumps help the dry coolers, K.
    machines, machine_heat, period, T_fws_setpoint, T_sink_setpoint, limits, on_at_start
        As for `Supervisor`.
    """

    def __init__(
        self,
        *,
        tank_capacity: float,
        T_network_setpoint: float,
        T_hall_limit: float,
        machines: int = 3,
        machine_heat: float = 4e6,
        period: float = 60.0,
        T_fws_setpoint: float = 303.15,
        T_sink_setpoint: float = 349.15,
        limits: StagingLimits | None = None,
        on_at_start: int | None = None,
    ) -> None:
        super().__init__(
            machines=machines,
            machine_heat=machine_heat,
            period=period,
            T_fws_setpoint=T_fws_setpoint,
            T_sink_setpoint=T_sink_setpoint,
            limits=limits,
            on_at_start=on_at_start,
        )
        self.inputs += (
            Port("Q_flow_planned", "W", description="Planned mean heat of the heat pumps in the interval"),
            Port("Q_flow_before", "W", description="The same in the interval before"),
            Port("Q_flow_next", "W", description="The same in the next interval"),
            Port("full_planned", "1", description="1 where the plan takes all the heat that the hall offers"),
            Port("full_before", "1", description="The same in the interval before"),
            Port("full_next", "1", description="The same in the next interval"),
            Port("machines_planned", "1", description="Planned number of running machines"),
            Port("machines_before", "1", description="The same in the interval before"),
            Port("machines_next", "1", description="The same in the next interval"),
            Port("charge_begin", "1", description="Planned state of charge at the begin of the interval"),
            Port("charge_end", "1", description="Planned state of charge at the end of the interval"),
            Port("begin", "s", description="Begin of the interval"),
            Port("end", "s", description="End of the interval; a time that has passed says that there is no plan"),
            Port("T_supply", "K", description="Water to the network"),
            Port("peak_load", "1", description="Load of the boilers"),
            Port("T_hall_supply", "K", description="Facility water to the hall"),
            Port("derating", "1", description="Share of the capacity that the envelope of the machines leaves"),
        )
        self.outputs += (
            Port("Q_flow_setpoint", "W", description="Heat that the heat pumps are to give, with the correction"),
            Port("charge_planned", "1", description="Planned state of charge at this time"),
            Port(
                "intervention",
                "1",
                description="Why the plan is not followed: "
                + ", ".join(f"{one.value} {one.name.lower()}" for one in Intervention),
            ),
        )
        values: tuple[tuple[str, float, str, str], ...] = (
            ("tank_capacity", tank_capacity, "J", "Heat between an empty and a full tank"),
            (
                "least_flow",
                LEAST_FLOW,
                "1",
                "Lowest flow over that of the lowest load, for warm facility water",
            ),
            ("full_margin", 0.05, "1", "Heat above the planned one where the plan takes all heat of the hall"),
            ("correction_time", 5400.0, "s", "Time in which a deviation of the state of charge is given back"),
            ("dead_band", 0.005, "1", "Deviation of the state of charge that is left"),
            ("authority", 0.15, "1", "Largest correction, share of the heat of all machines"),
            ("machine_band", 0.05, "1", "Deviation of the state of charge for which a machine more or fewer runs"),
            ("T_network_setpoint", T_network_setpoint, "K", "Set point of the boilers"),
            ("T_network_band", 3.0, "K", "Water to the network below the set point that counts as too cold"),
            ("T_hall_limit", T_hall_limit, "K", "Facility water to the hall that calls the heat pumps"),
            ("call_time", 300.0, "s", "Time after which a need calls the heat pumps"),
            ("call_hold", 1800.0, "s", "Shortest time for which they are called"),
            ("call_charge", 0.1, "1", "State of charge that the tank gains before a call of the network ends"),
        )
        self.parameters = (
            # Slower than without a plan, which starts and stops machines for a change of load: a plan stops all of them
            # at once, and the dry coolers need the time to take over.
            *(replace(port, start=RAMP) if port.name == "ramp_up" else port for port in self.parameters),
            *(Port(name, unit, start=value, description=text) for name, value, unit, text in values),
        )

    def initial_state(self, u: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Return a state at rest in the operating point, as without a plan."""
        own = {"cold_since": _NEVER, "hot_since": _NEVER, "call": 0.0, "called": -_NEVER, "charge": 0.0}
        return super().initial_state(u, p) | own

    def step(
        self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Decide for the next period; returns outputs and the new state."""
        own = self._calls(t, u, state, p)
        planned = u["begin"] - 1e-6 <= t < u["end"] - 1e-6
        called = own["call"] > 0.5
        if planned:
            share = (t - u["begin"]) / (u["end"] - u["begin"])
            charge = u["charge_begin"] + share * (u["charge_end"] - u["charge_begin"])
        else:
            charge = u["state_of_charge"]
        heat, machines = self._wish(t, charge - u["state_of_charge"], u, p)
        guide = Guide()
        hall = full = False
        if planned and not called:
            offered = self._offered_heat(u, state, p)
            possible = self._possible(offered, state, p)
            # Beside a full tank, machines give no more than the network takes, and none runs below its lowest load.
            room = self._possible(self._taken_heat(u, state, p), state, p)
            guide = Guide(heat / (p["cp"] * self._lift(u, p)), min(machines, possible, room), p["least_flow"])
            full = machines > room
            hall = machines > possible or min(heat, self._ramped(t, u, p, 0.0)) > 1.03 * offered
        running = sum(state[f"on[{i}]"] for i in range(1, self.machines + 1))
        outputs, new = self._decide(t, u, state, p, guide)
        if not planned or called:
            heat = outputs["m_flow_sink_setpoint"] * p["cp"] * self._lift(u, p)
        reason = Intervention.NONE
        if u["available"] < 0.5:
            reason = Intervention.TRIP
        elif called:
            reason = Intervention(int(own["call"]))
        elif not planned:
            reason = Intervention.NO_PLAN
        elif full or (new["full"] > 0.5 and guide.flow > p["full_flow"] * u["m_flow_load"]):
            reason = Intervention.TANK_FULL
        elif hall:
            reason = Intervention.HALL
        elif outputs["machines_on"] != guide.machines and outputs["machines_on"] == running:
            reason = Intervention.MINIMUM_TIME
        elif u["derating"] < 0.98 and outputs["share_total"] > outputs["machines_on"] - 1e-6 > 0.5:
            reason = Intervention.ENVELOPE
        outputs |= {"Q_flow_setpoint": heat, "charge_planned": charge, "intervention": float(reason)}
        return outputs, new | own

    def _lift(self, u: dict[str, float], p: dict[str, float]) -> float:
        """Temperature rise of the water in the condensers, K."""
        return max(p["T_sink_setpoint"] - u["T_sink_in"], 8.0)

    def _ramped(self, t: float, u: dict[str, float], p: dict[str, float], margin: float) -> float:
        """Planned heat at a time, W: straight lines around the edges of the interval.

        Where the plan takes all the heat of the hall it is raised by a margin: a plan that knows it a little too low
        would else leave the rest to the dry coolers, whose warmer set point costs electricity.
        """

        def of(which: str) -> float:
            return u[f"Q_flow_{which}"] * (1.0 + margin * u[f"full_{which}"])

        heat = here = of("planned")
        for which, away in (("before", t - u["begin"]), ("next", u["end"] - t)):
            ramp = self._ramp(which, abs(of(which) - here), u, p)
            heat += max(0.5 - away / ramp, 0.0) * (of(which) - here)
        return heat

    def _ramp(self, other: str, change: float, u: dict[str, float], p: dict[str, float]) -> float:
        """Time of the ramp to or from another interval, s: less than `ramp_up` where the same machines run on."""
        longest = min(p["ramp_up"], u["end"] - u["begin"])
        if u[f"machines_{other}"] != u["machines_planned"]:
            return longest
        share = change / (p["machine_heat"] * max(u["machines_planned"], 1.0))
        return min(max(share * p["ramp_up"], self.period), longest)

    def _wish(self, t: float, missing: float, u: dict[str, float], p: dict[str, float]) -> tuple[float, int]:
        """Heat and number of machines for the plan and a tank that lacks `missing` of its planned state of charge."""
        heat, machines = self._ramped(t, u, p, p["full_margin"]), round(u["machines_planned"])
        later = round(u["machines_next"])
        half = 0.5 * min(p["ramp_up"], u["end"] - u["begin"])
        # A machine that stops hands its share over first; the last of them is to stand when the ramp ends.
        stopping = (1.0 - p["share_stop"]) * p["ramp_up"] + (machines - later - 1) * self.period
        if u["end"] - t <= (half if later > machines else stopping - half) + 1e-6:
            machines = later
        if machines == 0:
            return heat, 0
        beyond = math.copysign(max(abs(missing) - p["dead_band"], 0.0), missing)
        largest = p["authority"] * self.machines * p["machine_heat"]
        correction = min(max(beyond * p["tank_capacity"] / p["correction_time"], -largest), largest)
        heat = max(heat + correction, 0.0)
        load = heat / p["machine_heat"]
        band = max(p["machine_band"], p["machine_heat"] * self.limits.minimum_on / p["tank_capacity"])
        if missing > band and load > machines * self.limits.start_above:
            machines = min(machines + 1, self.machines)
        elif missing < -band and load < (machines - 1) * self.limits.stop_below:
            machines = max(machines - 1, 1)
        return heat, machines

    def _offered_heat(self, u: dict[str, float], state: dict[str, float], p: dict[str, float]) -> float:
        """Heat of the condensers that would take all the heat the hall offers, W."""
        error = u["T_fws_return"] - p["T_fws_setpoint"]
        flow = self._offered_flow(u, p) * (1.0 + p["k"] * error + state["trim"])
        return max(flow, 0.0) * p["cp"] * self._lift(u, p)

    def _taken_heat(self, u: dict[str, float], state: dict[str, float], p: dict[str, float]) -> float:
        """Heat that a full tank leaves to the machines, on the scale of their lowest load, W; infinite if not full."""
        if not self._full(u, state, p):
            return math.inf
        return p["full_flow"] * u["m_flow_load"] * p["cp"] * self._lift(u, p) / p["least_flow"]

    def _possible(self, offered: float, state: dict[str, float], p: dict[str, float]) -> int:
        """Machines whose lowest load the offered heat covers; one that starts needs some more than one that runs."""
        running = sum(state[f"on[{i}]"] > 0.5 for i in range(1, self.machines + 1))
        if math.isinf(offered):
            return self.machines
        load = offered / (p["machine_heat"] * self.limits.minimum_load)
        return max(min(int(load), running), min(int(load / self.limits.restart), self.machines))

    def _calls(self, t: float, u: dict[str, float], state: dict[str, float], p: dict[str, float]) -> dict[str, float]:
        """Memory of the calls for all heat: since when network and hall need it, and what the present call is for."""
        cold = u["T_supply"] < p["T_network_setpoint"] - p["T_network_band"] and u["peak_load"] > 0.97
        hot = u["T_hall_supply"] > p["T_hall_limit"]
        new = {
            "cold_since": min(state["cold_since"], t) if cold else _NEVER,
            "hot_since": min(state["hot_since"], t) if hot else _NEVER,
            "call": state["call"],
            "called": state["called"],
            "charge": state["charge"],
        }
        if t - new["hot_since"] >= p["call_time"]:
            return new | {"call": float(Intervention.HALL_HOT), "called": t, "charge": u["state_of_charge"]}
        if t - new["cold_since"] >= p["call_time"]:
            return new | {"call": float(Intervention.NETWORK), "called": t, "charge": u["state_of_charge"]}
        recharged = u["state_of_charge"] >= state["charge"] + p["call_charge"]
        held = t - state["called"] < p["call_hold"]
        if held or (state["call"] == float(Intervention.NETWORK) and not recharged):
            return new
        return new | {"call": 0.0}
