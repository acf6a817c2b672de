"""From a published plant to the parameters of the five FMUs and the set points of the loops."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from heatsim.errors import UsageError
from heatsim.reference.loops import LOOPS, Loop
from heatsim.reference.presets import PRESETS, Preset

_REFERENCE = PRESETS["reference"]

APPROACH = 4.0
"""Technology-loop supply above facility water to the hall, K: the approach of the CDUs at nominal operation."""
COOLER_BAND = 2.0
"""Set point of the dry coolers above that of the heat pumps, K, so that the two do not fight."""
NETWORK_BAND = 2.0
"""Set point of the peak plant below that of the heat pumps, K."""
SINK_RESERVE = 9.0
"""Highest leaving temperature of the machines above their set point, K."""
RETURN_APPROACH = 4.0
"""Primary return of the substations above the consumers' return at the design point, K."""
AIR_RISE = 12.0
"""Rise of the air over the servers at full load, K: default of `HeatReuse.DataCenter.AirCooledHall`."""
NETWORK_LOSS = 1.0
"""Network supply below the set point of the heat pumps at the design point, K."""


@dataclass(frozen=True)
class Sizing:
    """A plant of a preset at a given size.

    Attributes
    ----------
    preset
        What the plant is like.
    scale
        IT capacity over that of the preset.
    """

    preset: Preset
    scale: float

    @classmethod
    def of(cls, preset: Preset, it_capacity: float | None) -> Sizing:
        """Return a preset scaled to an IT capacity, W; None for the preset as it is."""
        return cls(preset, 1.0 if it_capacity is None else it_capacity / preset.it_capacity.value)

    @property
    def machines(self) -> int:
        """Number of heat pumps."""
        return int(self.preset.machines.value)

    @property
    def it_capacity(self) -> float:
        """Rated IT power, W."""
        return self.preset.it_capacity.value * self.scale

    @property
    def heat_capacity(self) -> float:
        """Nominal heat of all heat pumps together, W."""
        return self.preset.heat_capacity.value * self.scale

    @property
    def storage_volume(self) -> float:
        """Water in the tank, m3."""
        return self.preset.storage_volume.value * self.scale

    @property
    def machine_heat(self) -> float:
        """Nominal heat of one machine, W."""
        return self.preset.heat_capacity.value * self.scale / self.machines

    @property
    def peak_heat(self) -> float:
        """Heat of the peak plant and peak demand of the network, W."""
        return self.preset.network_peak.value * self.scale

    @property
    def T_sink_setpoint(self) -> float:
        """Set point of the water leaving the heat pumps, K."""
        return self.preset.T_sink.value

    @property
    def T_network_setpoint(self) -> float:
        """Supply temperature that the peak plant holds, K."""
        return self.preset.T_sink.value - NETWORK_BAND

    @property
    def flow_scale(self) -> float:
        """Condenser flow over that of the reference plant."""
        return self.scale * _sink_flow(self.preset) / _sink_flow(_REFERENCE)

    def having(self, *, heat_capacity: float | None = None, storage_volume: float | None = None) -> Sizing:
        """Return this plant with other heat pumps (heat of all, W) and another tank (m3); the rest stays as it is."""
        sizes = {"heat_capacity": heat_capacity, "storage_volume": storage_volume}
        changes = {
            name: replace(getattr(self.preset, name), value=size / self.scale)
            for name, size in sizes.items()
            if size is not None
        }
        return Sizing(replace(self.preset, **changes), self.scale)

    def sized(self, heat_capacity: float | None, storage_volume: float | None) -> Sizing:
        """Return this plant with the sizes that are given, as `having`; None leaves a size as it is.

        Raises
        ------
        UsageError
            If a size is outside of a thousandth to a thousand times that of the preset.
        """
        for name, size, value, unit in (
            ("heat_capacity", heat_capacity, self.heat_capacity, "W"),
            ("storage_volume", storage_volume, self.storage_volume, "m3"),
        ):
            if size is not None and not 1e-3 * value <= size <= 1e3 * value:
                raise UsageError(
                    f"{name} {size:g} {unit} lies outside of {1e-3 * value:g} to {1e3 * value:g} {unit}, a thousandth "
                    f"to a thousand times that of the plant; give a size in {unit}"
                )
        return self.having(heat_capacity=heat_capacity, storage_volume=storage_volume)

    def settings(self) -> dict[str, float]:
        """Return all values by `unit.name` that depend on the sizes: parameters of plants, loops and control."""
        found = {
            f"{unit}.{name}": value
            for unit, values in _parameters(self.preset, self.scale).items()
            for name, value in values.items()
        }
        found |= {f"{loop.name}.k": loop.k for loop in self.loops()}
        return found | {
            "supervisor.machine_heat": self.machine_heat,
            "capacity_feedforward.nominal": self.machine_heat,
        }

    def structure(self) -> dict[str, dict[str, object]]:
        """Return the compile-time parameters by unit; only of units where they differ from the library's defaults."""
        machines: dict[str, object] = {}
        if self.machines != int(_REFERENCE.machines.value):
            machines["nMachines"] = self.machines
        if self.preset.correlation != _REFERENCE.correlation:
            machines["correlation"] = f"HeatReuse.Types.CorrelationCOP.{self.preset.correlation}"
        hall: dict[str, object] = {"plain_coils": True} if self.preset.plain_coils else {}
        return {unit: values for unit, values in (("hall", hall), ("heat_pump", machines)) if values}

    def parameters(self) -> dict[str, dict[str, float]]:
        """Return the parameters of each plant by unit; only those that differ from the library's defaults."""
        mine, default = _parameters(self.preset, self.scale), _parameters(_REFERENCE, 1.0)
        return {
            unit: {name: value for name, value in values.items() if value != default[unit].get(name)}
            for unit, values in mine.items()
        }

    def loops(self) -> tuple[Loop, ...]:
        """Return the loops with the preset's set points and with gains for its flows and machines."""
        return tuple(loop.at(self._setpoint(loop), gain=self._gain(loop)) for loop in LOOPS)

    def _setpoint(self, loop: Loop) -> float | None:
        supply = self.preset.T_hall_supply.value
        return {
            "tcs_temperature": supply + APPROACH,
            "hall_air": self.preset.T_air.value,
            "dry_cooler": supply + COOLER_BAND,
            "heat_pump_capacity": self.T_sink_setpoint,
            "network_supply": self.T_network_setpoint,
        }.get(loop.name, loop.setpoint)

    def _gain(self, loop: Loop) -> float:
        # A flow grows with the plant, so the gain of its loop shrinks; the capacity loop commands a number of machines.
        if loop.unit == "kg/s":
            return 1.0 / self.flow_scale
        return self.machines / _REFERENCE.machines.value if loop.name == "heat_pump_capacity" else 1.0


def _sink_flow(preset: Preset) -> float:
    """Heat over temperature rise of the condensers, W/K."""
    return preset.heat_capacity.value / (preset.T_sink.value - preset.T_return.value)


def _coil_difference(preset: Preset) -> float:
    """Logarithmic mean of air over water in counterflow coils, K."""
    warm = preset.T_air.value + AIR_RISE - preset.T_source.value
    cold = preset.T_air.value - preset.T_hall_supply.value
    return cold if math.isclose(warm, cold) else (warm - cold) / math.log(warm / cold)


def _parameters(preset: Preset, scale: float) -> dict[str, dict[str, float]]:
    supply = preset.T_sink.value - NETWORK_LOSS  # in the pipes to the network
    return {
        "hall": {
            "P_IT_nominal": preset.it_capacity.value * scale,
            "liquid_share": preset.liquid_share.value,
            "dT_fws_nominal": preset.T_source.value - preset.T_hall_supply.value,
            "T_air_start": preset.T_air.value,
            **({"dT_coil": _coil_difference(preset)} if preset.plain_coils else {"trim_lift": preset.trim_lift.value}),
            "T_fws_supply_start": preset.T_hall_supply.value,
        },
        "heat_pump": {
            "Q_flow_nominal": preset.heat_capacity.value * scale,
            "T_source_nominal": preset.T_hall_supply.value,
            "T_sink_nominal": supply,
            "T_sink_max": preset.T_sink.value + SINK_RESERVE,
            "dT_sink_nominal": supply - preset.T_return.value,
            "T_sink_in_start": preset.T_return.value,
        },
        "storage": {
            "V": preset.storage_volume.value * scale,
            "V_header": 5.0 * scale * preset.heat_capacity.value / _REFERENCE.heat_capacity.value,
            "m_flow_nominal": 100.0 * scale * _sink_flow(preset) / _sink_flow(_REFERENCE),
            "T_hot_ref": supply,
            "T_cold_ref": preset.T_return.value,
            "T_top_start": supply,
            "T_bottom_start": preset.T_return.value,
        },
        "peak": {"Q_flow_nominal": preset.network_peak.value * scale, "T_start": supply},
        "grid": {
            "Q_flow_nominal": preset.network_peak.value * scale,
            "T_supply_nominal": supply,
            "T_secondary_supply": preset.T_secondary.value,
            "T_secondary_return": preset.T_return.value - RETURN_APPROACH - NETWORK_LOSS,
            "T_supply_start": supply - 1.0,
            "T_return_start": preset.T_return.value - NETWORK_LOSS,
        },
    }
