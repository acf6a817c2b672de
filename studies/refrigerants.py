"""Numbers of the refrigerant and map records of HeatReuse.Data, computed with CoolProp.

`python -m studies.refrigerants` prints the coefficients that stand in the records of `HeatReuse.Data.Refrigerants` and
the table of `HeatReuse.Data.HeatPumpMaps.TwoStageAmmonia`. The tests call the same functions and compare them with what
a compiled model gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import CoolProp.CoolProp as CP
import numpy as np

SUPERHEAT = 5.0
SUBCOOLING = 5.0
RANGES = {
    "R717": (-10.0, 50.0, 30.0, 90.0),
    "R1234ze(E)": (-10.0, 60.0, 30.0, 100.0),
    "R134a": (-10.0, 55.0, 30.0, 85.0),
}
POWERS = [(i, j) for total in range(4) for i in range(total, -1, -1) for j in [total - i]]


@dataclass(frozen=True)
class Cycle:
    """One stage with isentropic compression: energies per kg of refrigerant in J/kg, density in kg/m3, T in K."""

    p_evaporation: float
    p_condensation: float
    rho_suction: float
    q_evaporator: float
    w_isentropic: float
    h_superheat: float
    T_discharge: float
    h_suction: float

    @property
    def COP(self) -> float:
        """Heat of condenser over work of the isentropic compressor."""
        return 1 + self.q_evaporator / self.w_isentropic

    def discharge(self, fluid: str, efficiency: float) -> float:
        """Temperature in K behind a compressor with this isentropic efficiency."""
        return CP.PropsSI("T", "H", self.h_suction + self.w_isentropic / efficiency, "P", self.p_condensation, fluid)


def cycle(fluid: str, T_evaporation: float, T_condensation: float) -> Cycle:
    """Return the single-stage cycle with 5 K of superheat and 5 K of subcooling, temperatures in K."""
    p_e = CP.PropsSI("P", "T", T_evaporation, "Q", 1, fluid)
    p_c = CP.PropsSI("P", "T", T_condensation, "Q", 1, fluid)
    suction = ("T", T_evaporation + SUPERHEAT, "P", p_e, fluid)
    h1, s1, rho = (CP.PropsSI(name, *suction) for name in "HSD")
    h2 = CP.PropsSI("H", "P", p_c, "S", s1, fluid)
    h3 = CP.PropsSI("H", "T", T_condensation - SUBCOOLING, "P", p_c, fluid)
    saturated = CP.PropsSI("H", "T", T_condensation, "Q", 1, fluid)
    return Cycle(p_e, p_c, rho, h1 - h3, h2 - h1, h2 - saturated, CP.PropsSI("T", "P", p_c, "S", s1, fluid), h1)


def basis(T_evaporation: np.ndarray, T_condensation: np.ndarray) -> np.ndarray:
    """Return the ten monomials up to third degree in temperatures of 100 K above 273.15 K."""
    x, y = (T_evaporation - 273.15) / 100, (T_condensation - 273.15) / 100
    return np.stack([x**i * y**j for i, j in POWERS], axis=-1)


def coefficients(fluid: str) -> dict[str, np.ndarray]:
    """Fit what the record of a refrigerant holds; energies in J/kg, temperatures in K, pressure in Pa."""
    e0, e1, c0, c1 = RANGES[fluid]
    points = [(e, c) for e in np.linspace(e0, e1, 15) for c in np.linspace(c0, c1, 15) if c - e >= 8]
    T = np.array(points) + 273.15
    cycles = [cycle(fluid, *row) for row in T]
    A = basis(T[:, 0], T[:, 1])

    def fit(values: list[float]) -> np.ndarray:
        y = np.array(values)
        return np.linalg.lstsq(A / np.abs(y)[:, None].clip(1e-3), y / np.abs(y).clip(1e-3), rcond=None)[0]

    saturation = np.linspace(e0, c1, 60) + 273.15
    pressures = np.log([CP.PropsSI("P", "T", T_s, "Q", 1, fluid) for T_s in saturation])
    densities = np.log([cycle(fluid, T_s, T_s + 10).rho_suction for T_s in saturation if T_s <= e1 + 273.15])
    x = (saturation - 273.15) / 100
    return {
        "ln_p": np.polynomial.polynomial.polyfit(x, pressures, 4),
        "ln_rho": np.polynomial.polynomial.polyfit(x[: len(densities)], densities, 4),
        "q_evaporator": fit([c.q_evaporator for c in cycles]),
        "w_isentropic": fit([c.w_isentropic for c in cycles]),
        "h_superheat": np.linalg.lstsq(A, np.array([c.h_superheat for c in cycles]), rcond=None)[0],
        "T_discharge": fit([c.T_discharge for c in cycles]),
        "cp_discharge": np.array(
            [np.mean([(c.w_isentropic * (1 / 0.7 - 1)) / (c.discharge(fluid, 0.7) - c.T_discharge) for c in cycles])]
        ),
    }


def two_stage_ammonia(T_source_out: float, T_sink_out: float) -> tuple[float, float]:
    """Return COP and heat per swept volume in J/m3 of a two-stage ammonia machine with open flash intercooler.

    Temperatures in K. Evaporation 3 K below the source, condensation 2 K above the sink leaving temperature, liquid
    cooled to 10 K below condensation (desuperheater and subcooler in the water stream), intermediate pressure at the
    geometric mean, isentropic efficiency 0.70 in both stages, volumetric efficiency 0.98 - 0.025 (ratio - 1), motor
    and drive 0.94.
    """
    fluid = "Ammonia"
    T_e, T_c = T_source_out - 3, T_sink_out + 2
    p_e, p_c = (CP.PropsSI("P", "T", T, "Q", 1, fluid) for T in (T_e, T_c))
    p_m = (p_e * p_c) ** 0.5

    def compress(h: float, p_in: float, p_out: float) -> float:
        s = CP.PropsSI("S", "H", h, "P", p_in, fluid)
        return h + (CP.PropsSI("H", "P", p_out, "S", s, fluid) - h) / 0.70

    h1, h_vapour, h_liquid = (CP.PropsSI("H", "P", p, "Q", q, fluid) for p, q in ((p_e, 1), (p_m, 1), (p_m, 0)))
    h2 = compress(h1, p_e, p_m)
    h4 = compress(h_vapour, p_m, p_c)
    h5 = CP.PropsSI("H", "T", T_c - 10, "P", p_c, fluid)
    high = (h2 - h_liquid) / (h_vapour - h5)  # kg through the high stage for a kg through the low stage
    heat, work = high * (h4 - h5), (h2 - h1) + high * (h4 - h_vapour)
    volumetric = 0.98 - 0.025 * ((p_c / p_e) ** 0.5 - 1)
    return heat / work * 0.94, heat * volumetric * CP.PropsSI("D", "P", p_e, "Q", 1, fluid)


def ammonia_map() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return source and sink leaving temperatures in K, COP and capacity relative to that at 30 and 75 degC."""
    source, sink = np.array([0.0, 10, 20, 30, 40, 50]) + 273.15, np.array([40.0, 50, 60, 70, 80, 90, 100]) + 273.15
    nominal = two_stage_ammonia(303.15, 348.15)[1]
    values = np.array([[two_stage_ammonia(a, b) if b - a > 5 else (np.nan, np.nan) for b in sink] for a in source])
    cop, capacity = values[..., 0], values[..., 1] / nominal
    for table in (cop, capacity):  # below 5 K of lift: the value of the next higher sink temperature
        for row in table:
            known = np.flatnonzero(~np.isnan(row))[0]
            row[:known] = row[known]
    return source, sink, cop, capacity


if __name__ == "__main__":
    for name in RANGES:
        fitted = coefficients(name)
        print(name, {"T_critical": CP.PropsSI("Tcrit", name), "p_critical": CP.PropsSI("pcrit", name)})
        for key, numbers in fitted.items():
            print(f"    {key}={{{', '.join(f'{v:.6g}' for v in numbers)}}},")
    for title, table in zip(("T_source", "T_sink", "COP", "capacity"), ammonia_map(), strict=True):
        print(title, np.array2string(np.atleast_2d(table), separator=", ", precision=4, max_line_width=200))
