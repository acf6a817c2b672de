"""Coolant distribution units at two published design points and at part flow, against epsilon-NTU and pump power."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from CoolProp.CoolProp import PropsSI
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import heatsim as hs
from studies.validation.rows import Row, close, reported, within, worse

TITLE = "Coolant distribution units: published design points"
CAPTION = (
    "Left: approach (coolant behind the exchanger over entering facility water) at nominal heat per flow, library "
    "(points) and ε-NTU (lines). Right: shaft power of the pump over the flow, library and the cube law."
)
TEXT = """
**Compared.** `HeatReuse.DataCenter.CDU` with racks (`HeatReuse.Validation.CDUDesignPoint`) in steady state with two
published units: 2 MW with 31.5 and 32.3 kg/s and 74 kW of pumps, and 1.37 MW with 20.6 kg/s on both sides and 500 kPa
of external head; approach 3 to 4 K. The temperatures are worked out again by the ε-NTU relation of ideal counterflow
with heat capacities from CoolProp, the shaft power of the pump by m/ρ·Δp/η.

**Input.** Facility water of 30 °C with the lower of the two flows of the first unit, coolant PG25. Assumed, because the
published figures do not say it: a mean temperature difference of 3.5 K sizes the exchanger (the approach is said to be
3 to 4 K); 150 kPa inside of the unit and 500 kPa of external head for the first unit too; hydraulic efficiency 0.75;
the 74 kW are the motors of two pumps of 37 kW, one of which is the reserve (running both at 74 kW would mean a head
of 1.6 MPa, which no rack takes). Half flow is half of both flows with half of the heat.

**Negative controls.** An exchanger whose conductance does not fall with the flow must miss the approach at half flow by
much more than the library; so must an exchanger with half of the plates.

**Falls short.** A unit's exchanger is given by its design point, not by plates and their measured curves: no measured
part-flow point of a unit is behind the rows at half flow, only the law hA ~ m^0.8 (and 0.65, found on a small unit).
"""


@dataclass(frozen=True)
class Unit:
    """Published figures of a unit: heat in W, flows in kg/s, external head in Pa."""

    label: str
    Q_flow: float
    m1_flow: float
    m2_flow: float
    dp_external: float = 5e5
    dp_internal: float = 1.5e5

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters of the validation model."""
        return {
            "Q_flow_nominal": self.Q_flow,
            "m1_flow_nominal": self.m1_flow,
            "m2_flow_nominal": self.m2_flow,
            "dp_external_nominal": self.dp_external,
            "dp_internal_nominal": self.dp_internal,
            "dT_nominal": DT,
        }


UNITS = (Unit("CDU 2 MW", 2e6, 32.3, 31.5), Unit("CDU 1.37 MW", 1.37e6, 20.6, 20.6))
DT = 3.5
"""Mean temperature difference of the exchanger at the design point, K."""
ETA = 0.75
LIMIT = 0.03
"""Largest distance of an approach from that of ideal counterflow, K; heat capacities that change on the way cost mK."""
FLOWS = (1.0, 0.8, 0.65, 0.5)
COOLANT = "INCOMP::APG[0.25]"
PUBLISHED = "published unit; what is assumed stands above"


@cache
def steady(unit: Unit, flow: float, *, exponent: float = 0.8, dT: float = DT) -> dict[str, float]:
    """Return all outputs in steady state with both flows and the heat at a share of their nominal values."""
    model = hs.build("HeatReuse.Validation.CDUDesignPoint")
    inputs = {"load": flow, "relative_flow": flow, "T_fws_in": 303.15}
    parameters = unit.parameters | {"exponent": exponent, "dT_nominal": dT}
    run = hs.simulate(model, inputs, stop=7200.0, output_step=600.0, parameters=parameters)
    return {str(name): float(run[name].values[-1]) for name in run.data_vars}


def coolant(name: str, T: float) -> float:
    """Return a property of PG25: C in J/(kg K) or D in kg/m3."""
    return float(PropsSI(name, "T", T, "P", 2e5, COOLANT))


def water(T: float) -> float:
    """Return the heat capacity of water, J/(kg K)."""
    return float(PropsSI("C", "T", T, "P", 2e5, "Water"))


def effectiveness(NTU: float, ratio: float) -> float:
    """Return the effectiveness of counterflow (Kays and London)."""
    if abs(1.0 - ratio) < 1e-9:
        return NTU / (1.0 + NTU)
    decay = math.exp(-NTU * (1.0 - ratio))
    return (1.0 - decay) / (1.0 - ratio * decay)


def ideal_approach(unit: Unit, run: dict[str, float], *, exponent: float = 0.8) -> float:
    """Return coolant leaving minus water entering of ideal counterflow that is sized for the same design point, K.

    The conductance follows from the design point alone: the heat over the mean difference of 3.5 K, scaled with the
    flows of the run; heat and flows are those of the run.
    """
    C1 = run["m1_flow"] * coolant("C", 312.0)
    C2 = run["m2_flow"] * water(310.0)
    shares = (run["m1_flow"] / unit.m1_flow, run["m2_flow"] / unit.m2_flow)
    UA = unit.Q_flow / DT * 2.0 / sum(share**-exponent for share in shares)
    small, large = sorted((C1, C2))
    entering = run["Q_flow"] / (effectiveness(UA / small, small / large) * small)
    return entering - run["Q_flow"] / C1


def approach(run: dict[str, float]) -> float:
    """Return coolant behind the exchanger minus facility water entering it, K."""
    return run["T_exchanger_out"] - run["T_fws_supply"]


def conductance(run: dict[str, float]) -> float:
    """Return heat over logarithmic mean temperature difference, W/K."""
    cold, warm = approach(run), run["T_tcs_return"] - run["T_fws_out"]
    mean = cold if abs(warm - cold) < 1e-9 else (warm - cold) / math.log(warm / cold)
    return run["Q_flow"] / mean


def rows() -> list[Row]:
    """Return temperatures and pump power of both units, the exponent at part flow, and the negative controls."""
    found: list[Row] = []
    for unit in UNITS:
        found += _design(unit) + _part_flow(unit)
    large = UNITS[0]
    need = large.m1_flow / coolant("D", 311.0) * (large.dp_external + large.dp_internal) / ETA
    both = 74e3 * 0.93 * ETA / (large.m1_flow / coolant("D", 311.0)) / 1e6
    name = f"{large.label}: shaft power of the duty pump over one of two motors of 37 kW"
    note = f"the motor is loaded to {need / 37e3:.0%}; what is left is for speed control and ageing"
    found.append(within(name, steady(large, 1.0)["P_shaft"] / 37e3, "1", upper=1.0, source=PUBLISHED, note=note))
    name = f"{large.label}: head if all 74 kW were used at 32.3 kg/s"
    found.append(reported(name, both, "MPa", source="m/ρ·Δp/η", note="why the 74 kW are taken for installed power"))
    small = steady(UNITS[1], 0.5, exponent=0.65)
    ideal = ideal_approach(UNITS[1], small, exponent=0.65)
    name = f"{UNITS[1].label}, half flow, exponent 0.65: approach"
    found.append(close(name, approach(small), "K", reference=ideal, absolute=LIMIT, source="ε-NTU of counterflow"))
    return found


def _design(unit: Unit) -> list[Row]:
    run = steady(unit, 1.0)
    rise = run["Q_flow"] / (unit.m2_flow * water(310.0))
    fall = run["Q_flow"] / (unit.m1_flow * coolant("C", 312.0))
    head = unit.dp_external + unit.dp_internal
    power = unit.m1_flow / coolant("D", 311.0) * head / ETA
    balance, relation = "heat over m cp, CoolProp", "ε-NTU of counterflow"
    source = "30 °C and the approach of 3 to 4 K"
    ideal = ideal_approach(unit, run)
    return [
        close(f"{unit.label}: rise of the water", run["T_fws_out"] - run["T_fws_supply"], "K", reference=rise,
              relative=0.005, source=balance),
        close(f"{unit.label}: fall of the coolant", run["T_tcs_return"] - run["T_exchanger_out"], "K", reference=fall,
              relative=0.005, source=balance),
        within(f"{unit.label}: approach", approach(run), "K", lower=3.0, upper=4.0, source=source),
        close(f"{unit.label}: approach over ε-NTU", approach(run), "K", reference=ideal, absolute=LIMIT,
              source=relation),
        close(f"{unit.label}: coolant flow", run["m1_flow"], "kg/s", reference=unit.m1_flow, relative=0.005,
              source=PUBLISHED),
        close(f"{unit.label}: head for the racks", run["dp_racks"] / 1e3, "kPa", reference=unit.dp_external / 1e3,
              relative=0.01, source=PUBLISHED),
        close(f"{unit.label}: shaft power of the pump", run["P_shaft"] / 1e3, "kW", reference=power / 1e3,
              relative=0.01, source="m/ρ·Δp/η"),
    ]  # fmt: skip


def _part_flow(unit: Unit) -> list[Row]:
    full, half = steady(unit, 1.0), steady(unit, 0.5)
    ideal = ideal_approach(unit, half)
    exponent = math.log(conductance(full) / conductance(half)) / math.log(full["m1_flow"] / half["m1_flow"])
    constant = steady(unit, 0.5, exponent=0.0)
    error = abs(approach(half) - ideal)
    control = abs(approach(constant) - ideal)
    half_plates = abs(approach(steady(unit, 1.0, dT=2.0 * DT)) - ideal_approach(unit, full))
    note = f"the library with hA ~ m^0.8 is off by {error:.3f} K"
    cube = "affinity laws: cube of the speed"
    return [
        close(f"{unit.label}, half flow: approach", approach(half), "K", reference=ideal, absolute=LIMIT,
              source="ε-NTU of counterflow, hA ~ m^0.8"),
        close(f"{unit.label}: exponent of UA from half to full flow", exponent, "1", reference=0.8, absolute=0.03,
              source="hA ~ m^0.8 on both sides"),
        close(f"{unit.label}, half flow: shaft power over that at full flow", half["P_shaft"] / full["P_shaft"], "1",
              reference=0.125, relative=0.02, source=cube),
        worse(f"{unit.label}, half flow, constant UA: error of the approach", control, "K", than=LIMIT, factor=5.0,
              source="negative control", note=note),
        worse(f"{unit.label}, half of the plates: error of the approach", half_plates, "K", than=LIMIT, factor=5.0,
              source="negative control", note="sized for twice the temperature difference"),
    ]  # fmt: skip


def figure() -> Figure:
    """Draw the approach and the power of the pump over the flow for both units."""
    drawn = Figure(figsize=(11.0, 4.4), layout="constrained")
    FigureCanvasAgg(drawn)
    left, right = drawn.subplots(1, 2)
    for unit, colour in zip(UNITS, ("#0072B2", "#D55E00"), strict=True):
        runs = [steady(unit, flow) for flow in FLOWS]
        left.plot(FLOWS, [ideal_approach(unit, run) for run in runs], color=colour, linewidth=1.5)
        left.plot(FLOWS, [approach(run) for run in runs], "o", color=colour, label=unit.label)
        fine = np.linspace(FLOWS[-1], 1.0, 50)
        full = unit.m1_flow / coolant("D", 311.0) * (unit.dp_external + unit.dp_internal) / ETA
        right.plot(fine, full * fine**3 / 1e3, color=colour, linewidth=1.5)
        right.plot(FLOWS, [run["P_shaft"] / 1e3 for run in runs], "o", color=colour, label=unit.label)
    left.set_ylabel("approach, K")
    right.set_ylabel("shaft power of the pump, kW")
    for panel in (left, right):
        panel.set_xlabel("flow (both sides) and heat over nominal")
        panel.set_ylim(bottom=0.0)
        panel.grid(True, color="#D9D9D9", linewidth=0.7)
        panel.legend(frameon=False, fontsize=9)
    return drawn
