"""Published plants that the reference plant can be sized and tuned to, with the source of every number.

A `Preset` holds what describes such a plant from outside: temperatures, capacities, number of machines. Each is a
`Figure`: a value in SI units and where it comes from; what nobody has published is marked as assumed, with the reason.
`heatsim.reference.sizing` turns it into parameters and set points.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from heatsim.errors import UsageError, near_miss

ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Figure:
    """A number and where it comes from.

    Attributes
    ----------
    value
        In SI units.
    unit
        Unit of the value.
    source
        Publication, or "assumed: " and the reason.
    difference
        Whether a value in K is a temperature difference.
    """

    value: float
    unit: str
    source: str
    difference: bool = False

    @property
    def assumed(self) -> bool:
        """Whether the number is ours and not a published one."""
        return self.source.startswith("assumed: ")

    def __str__(self) -> str:
        if self.unit == "K" and not self.difference:
            return f"{self.value - ZERO_CELSIUS:.4g} degC"
        if self.unit == "W":
            return f"{self.value / 1e6:.4g} MW"
        if self.unit == "J":
            return f"{self.value / 3.6e9:,.0f} MWh"
        return f"{self.value:g}" + (f" {self.unit}" if self.unit != "1" else "")


@dataclass(frozen=True)
class Preset:
    """A published plant.

    Attributes
    ----------
    name, title
        Short name, and what and where it is.
    it_capacity
        Rated IT power, W.
    liquid_share
        Share of the IT power that goes to cold plates.
    heat_capacity
        Heat of all heat pumps together, W.
    machines
        Number of heat pumps.
    correlation
        Correlation of the COP, as in `HeatReuse.Types.CorrelationCOP`.
    T_source
        Water from the hall to the heat pumps, K.
    T_hall_supply
        Water from the heat pumps back to the hall, K.
    T_sink
        Water leaving the heat pumps, K.
    T_return
        Water returning from the network, K.
    T_air
        Air at the inlets of the air-cooled servers, K.
    trim_lift
        Leaving facility water minus evaporator surface of the coolers of the air-cooled share, K; 0 for plain coils.
    T_secondary
        Set point of the consumers' own supply, K.
    storage_volume
        Volume of the tank, m3.
    network_peak
        Peak demand of the network behind the plant, W.
    COP
        Published coefficient of performance; None when there is none.
    annual_heat
        Published heat a year, J; None when there is none.
    """

    name: str
    title: str
    it_capacity: Figure
    liquid_share: Figure
    heat_capacity: Figure
    machines: Figure
    correlation: str
    T_source: Figure
    T_hall_supply: Figure
    T_sink: Figure
    T_return: Figure
    T_air: Figure
    trim_lift: Figure
    T_secondary: Figure
    storage_volume: Figure
    network_peak: Figure
    COP: Figure | None = None
    annual_heat: Figure | None = None

    @property
    def plain_coils(self) -> bool:
        """Whether the air is cooled by coils without trim compressors."""
        return self.trim_lift.value == 0.0

    def limits(self) -> dict[str, float]:
        """Return temperature limits of key figures and plots, K, as attributes of a run.

        Technology loop: 10 K above the water to the hall, but no less than 40 °C (class W40, ASHRAE TC 9.9). Network
        supply: 6 K below the water leaving the heat pumps, which is 70 °C for the reference plant.
        """
        return {
            "limit_T_tcs_supply": max(ZERO_CELSIUS + 40.0, self.T_hall_supply.value + 10.0),
            "limit_T_network_supply": self.T_sink.value - 6.0,
        }

    def figures(self) -> dict[str, Figure]:
        """Return all numbers by name."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if isinstance(value, Figure)}

    def __str__(self) -> str:
        width = max(map(len, self.figures()))
        lines = [f"{name:<{width}}  {figure!s:>12}  {figure.source}" for name, figure in self.figures().items()]
        return "\n".join([f"{self.name}: {self.title}", *(f"  {line}" for line in lines)])


def _celsius(value: float, source: str) -> Figure:
    return Figure(value + ZERO_CELSIUS, "K", source)


def _megawatt(value: float, source: str) -> Figure:
    return Figure(value * 1e6, "W", source)


def _assumed_hall(heat: float, COP: float) -> Figure:
    """IT power whose heat the machines lift at full load."""
    return _megawatt(
        float(np.round(heat * (1.0 - 1.0 / COP), 2)), "assumed: the heat that the machines lift at full load"
    )


_PLAN = "the library's default parameters: a plan, not a built plant"
_DBDH = "K. Winther, Facebook heating up 7000 homes in Denmark, DBDH (dbdh.dk)"
_META = "Facebook hooks up Odense data centre to local district heating system, Techerati, 9 July 2020"
_RAMBOLL = "Ramboll, Unprecedented data centre surplus heat recovery to fuel district heat network (ramboll.dk)"
_EHPA = "EHPA, Mäntsälä combined data and heat (decarbheat.eu)"
_BDEW = "BDEW, Stadtwerke Norderstedt nutzen Rechenzentrum für die Wärmewende (bdew.de)"
_CARRIER = "stadt+werk, Norderstedt: Stadtwerke nutzen Abwärme von Rechenzentrum (stadt-und-werk.de)"
_P2H = "P2H Computing, The technical path of data-centre waste heat (p2h-computing.de)"
_DCD = "DCD via BeBeez, Municipal German utility deploys district heating pilot, 2 June 2025 (bebeez.eu)"
_EHP = "EuroHeat&Power, Wärmepumpen liefern bald grüne Wärme aus Abwärme (energie.de)"
_DENA = "dena, Energy Efficiency Award 2024, SachsenEnergie and TU Dresden (dena.de)"

_NETWORK = "assumed: the heat pumps carry the base load, as in the reference plant"
_TANK = "assumed: 2000 m3 for 12 MW, as in the reference plant"

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="reference",
            title="10 MW of liquid-cooled servers that heat a town",
            it_capacity=_megawatt(10.0, _PLAN),
            liquid_share=Figure(0.85, "1", _PLAN),
            heat_capacity=_megawatt(12.0, _PLAN),
            machines=Figure(3, "1", _PLAN),
            correlation="Jesper",
            T_source=_celsius(40.0, _PLAN),
            T_hall_supply=_celsius(30.0, _PLAN),
            T_sink=_celsius(76.0, _PLAN + "; 75 degC in the network and a kelvin in hand"),
            T_return=_celsius(45.0, _PLAN),
            T_air=_celsius(25.0, _PLAN),
            trim_lift=Figure(18.0, "K", _PLAN, difference=True),
            T_secondary=_celsius(60.0, _PLAN),
            storage_volume=Figure(2000.0, "m3", _PLAN),
            network_peak=_megawatt(14.0, _PLAN),
        ),
        Preset(
            name="odense",
            title="Meta and Fjernvarme Fyn, Odense (Denmark), first stage of 2020, ammonia",
            it_capacity=_assumed_hall(25.0, 3.33),
            liquid_share=Figure(0.01, "1", f"{_META}: all servers are cooled by air over water coils"),
            heat_capacity=_megawatt(25.0, _META),
            machines=Figure(9, "1", _DBDH),
            correlation="Jesper",
            T_source=_celsius(27.0, _DBDH),
            T_hall_supply=_celsius(17.0, "assumed: 10 K across the evaporators, as in the reference plant"),
            T_sink=_celsius(75.0, f"{_DBDH}; 70 to 75 degC in {_RAMBOLL}"),
            T_return=_celsius(38.0, f"{_DBDH}: 35 to 40 degC"),
            T_air=_celsius(22.0, "assumed: air 5 K above the water to the hall"),
            trim_lift=Figure(0.0, "K", f"{_META}: plain coils in the return air", difference=True),
            T_secondary=_celsius(60.0, "assumed: consumers as in the reference plant"),
            storage_volume=Figure(4200.0, "m3", _TANK),
            network_peak=_megawatt(29.0, _NETWORK),
            annual_heat=Figure(100e3 * 3.6e9, "J", _META),
        ),
        Preset(
            name="mantsala",
            title="Yandex and Mäntsälän Sähkö, Mäntsälä (Finland), first stage of 2015, R134a",
            it_capacity=_assumed_hall(3.6, 3.4),
            liquid_share=Figure(0.01, "1", f"{_EHPA}: exhaust air to water"),
            heat_capacity=_megawatt(3.6, _EHPA),
            machines=Figure(3, "1", "assumed: three machines, as in the reference plant"),
            correlation="Jesper",
            T_source=_celsius(40.0, _EHPA),
            T_hall_supply=_celsius(30.0, "assumed: 10 K across the evaporators, as in the reference plant"),
            T_sink=_celsius(85.0, _EHPA),
            T_return=_celsius(50.0, "assumed: return of a network at 85 degC"),
            T_air=_celsius(32.0, "assumed: exhaust air must be above 40 degC, and ASHRAE class A1 allows 32 degC"),
            trim_lift=Figure(0.0, "K", f"{_EHPA}: heat exchangers in the exhaust air", difference=True),
            T_secondary=_celsius(65.0, "assumed: consumers of a network at 85 degC"),
            storage_volume=Figure(600.0, "m3", _TANK),
            network_peak=_megawatt(4.2, _NETWORK),
            COP=Figure(3.4, "1", _EHPA),
        ),
        Preset(
            name="norderstedt",
            title="Stadtwerke Norderstedt (Germany), 2024, R1234ze",
            it_capacity=_megawatt(1.2, f"{_DCD}: cooling capacity"),
            liquid_share=Figure(0.01, "1", f"{_BDEW}: servers cooled by air"),
            heat_capacity=_megawatt(1.8, f"{_BDEW}; {_CARRIER}"),
            machines=Figure(2, "1", f"{_BDEW}; {_CARRIER}"),
            correlation="Arpagaus",
            T_source=_celsius(19.0, _BDEW),
            T_hall_supply=_celsius(13.0, _CARRIER),
            T_sink=_celsius(81.0, f"{_BDEW}; {_CARRIER}"),
            T_return=_celsius(55.0, _P2H),
            T_air=_celsius(18.0, f"assumed: 12 K below the air behind the servers, about 28 degC in {_BDEW}"),
            trim_lift=Figure(0.0, "K", f"{_BDEW}: chilled water cools the air", difference=True),
            T_secondary=_celsius(70.0, "assumed: consumers of a network at 81 degC"),
            storage_volume=Figure(300.0, "m3", _TANK),
            network_peak=_megawatt(2.1, _NETWORK),
            COP=Figure(3.0, "1", f"{_DCD}: 1.8 MW of heat with 1.2 MW of cooling"),
        ),
        Preset(
            name="campus",
            title="Supercomputer of TU Dresden (Germany) heating campus and city, 2024",
            it_capacity=_assumed_hall(3.8, 4.5),
            liquid_share=Figure(0.99, "1", f"{_DENA}: warm-water cooling"),
            heat_capacity=_megawatt(3.8, _DENA),
            machines=Figure(3, "1", f"{_EHP}; {_DENA}"),
            correlation="Jesper",
            T_source=_celsius(55.0, _EHP),
            T_hall_supply=_celsius(45.0, "assumed: 10 K across the evaporators, as in the reference plant"),
            T_sink=_celsius(90.0, _EHP),
            T_return=_celsius(55.0, "assumed: return of a network at 90 degC"),
            T_air=_celsius(25.0, "assumed: a rest of one hundredth, as in the reference plant"),
            trim_lift=Figure(
                33.0, "K", "assumed: holds the evaporator surface of the rest at 22 degC", difference=True
            ),
            T_secondary=_celsius(65.0, "assumed: consumers of a network at 90 degC"),
            storage_volume=Figure(630.0, "m3", _TANK),
            network_peak=_megawatt(4.4, _NETWORK),
            annual_heat=Figure(24e3 * 3.6e9, "J", _EHP),
        ),
    )
}
"""Published plants by name; "reference" is the plant of the library's default parameters."""


def preset(name: str) -> Preset:
    """Return a published plant.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    if name not in PRESETS:
        hint = near_miss(name, PRESETS) or f": use one of {', '.join(PRESETS)}"
        raise UsageError(f"unknown preset '{name}'{hint}")
    return PRESETS[name]
