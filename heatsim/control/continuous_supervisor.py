"""Continuous counterpart of the sampled supervisor: the same laws without samples, staging and hysteresis.

For long runs and for linear analysis: nothing restarts the integrator, and every signal is a smooth function of the
state. All machines run together and share the load, as a plant with ideal staging would.
"""

from __future__ import annotations

from typing import Any

import casadi as ca

from heatsim.control.supervisor import Mode, Supervisor
from heatsim.system import Port


class ContinuousSupervisor:
    """Condenser flow and load shares as ordinary differential equations.

    Inputs, outputs and parameters are those of `Supervisor`, with the same meaning. The flow set point follows the
    feed-forward and the trim of the returning temperature with the same gains and ramps; the trim is kept from winding
    up by back-calculation (time constant `Ti`). The sum of the shares follows the load of the machines with the time
    constant `ramp_up/3`, a tenth above it so that the capacity loop can act. The tank limits charging between
    `charge_release` and `charge_stop` gradually.

    Parameters
    ----------
    sampled
        The supervisor that it stands for.
    """

    def __init__(self, sampled: Supervisor) -> None:
        self.machines = sampled.machines
        self.loops = sampled.loops[:1]  # nothing stages machines
        self.inputs = sampled.inputs
        self.outputs = sampled.outputs
        self.parameters: tuple[Port, ...] = (
            *sampled.parameters,
            Port("period", "s", start=sampled.period, minimum=1e-3, description="Time constant of the flow set point"),
            Port(
                "headroom", "1", start=1.1, minimum=1.0, description="Sum of the shares over the load of the machines"
            ),
        )
        self.states: tuple[Port, ...] = (
            Port("setpoint", "kg/s", start=0.0, nominal=100.0, description="Set point of the condenser flow"),
            Port("trim", "1", start=0.0, nominal=0.1, description="Integral trim, share of the flow"),
            Port("shares", "1", start=float(sampled.machines), description="Sum of the shares"),
        )

    def equations(
        self, t: Any, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the derivatives of the states and the outputs as CasADi expressions."""
        available = ca.fmin(ca.fmax(u["available"], 0.0), 1.0)
        cop = ca.fmin(ca.fmax(u["COP"], 2.5), 6.0)
        lift = ca.fmax(p["T_sink_setpoint"] - u["T_sink_in"], 8.0)
        flow = ca.fmax(u["P_hall"], 0.0) * cop / (cop - 1.0) / (p["cp"] * lift)
        per_machine = p["machine_heat"] / (p["cp"] * lift)
        error = u["T_fws_return"] - p["T_fws_setpoint"]
        wanted = ca.fmax(flow * (1.0 + p["k"] * error + x["trim"]), 0.0)

        room = (p["charge_stop"] - u["state_of_charge"]) / (p["charge_stop"] - p["charge_release"])
        room = ca.fmin(ca.fmax(room, 0.0), 1.0)
        least = p["full_flow"] * u["m_flow_load"]
        limited = ca.fmin(wanted, least + room * ca.fmax(wanted - least, 0.0))
        target = available * ca.fmin(limited, x["shares"] * per_machine)
        full = self.machines * per_machine
        rate = (target - x["setpoint"]) / p["period"]
        shares = available * ca.fmin(p["headroom"] * limited / per_machine, float(self.machines))

        held = ca.fmin(ca.fmax(x["trim"], -p["trim_limit"]), p["trim_limit"])
        unused = (target - wanted) / ca.fmax(flow, 1e-2 * full)
        derivatives = {
            "setpoint": ca.fmin(ca.fmax(rate, -full / p["ramp_down"]), full / p["ramp_up"]),
            "trim": p["k"] / p["Ti"] * error + ca.fmin(unused, 0.0) / p["Ti"] + (held - x["trim"]) / p["period"],
            "shares": (shares - x["shares"]) / (p["ramp_up"] / 3.0),
        }
        outputs = {"m_flow_sink_setpoint": x["setpoint"], "share_total": x["shares"], "machines_on": x["shares"]}
        outputs |= {f"share[{i}]": x["shares"] / self.machines for i in range(1, self.machines + 1)}
        return derivatives, outputs | {"mode": self._mode(x, u, p)}

    def _mode(self, x: dict[str, Any], u: dict[str, Any], p: dict[str, Any]) -> Any:
        """Name of the mode, by the thresholds of the sampled supervisor without their hysteresis."""
        band = 0.03 * self.machines * p["machine_heat"] / (p["cp"] * 30.0)
        charge = x["setpoint"] - u["m_flow_load"]
        mode = ca.if_else(charge > band, float(Mode.CHARGING), float(Mode.RECOVERY))
        mode = ca.if_else(charge < -band, float(Mode.DISCHARGING), mode)
        rejects = u["Q_flow_rejected"] > 0.06 * self.machines * p["machine_heat"]
        mode = ca.if_else(rejects, float(Mode.PARTIAL_REJECTION), mode)
        mode = ca.if_else(x["shares"] < 0.05, float(Mode.FULL_REJECTION), mode)
        return ca.if_else(u["available"] < 0.5, float(Mode.HEAT_PUMP_TRIP), mode)
