"""Cold plates against the table of the liquid-cooling guidelines, and a chip that loses its coolant."""

from __future__ import annotations

from functools import cache

import numpy as np
import xarray as xr
from CoolProp.CoolProp import PropsSI
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.integrate import solve_ivp

import heatsim as hs
from studies.validation.rows import Row, close, within, worse

TITLE = "Cold plate and chip"
CAPTION = (
    "Left: thermal resistance from case to coolant inlet over the flow, table (points) and library. "
    "Right: the coolant stops at t = 0: die and case of the library (lines), independent calculation (dots)."
)
TEXT = """
**Compared.** The thermal resistance of `HeatReuse.DataCenter.ColdPlate` (`HeatReuse.Validation.ColdPlateRig`) and of
the aggregate `HeatReuse.DataCenter.ColdPlates` (`HeatReuse.Validation.ColdPlateTable`) in steady state with the table
of the OCP OAI guidelines (2023): 1 kW, PG25, 0.4 to 2.4 l/min. Beside it the rise of the coolant at the rule of
1.5 l/min per kW, the time constant of chip and plate (about 2 s), and the seconds from a loss of flow to throttling
(die 95 °C) and trip (110 °C), which an independent integration of five heat balances gives again.

**Input.** Coolant of 34 °C; the table itself is a parameter of the plate, so the rows at its flows test that the plate
of mixed cells gives it back. Heat capacities of 10 (die) and 60 J/K (case and plate) and 30 ml of coolant are the
library's defaults: the table does not give them.

**Negative controls.** A plate whose resistance does not depend on the flow (that at 1.5 l/min) must miss the table by
far; a chip without the coolant that stands in its plate must throttle clearly earlier.

**Falls short.** The time constant is a rule, not a measured step; the table is for one plate and one chip.
"""

TABLE = {0.4: 0.0389, 0.6: 0.0300, 0.8: 0.0265, 1.0: 0.0245, 1.4: 0.0220, 1.8: 0.0209, 2.4: 0.0197}
"""Resistance from case to coolant inlet in K/W by flow in l/min, 1 kW, PG25 (OCP OAI 2023)."""
GUIDELINES = "OCP OAI liquid-cooling guidelines 2023"
T_IN = 307.15
COOLANT = "INCOMP::APG[0.25]"
C_DIE, C_CASE, R_DIE, VOLUME = 10.0, 60.0, 0.02, 3e-5
T_THROTTLE, RANGE, FLOOR, T_TRIP = 368.15, 10.0, 0.3, 383.15


def capacity_flow(flow: float) -> float:
    """Return the capacity flow of PG25 at 40 degC, W/K, for a flow in l/min."""
    return flow / 60000.0 * volumetric()


def volumetric() -> float:
    """Return the heat capacity of PG25 at 40 degC, J/(m3 K)."""
    return float(PropsSI("C", "T", 313.15, "P", 2e5, COOLANT) * PropsSI("D", "T", 313.15, "P", 2e5, COOLANT))


@cache
def resistance(model: str, flow: float) -> tuple[float, float]:
    """Return resistance (K/W) and rise of the coolant (K; nan when the model does not say it) in steady state."""
    inputs = {"V_flow": flow, "T_in": T_IN}
    if model == "ColdPlateRig":
        inputs["P"] = 1e3
    run = hs.simulate(hs.build(f"HeatReuse.Validation.{model}"), inputs, stop=100.0, output_step=20.0)
    rise = float(run["T_out"].values[-1]) - T_IN if "T_out" in run else float("nan")
    return float(run["R"].values[-1]), rise


@cache
def loss_of_flow() -> xr.Dataset:
    """Return a run in which the coolant stops within 0.1 s, 60 s after the start."""
    flow = xr.DataArray([1.5, 1.5, 0.0, 0.0], dims="time", coords={"time": [0.0, 60.0, 60.1, 120.0]})
    inputs = {"V_flow": flow, "P": 1e3, "T_in": T_IN}
    return hs.simulate(hs.build("HeatReuse.Validation.ColdPlateRig"), inputs, stop=120.0, output_step=0.05)


@cache
def step_of_power() -> float:
    """Return the time in which the case makes 63.2 % of its way after a step of power from 500 W to 1 kW, s."""
    power = xr.DataArray([500.0, 500.0, 1000.0, 1000.0], dims="time", coords={"time": [0.0, 60.0, 60.01, 120.0]})
    inputs = {"V_flow": 1.5, "P": power, "T_in": T_IN}
    run = hs.simulate(hs.build("HeatReuse.Validation.ColdPlateRig"), inputs, stop=120.0, output_step=0.05)
    late = run["time"].values >= 60.0
    time, case = run["time"].values[late] - 60.0, run["T_case"].values[late]
    return float(np.interp(1.0 - np.exp(-1.0), (case - case[0]) / (case[-1] - case[0]), time))


@cache
def independent(coolant: float = VOLUME) -> tuple[np.ndarray, np.ndarray]:
    """Integrate die, case and three cells of coolant from the start of the loss of flow.

    Conductance from case to cells without flow: that of a wall of one temperature at the highest flow of the table,
    -C ln(1 - 1/(R C)); with flow: from inverting three stirred cells in series. The initial state is the steady state
    at 1.5 l/min.

    Returns
    -------
    tuple
        Times in s after the loss of flow, and the temperatures of die and case, shape (2, times), K.
    """
    run = loss_of_flow()
    before = int(np.searchsorted(run["time"].values, 60.0))
    T_case, T_die = (float(run[name].values[before]) for name in ("T_case", "T_die"))
    high, flow = capacity_flow(2.4), capacity_flow(1.5)
    rest = -high * float(np.log(1.0 - 1.0 / (TABLE[2.4] * high)))
    moving = 3.0 * flow * ((1.0 - 1e3 / ((T_case - T_IN) * flow)) ** (-1.0 / 3.0) - 1.0)
    cells = []
    upstream = T_IN
    for _ in range(3):
        upstream += (T_case - upstream) * moving / 3.0 / (flow + moving / 3.0)
        cells.append(upstream)

    def rate(_: float, T: np.ndarray) -> np.ndarray:
        share = float(np.clip((T[0] - T_THROTTLE) / RANGE, 0.0, 1.0))
        power = 1e3 * (1.0 - (1.0 - FLOOR) * share**2 * (3.0 - 2.0 * share))
        up = (T[0] - T[1]) / R_DIE
        heat = rest / 3.0 * (T[1] - T[2:])
        if coolant == 0.0:
            return np.array([(power - up) / C_DIE, up / C_CASE, 0.0, 0.0, 0.0])
        return np.array([(power - up) / C_DIE, (up - heat.sum()) / C_CASE, *(heat / (volumetric() * coolant / 3.0))])

    times = np.arange(0.0, 30.0, 0.05)
    solution = solve_ivp(rate, (0.0, 30.0), [T_die, T_case, *cells], t_eval=times, rtol=1e-8, atol=1e-8)
    return times, solution.y[:2]


def reaches(time: np.ndarray, rising: np.ndarray, limit: float) -> float:
    """Return the first time at which a rising temperature reaches a limit."""
    if rising.max() < limit:
        return float("nan")
    k = int(np.argmax(rising > limit))
    return float(np.interp(limit, rising[k - 1 : k + 1], time[k - 1 : k + 1]))


def rows() -> list[Row]:
    """Return resistances, rise of the coolant, time constant, times after the loss of flow, and negative controls."""
    found = [
        close(f"cold plate: resistance at {flow:g} l/min", resistance("ColdPlateRig", flow)[0] * 1e3, "mK/W",
              reference=R * 1e3, relative=0.01, source=GUIDELINES)
        for flow, R in TABLE.items()
    ]  # fmt: skip
    aggregate = max(abs(resistance("ColdPlateTable", flow)[0] / R - 1.0) for flow, R in TABLE.items())
    name = "cold plates as one: largest error of the resistance"
    found.append(within(name, 100.0 * aggregate, "%", upper=2.0, source=GUIDELINES))
    constant = abs(resistance("ColdPlateRig", 1.5)[0] / TABLE[0.4] - 1.0)
    name = "constant resistance: error at 0.4 l/min"
    found.append(worse(name, 100.0 * constant, "%", than=1.0, factor=5.0, source="negative control"))
    rise, expected = resistance("ColdPlateRig", 1.5)[1], 1e3 / capacity_flow(1.5)
    name = "rule of 1.5 l/min per kW: rise of the coolant"
    found.append(close(name, rise, "K", reference=expected, relative=0.01, source="heat over m cp, CoolProp"))
    source = "about 2 s (chip with plate)"
    found.append(within("time constant of chip and plate", step_of_power(), "s", lower=1.5, upper=2.5, source=source))
    return found + _loss_of_flow()


def _loss_of_flow() -> list[Row]:
    run = loss_of_flow()
    time = run["time"].values - 60.05  # the middle of the ramp of the flow
    late = time >= 0.0
    time, die = time[late], run["T_die"].values[late]
    reference_time, (reference, _) = independent()
    bare_time, (bare, _) = independent(0.0)
    source = "five heat balances integrated with SciPy"
    throttle, trip = (reaches(time, die, limit) for limit in (T_THROTTLE, T_TRIP))
    expected = [reaches(reference_time, reference, limit) for limit in (T_THROTTLE, T_TRIP)]
    without = reaches(bare_time, bare, T_THROTTLE)
    return [
        close("loss of flow: time until the die throttles", throttle, "s", reference=expected[0], absolute=0.1,
              source=source),
        close("loss of flow: time until the die trips", trip, "s", reference=expected[1], relative=0.03, source=source),
        within("loss of flow: time until the die throttles, in seconds", throttle, "s", upper=10.0,
               source="a plate without flow overheats in seconds"),
        within("loss of flow: hottest die", float(die.max()) - 273.15, "°C", upper=112.0, source="trip at 110 °C"),
        within("loss of flow: power after a minute", float(run["P_drawn"].values[-1]), "W", upper=0.1,
               source="tripped processors stay off"),
        worse("chip without the coolant in its plate: error of the time to throttling", abs(without - expected[0]),
              "s", than=0.1, factor=5.0, source="negative control"),
    ]  # fmt: skip


def figure() -> Figure:
    """Draw resistance over flow, and the temperatures after the loss of flow."""
    drawn = Figure(figsize=(11.0, 4.4), layout="constrained")
    FigureCanvasAgg(drawn)
    left, right = drawn.subplots(1, 2)
    flows = np.array([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.5, 1.6, 1.8, 2.1, 2.4])
    left.plot(flows, [resistance("ColdPlateRig", float(flow))[0] * 1e3 for flow in flows], color="#0072B2",
              label="ColdPlate")  # fmt: skip
    left.plot(list(TABLE), [resistance("ColdPlateTable", flow)[0] * 1e3 for flow in TABLE], "--", color="#009E73",
              label="ColdPlates (aggregate)")  # fmt: skip
    left.plot(list(TABLE), [R * 1e3 for R in TABLE.values()], "o", color="#D55E00", label="table")
    left.set_xlabel("flow, l/min")
    left.set_ylabel("resistance, mK/W")
    run = loss_of_flow()
    time = run["time"].values - 60.05
    shown = (time > -5.0) & (time < 30.0)
    reference_time, reference = independent()
    for k, (name, label, colour) in enumerate((("T_die", "die", "#D55E00"), ("T_case", "case", "#0072B2"))):
        right.plot(time[shown], run[name].values[shown] - 273.15, color=colour, label=label)
        before = reference[0] < T_TRIP
        right.plot(reference_time[before][::20], reference[k][before][::20] - 273.15, "o", color=colour, markersize=3.5)
    right.axhline(T_THROTTLE - 273.15, color="#999999", linewidth=0.8, linestyle=":")
    right.axhline(T_TRIP - 273.15, color="#999999", linewidth=0.8, linestyle=":")
    right.set_xlabel("time after the loss of flow, s")
    right.set_ylabel("temperature, °C")
    for panel in (left, right):
        panel.grid(True, color="#D9D9D9", linewidth=0.7)
        panel.legend(frameon=False, fontsize=9)
    return drawn
