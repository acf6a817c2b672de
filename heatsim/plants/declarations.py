"""Parameters, inputs and outputs of a written network: what the FMU shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from heatsim.plants.design import Design
from heatsim.plants.layout import Layout

LOST_ON_THE_WAY = 2.0
"""How much colder than at the plant the supply is at the consumers at the design point, K."""


@dataclass(frozen=True)
class Settings:
    """What the model is written with besides the network itself; temperatures in K, pressures in Pa, times in s."""

    name: str
    medium: str
    drive: str
    T_supply: float
    T_return: float
    T_ground: float
    load_start: float


def number(value: float) -> str:
    """Return a number as Modelica writes it, ten digits."""
    return f"{float(value):.10g}"


def array(values: Sequence[float]) -> str:
    """Return an array as Modelica writes it."""
    return "{" + ", ".join(number(value) for value in values) + "}"


def words(names: Iterable[str]) -> str:
    """Return names for the inside of a Modelica string, with commas between."""
    return ", ".join(name.replace("\\", "\\\\").replace('"', '\\"') for name in names)


def declarations(found: Layout, design: Design, settings: Settings, substations: int) -> list[str]:
    """Return the lines that declare parameters, inputs and outputs.

    Parameters
    ----------
    substations
        How many consumers are substations.
    """
    pump = settings.drive == "pump"
    return [
        *_parameters(design, settings, pump),
        *_inputs(found, design, settings, pump),
        *_outputs(len(found.consumers), substations, pump),
        *_meters(pump),
    ]


def _line(prefix: str, type_: str, name: str, description: str, **attributes: str) -> str:
    inside = ", ".join(f"{key.replace('__', ' ')}={value}" for key, value in attributes.items())
    kind = type_ if type_ == "Real" else f"HeatReuse.Types.{type_}"
    return f'  {prefix} {kind} {name}{f"({inside})" if inside else ""} "{description}";'


def _value(type_: str, name: str, value: float, description: str) -> str:
    return f'  parameter HeatReuse.Types.{type_} {name} = {number(value)} "{description}";'


def _parameters(design: Design, settings: Settings, pump: bool) -> list[str]:
    lines = [
        _value("Temperature", "T_supply_start", settings.T_supply, "Initial temperature of the supply pipes"),
        _value("Temperature", "T_return_start", settings.T_return, "Initial temperature of the return pipes"),
    ]
    if pump:
        head = "Head of the network pump at its design point"
        lines += [
            _value("MassFlowRate", "m_flow_nominal", design.m_flow_nominal, "Design flow of the plant"),
            _value("PressureDifference", "dp_pump_nominal", design.dp_pump, head),
            _value("Fraction", "speed_nominal", 0.95, "Speed of the network pump at its design point"),
        ]
    return lines


def _inputs(found: Layout, design: Design, settings: Settings, pump: bool) -> list[str]:
    peaks = [consumer.Q_flow_nominal for consumer in found.consumers]
    supply = {"start": number(settings.T_supply), "min": "273.15", "max": "403.15"}
    if pump:
        speed = {"unit": '"1"', "start": "0.9", "min": "0", "max": "1"}
        drive = _line("input", "Real", "speed_pump", "Command of the network pump", **speed)
    else:
        limits = {"start": number(design.dp_pump), "min": "0", "max": number(3 * design.dp_pump)}
        drive = _line("input", "PressureDifference", "dp_plant", "Pressure difference at the plant", **limits)
    demand = {
        "start": array([settings.load_start * peak for peak in peaks]),
        "each__min": "0",
        "max": array([1.5 * peak for peak in peaks]),
    }
    ground = {"start": number(settings.T_ground), "min": "243.15", "max": "313.15"}
    return [
        _line("input", "Temperature", "T_supply", "Supply temperature", **supply),
        drive,
        _line("input", "HeatFlowRate", f"Q_flow_demand[{len(peaks)}]", "Heat demand, per consumer", **demand),
        _line("input", "Temperature", "T_ground", "Temperature of the undisturbed ground", **ground),
    ]


def _outputs(consumers: int, substations: int, pump: bool) -> list[str]:
    n = f"[{consumers}]"
    found = [
        ("Temperature", "T_return", "Return temperature"),
        ("MassFlowRate", "m_flow", "Flow of the network"),
        ("PressureDifference", "dp_critical", "Smallest pressure difference at a consumer"),
        ("HeatFlowRate", f"Q_flow_delivered{n}", "Heat taken, per consumer"),
        ("HeatFlowRate", "Q_flow_delivered_total", "Heat taken by all consumers"),
        ("HeatFlowRate", "Q_flow_unmet", "Demand of all consumers that is not met"),
        ("HeatFlowRate", "Q_flow_loss", "Heat lost to the ground"),
        ("Temperature", f"T_consumer{n}", "Primary supply temperature, per consumer"),
        ("MassFlowRate", f"m_flow_consumer{n}", "Primary flow, per consumer"),
        ("PressureDifference", f"dp_consumer{n}", "Pressure difference, per consumer"),
    ]
    if pump:
        found += [
            ("PressureDifference", "dp_pump", "Head of the network pump"),
            ("Power", "P_pump", "Electric power of the network pump"),
        ]
    lines = [_line("output", type_, name, description) for type_, name, description in found]
    if substations:
        k = f"[{substations}]"
        lines.append(_line("output", "Temperature", f"T_secondary{k}", "Secondary supply temperature, per substation"))
        unit = {"each__unit": '"1"'}
        lines.append(_line("output", "Real", f"opening{k}", "Lift of the control valve, per substation", **unit))
    lines.append(_line("output", "Energy", "U", "Internal energy relative to 273.15 K"))
    return lines


def _meters(pump: bool) -> list[str]:
    found = {
        "E_in_supply": "Energy taken in with the water of the plant: supply minus return",
        "E_in_consumers": "Energy taken in from the consumers, negative when heat is given",
        "E_in_ground": "Energy taken in from the ground, negative for a loss",
        "E_demand": "Heat that the consumers asked for",
        "E_unmet": "Heat that the consumers asked for and did not get at that time",
    }
    if pump:
        found["E_in_pump"] = "Energy taken in with the shaft power of the pump"
        found["E_pump"] = "Electricity of the network pump"
    # the heat to the ground is the sum of the meters of all pipes
    start = {"start": "0", "fixed": "true"}
    return [
        _line("output", "Energy", name, what, **({} if name == "E_in_ground" else start))
        for name, what in found.items()
    ]
