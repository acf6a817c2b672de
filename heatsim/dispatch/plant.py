"""What storage dispatch knows of a plant: a few linear laws and limits for each part, in SI units.

The records are small on purpose: an optimisation needs laws that are linear, or linear in pieces. Where their numbers
come from: `heatsim.dispatch.reading` takes them from a system, `heatsim.dispatch.calibration` from a run of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from heatsim.errors import UsageError

CP_WATER = 4186.0
"""Specific heat capacity of water, J/(kg K)."""
RHO_WATER = 983.0
"""Density of water at 60 °C, kg/m3."""


def _check(record: Any, low: dict[str, float], high: dict[str, float] | None = None) -> None:
    """Refuse fields that are not finite or lie below or above a limit; one line names record and field."""
    what = type(record).__name__
    for name, limit in low.items():
        value = getattr(record, name)
        if not math.isfinite(value) or value < limit:
            raise UsageError(f"{what}.{name} is {value:g}; give a finite number of at least {limit:g}")
    for name, limit in (high or {}).items():
        if getattr(record, name) > limit:
            raise UsageError(f"{what}.{name} is {getattr(record, name):g}; give at most {limit:g}")


@dataclass(frozen=True)
class Curve:
    """A function that is linear between points and constant outside of them.

    Attributes
    ----------
    x, y
        Points, `x` increasing; one point is a constant.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or not self.x:
            raise UsageError(f"a curve has {len(self.x)} x and {len(self.y)} y; give as many of each, at least one")
        if not np.all(np.isfinite([*self.x, *self.y])) or np.any(np.diff(self.x) <= 0):
            raise UsageError("a curve needs finite points with increasing x")

    def __call__(self, x: Any) -> np.ndarray:
        """Return the values at `x`."""
        return np.interp(np.asarray(x, dtype=float), self.x, self.y)


@dataclass(frozen=True)
class Hall:
    """Heat that the data center offers, linear in its IT power.

    Attributes
    ----------
    heat_base, heat_per_power
        Heat to the facility water: `heat_base + heat_per_power * P_IT`, W and 1.
    T_source_base, T_source_per_power
        Water to the heat pumps at full recovery: `T_source_base + T_source_per_power * P_IT`, K and K/W. Only used
        where the forecasts have no `T_source`.
    rejection_power
        Electricity of the dry coolers per heat rejected, 1.
    fans
        Electricity of the hall's other fans, W: a run meters all fans together, and these do not depend on dispatch.
    """

    heat_base: float = 0.0
    heat_per_power: float = 1.03
    T_source_base: float = 308.15
    T_source_per_power: float = 5e-7
    rejection_power: float = 0.02
    fans: float = 0.0

    def heat(self, P_IT: Any) -> np.ndarray:
        """Return the heat offered, W, for an IT power, W."""
        return np.maximum(self.heat_base + self.heat_per_power * np.asarray(P_IT, dtype=float), 0.0)

    def T_source(self, P_IT: Any) -> np.ndarray:
        """Return the temperature of the water to the heat pumps, K, for an IT power, W."""
        return self.T_source_base + self.T_source_per_power * np.asarray(P_IT, dtype=float)


@dataclass(frozen=True)
class HeatPumps:
    """A group of equal heat pumps.

    Attributes
    ----------
    name
        Name of the group.
    machines
        Number of machines.
    heat
        Heat of one machine at full load, W.
    minimum_load
        Lowest load of a running machine, 1.
    COP
        Coefficient of performance at full load over the lift, K: temperature of the water leaving the condensers minus
        that of the water entering the evaporators.
    part_load
        Power over power at full load, by load: the curve of `P(load)/P(1)` between `minimum_load` and 1. Where it is
        not convex, the optimisation uses the largest convex curve below it; see `heatsim.dispatch.power`.
    standby
        Electric power of one machine at rest and in operation, W.
    pump
        Electricity of the condenser pumps per heat, 1.
    minimum_on, minimum_off
        Shortest time a machine runs and stands, s.
    start_cost
        Wear of a start, EUR.
    start_energy
        Electricity of a start beyond that of operation, J.
    ramp
        Largest change of a machine's load, 1/s; 0 for no limit. Starting and stopping machines are free to jump to
        their lowest load.
    """

    name: str = "heat_pump"
    machines: int = 3
    heat: float = 4e6
    minimum_load: float = 0.3
    COP: Curve = Curve((45.0,), (3.5,))
    part_load: Curve = Curve((0.3, 1.0), (0.3, 1.0))
    standby: float = 5e3
    pump: float = 0.0
    minimum_on: float = 600.0
    minimum_off: float = 1200.0
    start_cost: float = 0.0
    start_energy: float = 0.0
    ramp: float = 0.0

    def __post_init__(self) -> None:
        _check(
            self,
            {
                "machines": 1,
                "heat": 1.0,
                "minimum_load": 0.0,
                "standby": 0.0,
                "pump": 0.0,
                "minimum_on": 0.0,
                "minimum_off": 0.0,
                "start_cost": 0.0,
                "start_energy": 0.0,
                "ramp": 0.0,
            },
            {"minimum_load": 1.0},
        )
        if min(self.COP.y) <= 1.0:
            raise UsageError(f"HeatPumps.COP falls to {min(self.COP.y):g}; a heat pump's is above 1")


@dataclass(frozen=True)
class Tank:
    """A stratified tank.

    Attributes
    ----------
    volume
        Volume of the water, m3.
    T_hot, T_cold
        Temperatures of a full and of an empty tank, K; the state of charge is linear between them.
    UA
        Conductance to the ambient, W/K.
    charge_min, charge_max
        Usable range of the state of charge, 1: the thermocline takes the rest.
    charge_power, discharge_power
        Largest heat flow into and out of the tank, W.
    capacity_factor
        Heat per state of charge over that of the water alone, 1: what a run shows (`heatsim.dispatch.calibration`).
    """

    volume: float = 2000.0
    T_hot: float = 348.15
    T_cold: float = 318.15
    UA: float = 150.0
    charge_min: float = 0.05
    charge_max: float = 0.95
    charge_power: float = 12e6
    discharge_power: float = 14e6
    capacity_factor: float = 1.0

    def __post_init__(self) -> None:
        if not self.volume > 0.0 or not math.isfinite(self.volume):
            raise UsageError(f"Tank.volume is {self.volume:g} m3; give a positive volume, or tank=None for no tank")
        _check(self, {"UA": 0.0, "charge_power": 0.0, "discharge_power": 0.0, "capacity_factor": 0.01})
        if not self.T_hot > self.T_cold:
            raise UsageError(f"Tank.T_hot {self.T_hot:g} K is not above Tank.T_cold {self.T_cold:g} K")
        if not self.charge_min < self.charge_max:
            raise UsageError(f"Tank.charge_min {self.charge_min:g} is not below Tank.charge_max {self.charge_max:g}")

    @property
    def capacity(self) -> float:
        """Heat between an empty and a full tank, J."""
        return self.capacity_factor * self.volume * RHO_WATER * CP_WATER * (self.T_hot - self.T_cold)

    def loss(self, state_of_charge: Any, T_ambient: Any) -> Any:
        """Return the heat lost, W; linear in the state of charge."""
        return self.UA * (self.T_cold - T_ambient) + self.UA * (self.T_hot - self.T_cold) * state_of_charge


@dataclass(frozen=True)
class PeakPlant:
    """Boilers that give what is missing.

    Attributes
    ----------
    heat
        Largest heat, W.
    efficiency
        Heat over fuel (lower heating value) or electricity, 1.
    carrier
        "gas" or "electricity".
    after_tank
        Whether the boilers stand in series behind the tank: they heat only once the tank is discharged, as in the
        reference plant, where the whole supply passes the tank's hot header first.
    losses
        Heat lost to the boiler room at all times, W.
    """

    heat: float = 14e6
    efficiency: float = 0.92
    carrier: str = "gas"
    after_tank: bool = False
    losses: float = 0.0

    def __post_init__(self) -> None:
        _check(self, {"heat": 0.0, "efficiency": 0.01, "losses": 0.0})
        if self.carrier not in ("gas", "electricity"):
            raise UsageError(f"PeakPlant.carrier '{self.carrier}' is unknown; choose 'gas' or 'electricity'")


@dataclass(frozen=True)
class CHP:
    """An engine that makes heat and electricity from gas.

    Attributes
    ----------
    heat, power
        Heat and electricity at full load, W.
    fuel
        Fuel at full load, W (lower heating value).
    minimum_load
        Lowest load while it runs, 1; power and fuel are proportional to the load.
    start_cost
        Wear of a start, EUR.
    minimum_on, minimum_off
        Shortest time it runs and stands, s.
    """

    heat: float = 2e6
    power: float = 1.6e6
    fuel: float = 4.2e6
    minimum_load: float = 0.5
    start_cost: float = 0.0
    minimum_on: float = 3600.0
    minimum_off: float = 3600.0

    def __post_init__(self) -> None:
        _check(self, {"heat": 1.0, "power": 0.0, "fuel": 1.0, "minimum_load": 0.0}, {"minimum_load": 1.0})
        if self.heat + self.power > self.fuel * 1.05:
            raise UsageError("CHP: heat and power together exceed the fuel (lower heating value); check the units")


@dataclass(frozen=True)
class Network:
    """What the network takes beside the demand of its consumers.

    Attributes
    ----------
    loss
        Heat lost by the pipes, W.
    pump
        Electricity of the network pump as a polynomial of the demand, W, W/W, W/W2, …: it depends on the demand, not
        on the dispatch, and is there so that the cost compares with a metered one.
    """

    loss: float = 0.0
    pump: tuple[float, ...] = (0.0,)

    def pump_power(self, demand: Any) -> np.ndarray:
        """Return the electric power of the network pump, W, for a demand, W."""
        return np.maximum(np.polynomial.polynomial.polyval(np.asarray(demand, dtype=float), self.pump), 0.0)


@dataclass(frozen=True)
class Tariff:
    """What is paid and earned beside the prices of the forecasts.

    Attributes
    ----------
    grid_charge
        Charge on every unit of electricity drawn, EUR/J.
    peak_charge
        Charge on the highest mean power of an interval in the horizon, EUR/W.
    feed_in
        What a unit of electricity fed into the grid (CHP) earns over its price: -grid fees or +premium, EUR/J.
    co2_price
        EUR/kg.
    co2_limit
        Most CO2 in the horizon, kg; None for no limit.
    co2_gas
        Emissions of the gas, kg/J (lower heating value).
    heat_value
        What a unit of heat recovered from the hall earns, EUR/J.
    unmet_cost
        Penalty on demand that is not met, EUR/J; None: demand must be met, and a plan that cannot is an error.
    """

    grid_charge: float = 0.0
    peak_charge: float = 0.0
    feed_in: float = 0.0
    co2_price: float = 0.0
    co2_limit: float | None = None
    co2_gas: float = 0.202 / 3.6e6
    heat_value: float = 0.0
    unmet_cost: float | None = None

    def __post_init__(self) -> None:
        _check(self, {"grid_charge": 0.0, "peak_charge": 0.0, "co2_price": 0.0, "co2_gas": 0.0, "heat_value": 0.0})
        for name in ("co2_limit", "unmet_cost"):
            value = getattr(self, name)
            if value is not None and (not math.isfinite(value) or value < 0.0):
                raise UsageError(f"Tariff.{name} is {value:g}; give a number of at least 0, or None")


@dataclass(frozen=True)
class DispatchPlant:
    """A plant as dispatch sees it.

    Attributes
    ----------
    hall
        Heat offered by the data center.
    heat_pumps
        Groups of equal heat pumps.
    tank
        Tank; None for none.
    peak
        Peak plant.
    chp
        Engine; None for none.
    network
        Loss and pump of the network.
    tariff
        Charges and values.
    T_sink
        Water leaving the condensers, K, where the forecasts have no `T_sink`.
    """

    hall: Hall = field(default_factory=Hall)
    heat_pumps: tuple[HeatPumps, ...] = (HeatPumps(),)
    tank: Tank | None = field(default_factory=Tank)
    peak: PeakPlant = field(default_factory=PeakPlant)
    chp: CHP | None = None
    network: Network = field(default_factory=Network)
    tariff: Tariff = field(default_factory=Tariff)
    T_sink: float = 349.15

    def __post_init__(self) -> None:
        names = [group.name for group in self.heat_pumps]
        if not names or len(set(names)) < len(names):
            raise UsageError(f"DispatchPlant.heat_pumps has groups {names}; give at least one, with different names")

    def having(self, **changes: Any) -> DispatchPlant:
        """Return the plant with fields changed; `tank__volume=500` changes the field of a part."""
        whole: dict[str, Any] = {}
        parts: dict[str, dict[str, Any]] = {}
        for name, value in changes.items():
            part, nested, key = name.partition("__")
            if part not in {one.name for one in fields(self)}:
                raise UsageError(f"DispatchPlant has no field '{part}'")
            if nested:
                parts.setdefault(part, {})[key] = value
            else:
                whole[part] = value
        result = replace(self, **whole)
        for part, values in parts.items():
            record = getattr(result, part)
            if record is None or isinstance(record, tuple):
                raise UsageError(f"DispatchPlant.{part} has no fields to change one by one; give the whole {part}=")
            unknown = set(values) - {one.name for one in fields(record)}
            if unknown:
                raise UsageError(f"{type(record).__name__} has no field '{sorted(unknown)[0]}'")
            result = replace(result, **{part: replace(record, **values)})
        return result
