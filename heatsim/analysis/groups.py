"""The key figures, group by group: each function reads what it needs from a run and returns records.

Energies come from the meters; a power is only integrated from its samples where there is no meter, and the record says
so. A ratio without a denominator (the COP of heat pumps that never ran) has no value instead of a NaN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from heatsim.analysis import measures
from heatsim.analysis.audit import audit
from heatsim.analysis.run import MWH, Energy, Run
from heatsim.errors import UsageError


@dataclass(frozen=True)
class Kpi:
    """One key figure: name, value (None when it is not defined for this run), unit, what it is, where it comes from."""

    name: str
    value: float | None
    unit: str
    description: str
    source: str
    group: str


@dataclass(frozen=True)
class Settings:
    """Limits and factors of the key figures, SI: K, kg/J, 1."""

    co2_electricity: float
    co2_gas: float
    T_chip_limit: float
    T_tcs_supply_limit: float
    T_air_limit: float
    T_network_supply_limit: float
    dead_band: float
    commands: tuple[str, ...] | None


Group = Callable[[Run, Settings], Iterator[Kpi]]


def _ratio(numerator: float, denominator: float) -> float | None:
    # Below a thousandth of a kWh an energy is integration noise, and a ratio to it says nothing.
    return numerator / denominator if denominator > 3.6e3 else None


def _mwh(run: Run, name: str, energy: Energy, description: str) -> Kpi:
    return Kpi(name, energy.value / MWH, "MWh", description, energy.source, run.group)


def data_center(run: Run, settings: Settings) -> Iterator[Kpi]:
    """IT energy, recovered and rejected heat, auxiliaries, energy reuse factor, PUE."""
    it = run.metered("hall.E_in_IT")
    recovered = run.metered("hall.E_in_recovery", -1.0)
    rejected = run.metered("hall.E_in_outdoor", -1.0)
    auxiliary = run.energy("hall.E_auxiliary", "hall.P_auxiliary")
    yield _mwh(run, "it_energy", it, "Electricity of the IT equipment")
    throttled = np.maximum(run.values("P_IT") - run.values("hall.P_IT_drawn"), 0.0)
    yield Kpi(
        "it_throttled",
        measures.integrate(run.time, throttled) / MWH,
        "MWh",
        "IT work lost: power asked for minus power drawn by throttled processors",
        "sampled P_IT, hall.P_IT_drawn",
        run.group,
    )
    yield _mwh(run, "recovered_heat", recovered, "Heat given to the heat recovery")
    yield _mwh(run, "rejected_heat", rejected, "Heat rejected to the outdoor air")
    yield _mwh(
        run, "hall_auxiliary_electricity", auxiliary, "Electricity of the hall's pumps, fans and trim compressors"
    )
    yield Kpi(
        "energy_reuse_factor",
        _ratio(recovered.value, it.value + auxiliary.value),
        "1",
        "ERF of ISO/IEC 30134-6: heat that leaves the data center for reuse, over IT and auxiliary electricity; "
        "the heat pumps are outside of the data center",
        f"{recovered.source}, {it.source}, {auxiliary.source}",
        run.group,
    )
    yield Kpi(
        "pue_partial",
        _ratio(it.value + auxiliary.value, it.value),
        "1",
        "Partial PUE: IT, pumps, fans and trim compressors of the hall over IT; without power distribution, UPS losses "
        "and lighting",
        f"{it.source}, {auxiliary.source}",
        run.group,
    )


def heat_pump(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Heat and electricity of the heat pumps, seasonal COP, starts and running hours of each machine."""
    heat = run.metered("heat_pump.E_in_sink", -1.0)
    # The meter E_in_electric counts the shaft of the pump, without the losses of its drive.
    electricity = run.energy("heat_pump.E_el", "heat_pump.P_el")
    pumps = run.energy("heat_pump.E_pumps", "heat_pump.P_pumps")
    yield _mwh(run, "heat_pump_heat", heat, "Heat of the heat pumps to tank and network")
    yield _mwh(run, "heat_pump_electricity", electricity, "Electricity of the machines with standby")
    yield _mwh(run, "heat_pump_pump_electricity", pumps, "Electricity of the condenser pump")
    yield Kpi(
        "seasonal_cop",
        _ratio(heat.value, electricity.value),
        "1",
        "Heat over electricity of the machines with standby, over the run",
        f"{heat.source}, {electricity.source}",
        run.group,
    )
    yield Kpi(
        "seasonal_cop_with_pumps",
        _ratio(heat.value, electricity.value + pumps.value),
        "1",
        "Heat over electricity of machines and condenser pump, over the run",
        f"{heat.source}, {electricity.source}, {pumps.source}",
        run.group,
    )
    capacity = run.values("heat_pump.capacity_actual").reshape(run.time.size, -1)
    for machine in range(capacity.shape[1]):
        on = measures.running(capacity[:, machine])
        number, source = machine + 1, "sampled heat_pump.capacity_actual"
        yield Kpi(
            f"heat_pump_starts[{number}]",
            float(measures.starts(on)),
            "1",
            f"Starts of machine {number} (load rises above 20 %)",
            source,
            run.group,
        )
        yield Kpi(
            f"heat_pump_hours[{number}]",
            measures.time_on(run.time, on) / 3600.0,
            "h",
            f"Running time of machine {number}",
            source,
            run.group,
        )


def storage(run: Run, settings: Settings) -> Iterator[Kpi]:
    """State of charge, equivalent full cycles, heat loss and change of the stored heat."""
    charge = run.values("storage.state_of_charge")
    loss = run.metered("storage.E_in_ambient", -1.0)
    stored = run.metered("storage.U")
    source = "sampled storage.state_of_charge"
    for name, value, what in (
        ("state_of_charge_start", charge[0], "at the start"),
        ("state_of_charge_end", charge[-1], "at the end"),
        ("state_of_charge_min", charge.min(), "lowest"),
        ("state_of_charge_max", charge.max(), "highest"),
    ):
        yield Kpi(name, float(value), "1", f"State of charge of the tank, {what}", source, run.group)
    yield Kpi(
        "storage_cycles",
        0.5 * measures.travel(charge),
        "1",
        "Equivalent full cycles: half the travel of the state of charge",
        source,
        run.group,
    )
    yield _mwh(run, "storage_loss", loss, "Heat lost by the tank to its surroundings")
    yield _mwh(run, "stored_heat_change", stored, "Heat in the tank at the end minus at the start")


def network(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Heat demand, delivered and unmet heat, network loss and its share, pump electricity."""
    supplied = run.metered("grid.E_in_supply")
    delivered = run.metered("grid.E_in_consumers", -1.0)
    demand = run.metered("grid.E_demand")
    unmet = run.energy("grid.E_unmet", "grid.Q_flow_unmet")
    loss = run.metered("grid.E_in_ground", -1.0)
    pump = run.energy("grid.E_pump", "grid.P_pump")
    yield _mwh(run, "heat_supplied", supplied, "Heat fed into the network")
    yield _mwh(run, "heat_demand", demand, "Heat asked for by the consumers")
    yield _mwh(run, "heat_delivered", delivered, "Heat delivered to the consumers")
    yield _mwh(run, "unmet_demand", unmet, "Heat asked for and not delivered at that time")
    yield Kpi(
        "unmet_share",
        _ratio(unmet.value, demand.value),
        "1",
        "Unmet demand over demand",
        f"{unmet.source}, {demand.source}",
        run.group,
    )
    yield _mwh(run, "network_loss", loss, "Heat lost by the pipes to the ground")
    yield Kpi(
        "network_loss_share",
        _ratio(loss.value, supplied.value),
        "1",
        "Network loss over heat fed in",
        f"{loss.source}, {supplied.source}",
        run.group,
    )
    yield _mwh(run, "network_pump_electricity", pump, "Electricity of the network pump")


def peak(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Heat, fuel and share of the peak plant."""
    heat = run.metered("peak.E_in_burner")
    fuel = run.metered("peak.E_fuel")
    supplied = run.metered("grid.E_in_supply")
    yield _mwh(run, "peak_heat", heat, "Heat of the peak plant's burners into its water")
    yield _mwh(run, "peak_fuel", fuel, "Fuel of the peak plant")
    yield Kpi(
        "peak_share",
        _ratio(heat.value, supplied.value),
        "1",
        "Heat of the peak plant's burners over heat fed into the network",
        f"{heat.source}, {supplied.source}",
        run.group,
    )


def _heat_supply_electricity(run: Run) -> Energy:
    return (
        run.energy("heat_pump.E_el", "heat_pump.P_el")
        + run.energy("heat_pump.E_pumps", "heat_pump.P_pumps")
        + run.energy("grid.E_pump", "grid.P_pump")
    )


def cost(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Cost of electricity and gas of the heat supply, each interval at the price of its beginning."""
    electricity, fuel = _heat_supply_electricity(run), run.metered("peak.E_fuel")
    delivered = run.metered("grid.E_in_consumers", -1.0)
    price_electricity, price_gas = run.values("price_electricity"), run.values("price_gas")
    power = float(np.sum(electricity.increments * price_electricity[:-1]))
    gas = float(np.sum(fuel.increments * price_gas[:-1]))
    source = f"{electricity.source}, price_electricity"
    what = "Electricity of heat pumps, condenser pump and network pump"
    yield _mwh(run, "heat_supply_electricity", electricity, what)
    yield Kpi("cost_electricity", power, "EUR", f"{what} at its price", source, run.group)
    yield Kpi("cost_gas", gas, "EUR", "Fuel of the peak plant at its price", f"{fuel.source}, price_gas", run.group)
    yield Kpi("cost_total", power + gas, "EUR", "Energy cost of the heat supply", source, run.group)
    yield _cost_compared(run, power + gas, source)
    per_joule = _ratio(power + gas, delivered.value)
    yield Kpi(
        "cost_per_heat",
        None if per_joule is None else per_joule * MWH,
        "EUR/MWh",
        "Energy cost over heat delivered",
        f"{source}, {delivered.source}",
        run.group,
    )


def _cost_compared(run: Run, cost: float, source: str) -> Kpi:
    """Cost by which runs that end with different tanks compare: a run that empties its tank has not saved anything."""
    stored = run.metered("storage.U")
    heat = run.metered("heat_pump.E_in_sink", -1.0) + run.metered("peak.E_in_burner")
    share = _ratio(stored.value, heat.value)
    return Kpi(
        "cost_compared",
        None if share is None else cost * (1.0 - share),
        "EUR",
        "Energy cost less the worth of the heat stored, at the mean cost of heat in the run",
        f"{source}, {stored.source}, {heat.source}",
        run.group,
    )


def co2(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Emissions of the heat supply with constant factors."""
    electricity, fuel = _heat_supply_electricity(run), run.metered("peak.E_fuel")
    delivered = run.metered("grid.E_in_consumers", -1.0)
    power, gas = electricity.value * settings.co2_electricity, fuel.value * settings.co2_gas
    factors = (settings.co2_electricity * 3.6e9, settings.co2_gas * 3.6e9)
    yield Kpi(
        "co2_electricity",
        power / 1000.0,
        "t",
        f"CO2 of the heat supply's electricity, {factors[0]:.4g} g/kWh",
        electricity.source,
        run.group,
    )
    yield Kpi("co2_gas", gas / 1000.0, "t", f"CO2 of the fuel, {factors[1]:.4g} g/kWh", fuel.source, run.group)
    yield Kpi("co2_total", (power + gas) / 1000.0, "t", "CO2 of the heat supply", electricity.source, run.group)
    per_joule = _ratio(power + gas, delivered.value)
    yield Kpi(
        "co2_per_heat",
        None if per_joule is None else per_joule * 3.6e9,
        "g/kWh",
        "CO2 of the heat supply over heat delivered",
        f"{electricity.source}, {fuel.source}, {delivered.source}",
        run.group,
    )


def temperatures(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Violations of temperature limits, highest temperatures, approach of the cooling distribution unit."""
    for name, variable, limit, what in (
        ("chip", "hall.T_chip", settings.T_chip_limit, "Chip"),
        ("tcs_supply", "hall.T_tcs_supply", settings.T_tcs_supply_limit, "Technology-loop supply"),
        ("hall_air", "hall.T_air", settings.T_air_limit, "Hall air"),
    ):
        values = run.values(variable)
        yield Kpi(
            f"{name}_violation",
            measures.excess(run.time, values, limit) / 3600.0,
            "K.h",
            f"{what} above {limit - 273.15:.4g} degC",
            f"sampled {variable}",
            run.group,
        )
        yield Kpi(
            f"{name}_max", float(values.max()) - 273.15, "degC", f"{what}, highest", f"sampled {variable}", run.group
        )
    supply, limit = run.values("peak.T_out"), settings.T_network_supply_limit
    yield Kpi(
        "network_supply_violation",
        measures.excess(run.time, -supply, -limit) / 3600.0,
        "K.h",
        f"Network supply below {limit - 273.15:.4g} degC",
        "sampled peak.T_out",
        run.group,
    )
    yield Kpi(
        "network_supply_min",
        float(supply.min()) - 273.15,
        "degC",
        "Network supply, lowest",
        "sampled peak.T_out",
        run.group,
    )
    tcs = run.values("hall.T_tcs_supply")
    approach = tcs - run.values("hall.T_fws_supply")
    heat = np.maximum(run.values("hall.m_flow_tcs") * (run.values("hall.T_tcs_return") - tcs), 0.0)
    weight = measures.integrate(run.time, heat)
    mean = measures.integrate(run.time, heat * approach) / weight if weight > 0 else None
    source = "sampled hall.T_tcs_supply, hall.T_fws_supply"
    what = "Technology-loop supply above facility-water supply"
    yield Kpi("cdu_approach_mean", mean, "K", f"{what}, mean weighted with the heat", source, run.group)
    yield Kpi("cdu_approach_min", float(approach.min()), "K", f"{what}, lowest", source, run.group)
    yield Kpi("cdu_approach_max", float(approach.max()), "K", f"{what}, highest", source, run.group)


def command_names(run: Run, settings: Settings) -> list[str]:
    """Return the commands of a run: those asked for, else every scalar `controller.y` without a unit."""
    if settings.commands is not None:
        return list(settings.commands)
    names = [
        str(name)
        for name, variable in run.ds.data_vars.items()
        if str(name).endswith(".y") and variable.dims == ("time",) and variable.attrs.get("units", "1") in ("1", "")
    ]
    if not names:
        raise UsageError("KPI group 'actuators' needs commands 'controller.y', which the run does not hold; name them")
    return sorted(names)


def actuators(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Travel and reversals of each command."""
    for name in command_names(run, settings):
        values = run.values(name)
        command = name.removesuffix(".y")
        yield Kpi(
            f"travel:{command}",
            measures.travel(values, settings.dead_band),
            "1",
            f"Way of the command {command}, up and down together, moves below {settings.dead_band:g} left out",
            f"sampled {name}",
            run.group,
        )
        yield Kpi(
            f"reversals:{command}",
            float(measures.reversals(values, settings.dead_band)),
            "1",
            f"Turns of the command {command} by more than {settings.dead_band:g}",
            f"sampled {name}",
            run.group,
        )


def mode_names(attrs: dict[str, object]) -> dict[int, str]:
    """Return the names of operating modes from a variable's attributes.

    CF's `flag_values` and `flag_meanings` are used; without them a description like `Operating mode: 0 off, 1 on`.
    """
    if "flag_values" in attrs and "flag_meanings" in attrs:
        meanings = str(attrs["flag_meanings"]).split()
        return {int(v): m for v, m in zip(np.atleast_1d(np.asarray(attrs["flag_values"])), meanings, strict=False)}
    return {
        int(number): name for number, name in re.findall(r"(\d+)\s+([A-Za-z_]\w*)", str(attrs.get("long_name", "")))
    }


def modes(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Time in each operating mode and number of changes."""
    values = np.rint(run.values("supervisor.mode")).astype(int)
    names = mode_names(dict(run.ds["supervisor.mode"].attrs))
    source = "sampled supervisor.mode"
    changes = float(np.count_nonzero(np.diff(values)))
    yield Kpi("mode_changes", changes, "1", "Changes of the operating mode", source, run.group)
    for mode in sorted({*names, *values.tolist()}):
        name = names.get(mode, f"mode_{mode}")
        hours = measures.time_on(run.time, values == mode) / 3600.0
        yield Kpi(f"hours:{name}", hours, "h", f"Time in operating mode {name}", source, run.group)


def energy_balance(run: Run, settings: Settings) -> Iterator[Kpi]:
    """Residual of the energy balance, total and worst unit or bond."""
    result = audit(run.ds)
    source = "meters unit.E_in_*, unit.U"
    yield Kpi(
        "energy_residual",
        result.total.share,
        "1",
        "Energy residual over energy exchanged, whole system",
        source,
        run.group,
    )
    worst = result.worst
    what = "Largest energy residual over energy exchanged of a unit or bond"
    # which one it is belongs to the run, and the description to all runs
    yield Kpi("energy_residual_worst", worst.share, "1", what, f"{source}: {worst.kind} {worst.name}", run.group)


GROUPS: dict[str, Group] = {
    "data_center": data_center,
    "heat_pump": heat_pump,
    "storage": storage,
    "network": network,
    "peak": peak,
    "cost": cost,
    "co2": co2,
    "temperatures": temperatures,
    "actuators": actuators,
    "modes": modes,
    "energy_balance": energy_balance,
}
