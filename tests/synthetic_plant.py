"""A made-up run of the heat-reuse plant with the shapes, names and attributes of a real one, for tests of its readers.

The numbers are no simulation: the IT load is the built-in one, heat flows follow it through first-order lags, a midday
trip of the heat pumps makes the modes change, and the tank takes what the network does not. The meters are integrals of
the heat flows, and each internal energy is the sum of its unit's meters, so the energy balance closes to rounding.
"""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from heatsim import profiles

BONDS = [
    ["recovery", "hall.E_in_recovery", "heat_pump.E_in_source"],
    ["condenser", "heat_pump.E_in_sink", "storage.E_in_source"],
    ["network", "storage.E_in_load", "peak.E_in_water", "grid.E_in_supply"],
]
MODES = ["recovery", "charging", "discharging", "partial_rejection", "full_rejection", "start_up", "heat_pump_trip"]


def _lag(time: np.ndarray, values: np.ndarray, tau: float) -> np.ndarray:
    result = np.empty_like(values)
    result[0] = values[: max(1, min(values.size, 60))].mean()
    for i in range(1, values.size):
        a = 1.0 - np.exp(-(time[i] - time[i - 1]) / tau)
        result[i] = result[i - 1] + a * (values[i] - result[i - 1])
    return result


def synthetic_run(duration: float = 86400.0, step: float = 60.0, start: str = "2020-01-15") -> xr.Dataset:
    """Return the made-up run."""
    time = np.append(np.arange(0.0, duration, step), duration)
    inputs = profiles.dataset(start=start, duration=duration)
    p_it = profiles.value_at(inputs["P_IT"], time)
    demand = profiles.value_at(inputs["Q_flow_demand"], time)
    outdoor = profiles.value_at(inputs["T_outdoor"], time)
    hour = time / 3600.0
    trip = ((hour % 24.0) >= 12.0) & ((hour % 24.0) < 13.0)

    smooth = _lag(time, p_it, 400.0)
    available = _lag(time, np.where(trip, 0.0, 1.0), 240.0)
    recovery = smooth * 0.93 * available
    rejected = smooth * 0.98 - recovery
    cop = 3.45 + 0.1 * np.sin(2 * np.pi * hour / 24.0)
    p_hp = recovery / (cop - 1.0)
    sink = recovery + p_hp
    loss = np.full(time.size, 0.35e6)
    supplied = _lag(time, demand, 600.0) + loss
    # The tank follows the difference of heat and demand, the boiler helps when it is low.
    soc = np.empty(time.size)
    peak = np.zeros(time.size)
    soc[0] = 0.55
    for i in range(1, time.size):
        peak[i] = np.clip((0.45 - soc[i - 1]) / 0.15, 0.0, 1.0) * 6e6
        change = sink[i] - (supplied[i] - peak[i])
        soc[i] = np.clip(soc[i - 1] + change * (time[i] - time[i - 1]) / 2.4e11, 0.02, 0.98)
    discharge = supplied - peak
    delivered = supplied - loss
    unmet = np.maximum(demand - delivered - 0.3e6, 0.0)

    ds = xr.Dataset(coords={"time": ("time", time, {"units": "s", "long_name": "Time from the start of the run"})})

    def put(name: str, values: np.ndarray, units: str, long_name: str, *dims: str) -> None:
        ds[name] = (("time", *dims), np.asarray(values, dtype=float), {"units": units, "long_name": long_name})

    def meter(name: str, power: np.ndarray) -> None:
        energy = np.concatenate([[0.0], np.cumsum(0.5 * (power[1:] + power[:-1]) * np.diff(time))])
        put(name, energy, "J", "Energy into the unit")

    put("P_IT", p_it, "W", "Electric power of the IT equipment")
    put("T_outdoor", outdoor, "K", "Outdoor air temperature")
    put("Q_flow_demand", demand, "W", "Heat demand of the district")
    price = inputs["price_electricity"]
    put("price_electricity", profiles.value_at(price, time), "EUR/J", "Electricity price")
    put("price_gas", np.full(time.size, 35 / 3.6e9), "EUR/J", "Gas price")

    swing = (p_it - smooth) / 1e6
    chip_rise = 24.0 * _lag(time, p_it, 20.0) / 10e6
    T_fws_supply = 303.15 + 1.5 * (1.0 - available) + 0.1 * swing
    T_tcs_supply = T_fws_supply + 3.6 + 0.25 * swing
    put("hall.T_chip", T_tcs_supply + 14.0 + chip_rise, "K", "Chip temperature")
    put("hall.T_tcs_supply", T_tcs_supply, "K", "Technology-loop supply temperature")
    put("hall.T_tcs_return", T_tcs_supply + 10.0 * smooth / 8e6, "K", "Technology-loop return temperature")
    put("hall.T_fws_supply", T_fws_supply, "K", "Facility water to the hall")
    put("hall.T_fws_out", T_fws_supply + 9.5 * smooth / 8e6, "K", "Facility water leaving the hall")
    put("hall.T_air", 297.15 + 0.8 * swing, "K", "Hall air at the server inlet")
    put("hall.m_flow_tcs", 190.0 + 20.0 * smooth / 10e6, "kg/s", "Technology-loop flow")
    put("hall.Q_flow_recovery", recovery, "W", "Heat given to the heat recovery")
    put("hall.Q_flow_rejected", rejected, "W", "Heat rejected to the outdoor air")
    put("hall.P_auxiliary", 0.035 * smooth, "W", "Electricity of pumps and fans")
    put("hall.P_IT_drawn", p_it, "W", "Electric power that the IT draws")
    meter("hall.E_in_IT", p_it)
    meter("hall.E_in_recovery", -recovery)
    meter("hall.E_in_outdoor", -rejected)

    capacity = np.clip(sink / 10e6, 0.0, 1.0)
    machines = np.stack([np.clip(3.0 * capacity - i, 0.0, 1.0) for i in range(3)], axis=1)
    machines = np.where(machines < 0.3, np.where(machines > 0.15, 0.3, 0.0), machines)
    put("heat_pump.capacity_actual", machines, "1", "Load, per machine", "heat_pump.machine")
    put("heat_pump.P_el", p_hp, "W", "Electricity of the compressors")
    put("heat_pump.P_pumps", np.full(time.size, 45e3), "W", "Electricity of the water pumps")
    put("heat_pump.Q_flow_sink", sink, "W", "Heat of the heat pumps")
    put("heat_pump.T_sink_out", 348.15 + available, "K", "Heat-pump supply temperature")
    meter("heat_pump.E_in_source", recovery)
    meter("heat_pump.E_in_electric", p_hp)
    meter("heat_pump.E_in_sink", -sink)

    depth = (np.arange(20) + 0.5) / 20.0
    layer = 318.15 + 30.5 / (1.0 + np.exp((depth[None, :] - soc[:, None]) / 0.035))
    put("storage.T", layer, "K", "Water temperature, per layer", "storage.layer")
    put("storage.state_of_charge", soc, "1", "State of charge")
    meter("storage.E_in_source", sink)
    meter("storage.E_in_load", -discharge)
    meter("storage.E_in_ambient", np.full(time.size, -8e3))

    put("peak.Q_flow", peak, "W", "Heat of the peak plant")
    put("peak.T_out", 348.15 + 0.4 * np.sin(hour) - 6.0 * unmet / 1e6, "K", "Network supply temperature")
    meter("peak.E_in_water", -peak)
    meter("peak.E_in_burner", peak)
    meter("peak.E_fuel", peak / 0.92)

    put("grid.T_return", 318.15 + 1.5 * np.cos(hour / 3.0), "K", "Network return temperature")
    put("grid.Q_flow_delivered_total", delivered, "W", "Heat delivered to the consumers")
    put("grid.Q_flow_unmet", unmet, "W", "Unmet demand")
    put("grid.P_pump", 60e3 * (supplied / 14e6) ** 2, "W", "Electricity of the network pump")
    meter("grid.E_in_supply", supplied)
    meter("grid.E_in_consumers", -delivered)
    meter("grid.E_in_ground", -loss)
    meter("grid.E_demand", demand)

    commands = {
        "tcs_temperature": np.clip(0.35 + 0.5 * smooth / 10e6 + 0.05 * swing, 0, 1),
        "tcs_pressure": 0.75 + 0.02 * np.sin(2 * np.pi * hour / 3.0),
        "dry_cooler": np.clip(1.0 - available, 0, 1),
        "heat_pump_capacity": capacity,
        "peak_plant": peak / 6e6,
        "network_pressure": np.sqrt(supplied / 14e6),
    }
    for name, values in commands.items():
        put(f"{name}.y", values, "1", "Command")
    mode = np.where(sink > supplied * 1.05, 1, np.where(sink < supplied * 0.95, 2, 0))
    mode = np.where(rejected > 1.2e6, 3, mode)
    mode = np.where(trip, 6, mode)
    mode = np.where(((hour % 24) >= 13.0) & ((hour % 24) < 13.4), 5, mode)
    put("supervisor.mode", mode, "1", "Operating mode: " + ", ".join(f"{i} {m}" for i, m in enumerate(MODES)))

    for unit in ("hall", "heat_pump", "storage", "peak", "grid"):
        meters = [n for n in ds.data_vars if str(n).startswith(f"{unit}.E_in_")]
        put(f"{unit}.U", 1e10 + sum(ds[n].values for n in meters), "J", "Internal energy")
    ds.attrs = {"bonds": json.dumps(BONDS), "start_time": start, "status": "ok"}
    return ds
